package org.orderway.orders;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Keeps what orders are promised. A normal order whose time runs out while it waits in its lane is placed into the priority
 * lane as well: whichever of its two messages comes first sets it going, and the other one finds that done.
 */
@Component("promises")
public class Promises {

    private static final String RUNNING_OUT =
            """
            select id from orders where status = 'RECEIVED' and lane = 'normal' and promised_by < ?
            order by promised_by limit ? for update skip locked
            """;

    private static final String PASSED =
            """
            select id from orders where delayed_at is null and promised_by < ?
                and status not in ('SHIPPED', 'DELIVERED', 'CANCELLING', 'CANCELLED', 'FAILED', 'RETURNED')
            order by promised_by limit ? for update skip locked
            """;

    private final JdbcClient jdbc;
    private final Orders orders;
    private final OrderEvents events;
    private final Outbox outbox;
    private final PromiseSettings settings;
    private final Clock clock;

    Promises(JdbcClient jdbc, Orders orders, OrderEvents events, Outbox outbox, PromiseSettings settings, Clock clock) {
        this.jdbc = jdbc;
        this.orders = orders;
        this.events = events;
        this.outbox = outbox;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Moves normal orders whose time runs out to the priority lane, those first that are promised first, and no more than
     * may wait there beside its own orders. Gives what was written into the outbox.
     */
    @Transactional
    public List<Outbox.Entry> promote() {
        if (!isAlone()) {
            return List.of();
        }
        return each(
                RUNNING_OUT,
                clock.instant().plus(settings.slack()),
                room(),
                order -> events.placed(orders.promote(order)));
    }

    /** Tells once of each order that it has not left the house in its time. Gives what was written into the outbox. */
    @Transactional
    public List<Outbox.Entry> delayed() {
        return each(PASSED, clock.instant(), settings.batch(), order -> {
            orders.delayed(order);
            return events.delayed(order);
        });
    }

    private List<Outbox.Entry> each(String select, Instant before, long most, Function<Order, OutgoingMessage> work) {
        return jdbc.sql(select).params(Timestamp.from(before), most).query(UUID.class).list().stream()
                .map(orders::lock)
                .map(work)
                .map(outbox::add)
                .toList();
    }

    private long room() {
        return jdbc.sql("select count(*) as waiting, count(promoted_at) as moved from orders"
                        + " where status = 'RECEIVED' and lane = 'priority'")
                .query((rs, n) -> {
                    long moved = rs.getLong("moved");
                    long own = rs.getLong("waiting") - moved;
                    return Math.min(settings.batch(), Math.max(0, settings.mostBeside(own) - moved));
                })
                .single();
    }

    /** Two instances at the same time would each fill the room that there is. */
    private boolean isAlone() {
        return jdbc.sql("select pg_try_advisory_xact_lock(hashtext('orderway'), hashtext('promises'))")
                .query(Boolean.class)
                .single();
    }
}
