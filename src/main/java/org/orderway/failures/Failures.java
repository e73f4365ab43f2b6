package org.orderway.failures;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.orderway.messages.Event;
import org.orderway.messages.Unreadable;
import org.orderway.messages.WorkQueues;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.Order;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.UnknownOrder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Why orders and steps fail, counted by kind. A refusal (out of stock, a declined card) is business; a step that gave up on
 * a message is a technical failure, of which the operator hears.
 */
@Component("failures")
public class Failures {

    private static final String REFUSAL = "order.failed";
    private static final int LISTED = 200;

    private final JdbcClient jdbc;
    private final Orders orders;
    private final WorkQueues queues;
    private final MeterRegistry meters;
    private final Clock clock;
    private final long keptSeconds;

    Failures(
            JdbcClient jdbc,
            Orders orders,
            WorkQueues queues,
            MeterRegistry meters,
            Clock clock,
            @Value("${orderway.failures.kept}") Duration kept) {
        this.jdbc = jdbc;
        this.orders = orders;
        this.queues = queues;
        this.meters = meters;
        this.clock = clock;
        this.keptSeconds = kept.toSeconds();
    }

    /**
     * Counts the failure an event tells of; a second delivery of the event changes nothing.
     *
     * @throws IllegalTransition when the event says the order was refused and the order does not
     * @throws Unreadable        when the event names a queue that does not exist
     */
    @Transactional
    public void record(Event event) {
        if (event.type().equals(REFUSAL)) {
            refusal(event);
            return;
        }
        String queue = event.text("queue");
        if (!queues.has(queue)) {
            throw new Unreadable("The event names a queue that orderway.topology does not have");
        }
        technical(event.id(), queue, event.text("reason"), event.occurredAt());
    }

    /** The reason is the order's own: anybody may publish an event. */
    private void refusal(Event event) {
        Order order = orders.find(event.orderId()).orElseThrow(() -> new UnknownOrder(event.orderId()));
        if (order.status() != OrderStatus.FAILED) {
            throw new IllegalTransition(order.id(), order.status(), OrderStatus.FAILED);
        }
        count(event.id(), Fingerprint.of("", order.reason()), null, event.occurredAt());
    }

    /**
     * Counts that a step gave up on a message. Whoever comes first, the event or the dead letter itself, is counted.
     *
     * @param eventId the id of the event that tells of it, be it published or not
     */
    @Transactional(propagation = Propagation.REQUIRED)
    Fingerprint technical(String eventId, String queue, String reason, Instant at) {
        Fingerprint fingerprint = Fingerprint.of(queue, reason);
        count(eventId, fingerprint, queue, at);
        return fingerprint;
    }

    private void count(String eventId, Fingerprint fingerprint, String queue, Instant at) {
        boolean fresh = jdbc.sql("insert into failure_events (event_id) values (?) on conflict do nothing")
                        .param(eventId)
                        .update()
                == 1;
        Timestamp time = Timestamp.from(believable(at));
        boolean technical = queue != null;
        // Also without a count the kind must be there: dead letters refer to it.
        jdbc.sql(
                        """
                        insert into failures (fingerprint, queue, cause, reason, technical, first_at, last_at, count)
                        values (?, ?, ?, ?, ?, ?, ?, ?)
                        on conflict (fingerprint) do update set
                            count = failures.count + excluded.count,
                            first_at = least(failures.first_at, excluded.first_at),
                            last_at = greatest(failures.last_at, excluded.last_at)
                        where excluded.count > 0
                        """)
                .params(
                        fingerprint.id(),
                        queue,
                        fingerprint.cause(),
                        fingerprint.reason(),
                        technical,
                        time,
                        time,
                        fresh ? 1 : 0)
                .update();
        if (fresh) {
            Counter.builder("orderway.failures")
                    .description("Refused orders, and messages that a step gave up on")
                    .tag("kind", technical ? "technical" : "refusal")
                    .tag("queue", technical ? queue : "none")
                    .register(meters)
                    .increment();
        }
    }

    /** A stranger may claim any time, also one that no database holds. */
    private Instant believable(Instant at) {
        Instant now = clock.instant();
        return at.isBefore(Instant.EPOCH) || at.isAfter(now) ? now : at;
    }

    /** Failures by kind, the latest first, at most two hundred. */
    @Transactional(readOnly = true)
    public List<Map<String, Object>> list() {
        return jdbc.sql("select * from failures order by last_at desc, fingerprint limit ?")
                .param(LISTED)
                .query((rs, n) -> {
                    Map<String, Object> view = new LinkedHashMap<>();
                    view.put("fingerprint", rs.getString("fingerprint"));
                    view.put("kind", rs.getBoolean("technical") ? "technical" : "refusal");
                    view.put("queue", rs.getString("queue"));
                    view.put("cause", rs.getString("cause"));
                    view.put("reason", rs.getString("reason"));
                    view.put("count", rs.getLong("count"));
                    view.put("first", rs.getTimestamp("first_at").toInstant().toString());
                    view.put("last", rs.getTimestamp("last_at").toInstant().toString());
                    return view;
                })
                .list();
    }

    /** Lets go of the ids of events that nobody can deliver again; the counts stay. */
    @Transactional
    public void forget() {
        jdbc.sql("delete from failure_events where recorded_at < now() - make_interval(secs => ?)")
                .param(keptSeconds)
                .update();
    }
}
