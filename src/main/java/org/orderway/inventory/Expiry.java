package org.orderway.inventory;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.orderway.messages.Outbox;
import org.orderway.orders.Cancellation;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Reservations run out: a prepaid order that holds stock and is never paid is cancelled. One of which a charge may be under
 * way, which a person has to decide on, or that was set going again not long ago is left alone.
 */
@Component("expiry")
public class Expiry {

    private static final String REASON = "payment_expired";

    private static final String UNPAID =
            """
            select o.id from orders o
            where o.status = 'RESERVED' and o.payment_method = 'prepaid'
                and o.moved_at < now() - make_interval(secs => :after)
                and not exists (select 1 from effects e
                    where e.order_id = o.id and e.kind = 'charge' and e.known_at is null)
                and not exists (select 1 from fraud_reviews r where r.order_id = o.id
                    and (r.state = 'open' or r.closed_at > now() - make_interval(secs => :after)))
                and not exists (select 1 from dead_letters d where d.order_id = o.id and d.path
                    and (d.state = 'open' or d.closed_at > now() - make_interval(secs => :after)))
                and not exists (select 1 from retries w where w.order_id = o.id and w.due_at > now())
            """;

    private final JdbcClient jdbc;
    private final Cancellation cancellation;
    private final Settings settings;

    Expiry(JdbcClient jdbc, Cancellation cancellation, Settings settings) {
        this.jdbc = jdbc;
        this.cancellation = cancellation;
        this.settings = settings;
    }

    /**
     * Cancels the orders that have waited for their payment longest; gives what was written into the outbox. Several
     * instances take different ones. A payment that comes at this moment is decided on under the order's lock: whoever
     * has it first wins, and a charge begun before the lock was ours is seen by the second look.
     */
    @Transactional
    public List<Outbox.Entry> expire() {
        UUID[] locked = jdbc.sql(UNPAID + " order by o.moved_at limit :batch for update of o skip locked")
                .param("after", settings.after().toMillis() / 1000.0)
                .param("batch", settings.batch())
                .query(UUID.class)
                .list()
                .toArray(UUID[]::new);
        return locked.length == 0
                ? List.of()
                : jdbc
                        .sql(UNPAID + " and o.id = any(:locked) order by o.moved_at")
                        .param("after", settings.after().toMillis() / 1000.0)
                        .param("locked", locked)
                        .query(UUID.class)
                        .list()
                        .stream()
                        .flatMap(order -> cancellation.cancel(order, REASON).entries().stream())
                        .toList();
    }

    /**
     * When reservations run out.
     *
     * @param after how long a prepaid order may hold stock without being paid
     * @param batch orders one look cancels
     */
    @ConfigurationProperties("orderway.inventory.expiry")
    record Settings(Duration after, int batch) {}
}
