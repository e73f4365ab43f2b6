package org.orderway.bench.spring;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.AmqpException;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Messages that were committed outside a delivery: published right after, many in flight, and again until confirmed. */
@Component
class Outbox implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(Outbox.class);
    private static final int SWEEP = 500;

    /** A committed message. */
    record Entry(long id, Outgoing message) {}

    private final JdbcClient jdbc;
    private final Publisher publisher;
    private final double graceSeconds;
    private final BlockingQueue<Entry> fresh = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<Long> confirmed = new ConcurrentLinkedQueue<>();
    private final ExecutorService sender = Executors.newSingleThreadExecutor(work -> new Thread(work, "outbox"));

    Outbox(JdbcClient jdbc, Publisher publisher, @Value("${pipeline.outbox.grace}") Duration grace) {
        this.jdbc = jdbc;
        this.publisher = publisher;
        this.graceSeconds = grace.toMillis() / 1000.0;
        sender.execute(this::work);
    }

    /** To be called after the commit. */
    void publishSoon(Entry entry) {
        fresh.add(entry);
    }

    private void work() {
        try {
            while (true) {
                publish(fresh.take());
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void publish(Entry entry) {
        try {
            publisher.send(entry.message()).whenComplete((sent, failure) -> {
                if (failure == null) {
                    confirmed.add(entry.id());
                }
            });
        } catch (AmqpException e) {
            log.warn("{} is left to the next sweep: {}", entry.message().id(), e.getMessage());
        }
    }

    /** Those confirmed meanwhile, in one statement. */
    @Scheduled(fixedDelay = 50)
    void forgetConfirmed() {
        Long[] ids = Stream.generate(confirmed::poll)
                .takeWhile(id -> id != null)
                .limit(1000)
                .toArray(Long[]::new);
        if (ids.length > 0) {
            jdbc.sql("delete from outbox where id = any(?)").param(ids).update();
        }
    }

    /** Whatever has no confirm after the grace is sent once more, under the same id. */
    @Scheduled(fixedDelay = 1000)
    void sweep() {
        List<Entry> old = jdbc.sql(
                        """
                        select id, order_id, message_id, type, routing_key, body from outbox
                        where added_at < now() - make_interval(secs => ?) order by id limit ?
                        """)
                .params(graceSeconds, SWEEP)
                .query((rs, row) -> new Entry(rs.getLong("id"), outgoing(rs)))
                .list();
        old.forEach(this::publish);
    }

    static Outgoing outgoing(ResultSet rs) throws SQLException {
        return new Outgoing(
                rs.getObject("order_id", UUID.class),
                rs.getString("message_id"),
                rs.getString("type"),
                rs.getString("routing_key"),
                rs.getBytes("body"));
    }

    @Override
    public void destroy() throws InterruptedException {
        sender.shutdownNow();
        sender.awaitTermination(5, TimeUnit.SECONDS);
        forgetConfirmed();
    }
}
