package org.orderway.messages;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Messages of events that were not born in a delivery: written in the same transaction as their cause, published after
 * its commit, and deleted once the broker has confirmed them. A row found twice is published twice, under one id.
 */
@Component("outbox")
public class Outbox {

    private static final Logger log = LoggerFactory.getLogger(Outbox.class);

    private final JdbcClient jdbc;
    private final MessageCodec codec;
    private final Settings settings;
    private final GroupCommit<Long> leaving;
    private volatile boolean full;
    private volatile boolean wasLate;

    Outbox(JdbcClient jdbc, MessageCodec codec, Settings settings, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.codec = codec;
        this.settings = settings;
        this.leaving = new GroupCommit<>(transactions, this::delete, settings.batch());
    }

    /** A message and the row it waits in. */
    public record Entry(long row, OutgoingMessage message) {}

    /** Adds a message to the caller's transaction. */
    @Transactional(propagation = Propagation.MANDATORY)
    public Entry add(OutgoingMessage message) {
        long row = jdbc.sql("insert into outbox (message) values (cast(? as json)) returning id")
                .param(codec.write(List.of(message)))
                .query(Long.class)
                .single();
        return new Entry(row, message);
    }

    /**
     * Takes the oldest rows that nobody confirmed within the grace time: their first publish was cut off or refused. A
     * row that is taken is left alone for another grace time, by this sweeper and those of other instances, so that one
     * the broker refuses holds up none behind it.
     */
    @Transactional
    public List<Entry> takeOverdue() {
        return jdbc
                .sql(
                        """
                        update outbox set taken_at = now() where id in (
                            select id from outbox where taken_at < now() - make_interval(secs => ?)
                            order by id limit ? for update skip locked)
                        returning id, message
                        """)
                .params(settings.grace().toMillis() / 1000.0, settings.batch())
                .query((rs, n) -> new Entry(
                        rs.getLong("id"), codec.read(rs.getString("message")).get(0)))
                .list()
                .stream()
                .sorted(Comparator.comparingLong(Entry::row))
                .toList();
    }

    /** The broker has this message: its row may go. */
    public void confirmed(Entry entry) {
        leaving.write(entry.row());
    }

    private void delete(List<Long> rows) {
        jdbc.sql("delete from outbox where id = any(?)")
                .param(rows.toArray(Long[]::new))
                .update();
    }

    /**
     * Counts the waiting rows, up to the limit, so that {@link #isFull()} costs an order nothing, and tells the log when
     * messages begin or end to wait longer than they should.
     */
    @Transactional(readOnly = true)
    public void measure() {
        long waiting = jdbc.sql("select count(*) from (select 1 from outbox limit ?) waiting")
                .param(settings.limit() + 1)
                .query(Long.class)
                .single();
        full = waiting > settings.limit();
        boolean late = waiting > 0
                && jdbc.sql("select exists (select 1 from outbox where added_at < now() - make_interval(secs => ?))")
                        .param(settings.grace().toMillis() / 1000.0)
                        .query(Boolean.class)
                        .single();
        if (late && !wasLate) {
            log.warn("{}{} messages wait in the outbox for the broker", full ? "More than " : "", waiting);
        } else if (!late && wasLate) {
            log.info("The broker has what waited in the outbox");
        }
        wasLate = late;
    }

    /** True while more than the permitted number of messages wait for the broker: new orders are turned away. */
    public boolean isFull() {
        return full;
    }

    /**
     * Settings of the outbox.
     *
     * @param limit waiting rows above which orders are refused with 503
     * @param grace how long a fresh row is left to its first publisher before the sweeper takes it; above the confirm
     *              time limit
     * @param batch rows taken by one sweep
     */
    @ConfigurationProperties("orderway.outbox")
    record Settings(int limit, Duration grace, int batch) {}
}
