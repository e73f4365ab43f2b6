package org.orderway.orders;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Keeps the backlog of normal orders in their lane: the queues behind it serve both lanes, and a priority order has to wait
 * there for what came before it.
 */
@Component("normalLane")
public class NormalLane {

    private static final String IN_PROGRESS =
            """
            select count(*) from (
                select 1 from orders o
                where status in ('CREATED', 'RESERVED', 'PAID', 'PAYMENT_DUE') and moved_at > ? and lane = 'normal'
                    and not exists (select 1 from retries r where r.order_id = o.id and r.due_at > now())
                    and not exists (select 1 from dead_letters d where d.order_id = o.id and d.state = 'open')
                limit ?) counted
            """;

    private final JdbcClient jdbc;
    private final Clock clock;
    private final Settings settings;
    private volatile boolean full;

    NormalLane(JdbcClient jdbc, Clock clock, Settings settings) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.settings = settings;
    }

    /**
     * Whether the lane has to wait: as many of its orders as may are in progress, in all instances together, or were and
     * more than half of them still are. What waits for a retry, for a person or for anything else for long does not count.
     */
    public boolean isFull() {
        if (settings.inProgress() > 0) {
            long inProgress = jdbc.sql(IN_PROGRESS)
                    .params(Timestamp.from(clock.instant().minus(settings.movedWithin())), settings.inProgress())
                    .query(Long.class)
                    .single();
            full = inProgress >= settings.inProgress() || full && inProgress > settings.inProgress() / 2;
        }
        return full;
    }

    /**
     * Settings of the normal lane.
     *
     * @param inProgress  orders between lane and parcel at which the lane pauses; 0 for never
     * @param movedWithin an order that made no step for so long is held up by something else
     */
    @ConfigurationProperties("orderway.normal-lane")
    record Settings(int inProgress, Duration movedWithin) {}
}
