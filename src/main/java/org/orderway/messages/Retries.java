package org.orderway.messages;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Which messages wait in a retry queue. It is a notice for people and for whoever looks for stuck orders: the message
 * itself is with the broker, and a notice that could not be written holds nothing up.
 */
@Component("retries")
public class Retries {

    private final JdbcClient jdbc;

    Retries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A message that waits.
     *
     * @param queue      the work queue it comes back to
     * @param messageId  AMQP {@code message_id}
     * @param orderId    the order it is about, or null
     * @param retries    how often it will have been retried when it comes back; an outage costs no retry
     * @param dueAt      when it comes back
     * @param reason     why, in one line without anybody's data
     * @param recordedAt when it began to wait
     */
    public record Wait(
            String queue,
            String messageId,
            UUID orderId,
            int retries,
            Instant dueAt,
            String reason,
            Instant recordedAt) {}

    /** Notes that a message waits; of one that waits again the latest wait is kept. */
    @Transactional
    public void record(Wait wait) {
        jdbc.sql(
                        """
                        insert into retries (queue, message_id, order_id, retries, due_at, reason, recorded_at)
                        values (?, ?, ?, ?, ?, ?, ?)
                        on conflict (queue, message_id) do update set order_id = excluded.order_id,
                            retries = excluded.retries, due_at = excluded.due_at, reason = excluded.reason,
                            recorded_at = excluded.recorded_at
                        """)
                .params(
                        wait.queue(),
                        wait.messageId(),
                        wait.orderId(),
                        wait.retries(),
                        Timestamp.from(wait.dueAt()),
                        wait.reason(),
                        Timestamp.from(wait.recordedAt()))
                .update();
    }

    /**
     * The message waits no more. If it came back to be tried again (an outage costs no retry) that is counted, once however
     * often this attempt is delivered.
     */
    @Transactional
    public void cameBack(Delivery delivery) {
        jdbc.sql(
                        """
                        with over as (delete from retries where queue = :queue and message_id = :id returning order_id)
                        insert into retried (queue, message_id, round, retries, type, order_id)
                        select :queue, :id, :round, :retries, :type, (select order_id from over) where :retries > 0
                        on conflict do nothing
                        """)
                .param("queue", delivery.queue())
                .param("id", delivery.id())
                .param("round", delivery.replayRound())
                .param("retries", delivery.retries())
                .param("type", delivery.type())
                .update();
    }

    /** Retries of the messages of a queue in one unit of time. @param time its beginning */
    public record Count(Instant time, String queue, long retries) {}

    /**
     * Retries by queue, from one time until before another.
     *
     * @param unit {@code minute}, {@code hour} or {@code day}
     * @param zone in which a day begins
     */
    @Transactional(readOnly = true)
    public List<Count> counted(Instant from, Instant to, String unit, ZoneId zone) {
        return jdbc.sql(
                        """
                        select date_trunc(?, at, ?) as time, queue, count(*) as retries from retried
                        where at >= ? and at < ? group by 1, 2 order by 1, 2
                        """)
                .params(unit, zone.getId(), Timestamp.from(from), Timestamp.from(to))
                .query((rs, n) ->
                        new Count(rs.getTimestamp("time").toInstant(), rs.getString("queue"), rs.getLong("retries")))
                .list();
    }

    /** What an order waits for, soonest first. */
    @Transactional(readOnly = true)
    public List<Wait> of(UUID orderId) {
        return jdbc.sql("select * from retries where order_id = ? and due_at > now() order by due_at")
                .param(orderId)
                .query((rs, n) -> new Wait(
                        rs.getString("queue"),
                        rs.getString("message_id"),
                        rs.getObject("order_id", UUID.class),
                        rs.getInt("retries"),
                        rs.getTimestamp("due_at").toInstant(),
                        rs.getString("reason"),
                        rs.getTimestamp("recorded_at").toInstant()))
                .list();
    }

    /** That a message was tried again. @param retry for the how manieth time; @param at when it began */
    public record Attempt(String queue, int retry, Instant at) {}

    /** The attempts made for an order after its messages had waited, the first one first. */
    @Transactional(readOnly = true)
    public List<Attempt> attemptsFor(UUID orderId) {
        return jdbc.sql("select queue, retries, at from retried where order_id = ? order by at, retries")
                .param(orderId)
                .query((rs, n) -> new Attempt(
                        rs.getString("queue"),
                        rs.getInt("retries"),
                        rs.getTimestamp("at").toInstant()))
                .list();
    }

    /** What waits in the retry queues of a queue. @param next when the first of it comes back */
    public record Waiting(String queue, long messages, Instant next) {}

    /** The queues whose messages wait for a retry, those first of which most wait. */
    @Transactional(readOnly = true)
    public List<Waiting> waiting() {
        return jdbc.sql(
                        """
                        select queue, count(*) as messages, min(due_at) as next from retries
                        where due_at > now() group by queue order by messages desc, queue
                        """)
                .query((rs, n) -> new Waiting(
                        rs.getString("queue"),
                        rs.getLong("messages"),
                        rs.getTimestamp("next").toInstant()))
                .list();
    }
}
