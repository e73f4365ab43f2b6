package org.orderway.watchdog;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Open orders that made no progress for long and of which nothing waits where we know of it; one that waits for goods waits
 * where it should. Such an order is waiting in the
 * queue of its next step, or its message is lost. It is lost when that queue is empty, or when an order that was placed after
 * this one had gone quiet has passed the step: a queue hands on in its order.
 */
@Component
class QuietOrders {

    private static final String QUIET = "with " + Books.UNDER_WAY
            + """
            , old as materialized (
                select o.* from unnest(array['RECEIVED', 'CREATED', 'RESERVED', 'PAID', 'PAYMENT_DUE', 'CANCELLING']) s (status)
                cross join lateral (
                    select id, lane, status, payment_method, payment_state, moved_at from orders
                    where orders.status = s.status and moved_at < now() - make_interval(secs => :stuckAfter)
                        and not (orders.status = 'PAID' and not exists (select 1 from order_lines l
                            where l.order_id = orders.id and l.quantity > l.cancelled + l.back_ordered + l.shipped))
                        and id::text not in (select order_id from under_way)
                        and (id::text not in (select order_id from outboxed)
                            or id in (select order_id from nudges
                                      where nudged_at > now() - make_interval(secs => :nudgeAgainAfter)))
                    order by moved_at limit :most) o),
            quiet as materialized (
                select id, lane, coalesce(handed_over_at, moved_at) as progress_at,
                    case when status = 'RECEIVED' then 'create'
                        when status = 'CREATED' then 'reserve'
                        when status in ('PAID', 'PAYMENT_DUE') or payment_state <> 'none' then 'ship'
                        when status = 'RESERVED' and handed_over_at is null then 'payment-handover'
                        when payment_method = 'cod' then 'payment-due'
                        else 'charge' end as awaits
                from (
                    select old.*, case when status = 'RESERVED' then
                        (select recorded_at from outcomes where order_id = old.id and step = 'payment-handover')
                        end as handed_over_at
                    from old) all_old
                where coalesce(handed_over_at, moved_at) < now() - make_interval(secs => :stuckAfter)),
            moved as (delete from quiet_orders where order_id not in (select id from quiet))
            insert into quiet_orders as q (order_id, lane, awaits, progress_at)
            select id, lane, awaits, progress_at from quiet
            on conflict (order_id) do update set lane = excluded.lane, awaits = excluded.awaits,
                progress_at = excluded.progress_at, quiet_since = now(), overtaken = false
            where q.awaits <> excluded.awaits or q.progress_at <> excluded.progress_at
            """;

    private static final String PASSED =
            """
            insert into passed_orders as p (step, lane, created_at)
            select s.step, o.lane, max(o.created_at) from outcomes s join orders o on o.id = s.order_id
            where s.recorded_at > ? and s.step = any(?) group by s.step, o.lane
            on conflict (step, lane) do update set created_at = greatest(p.created_at, excluded.created_at)
            """;

    private static final String OVERTAKEN =
            """
            update quiet_orders q set overtaken = judged.overtaken from (
                select q.order_id, d.ready is not null and d.ready = 0
                    or p.created_at > greatest(q.quiet_since, n.nudged_at) as overtaken
                from quiet_orders q
                left join unnest(:steps, :lanes, cast(:ready as bigint[])) d (step, lane, ready)
                    on d.step = q.awaits and d.lane = q.lane
                left join passed_orders p on p.step = q.awaits and p.lane = q.lane
                left join nudges n on n.order_id = q.order_id) judged
            where judged.order_id = q.order_id and q.overtaken <> coalesce(judged.overtaken, false)
            """;

    private static final String STUCK =
            """
            select q.* from quiet_orders q
            where q.overtaken or q.order_id::text in (
                select subject from violations where invariant = ? and confirmed_at is not null)
            """;

    private static final int MOST_OF_A_STATUS = 1000;

    private final JdbcClient jdbc;
    private final List<Crossing> crossings;

    /** A step, the lane of the orders that come to it, and the queue where they wait for it. */
    private record Crossing(String step, String lane, String queue) {}

    QuietOrders(
            JdbcClient jdbc,
            @Value("${orderway.orders.normal-queue}") String normal,
            @Value("${orderway.orders.priority-queue}") String priority,
            @Value("${orderway.inventory.queue}") String inventory,
            @Value("${orderway.payment.queue}") String payment,
            @Value("${orderway.payment.prepaid-queue}") String prepaid,
            @Value("${orderway.payment.cod-queue}") String cod,
            @Value("${orderway.shipping.queue}") String shipping) {
        this.jdbc = jdbc;
        List<Crossing> all = new ArrayList<>();
        all.add(new Crossing("create", "normal", normal));
        all.add(new Crossing("create", "priority", priority));
        for (String lane : List.of("normal", "priority")) {
            all.add(new Crossing("reserve", lane, inventory));
            all.add(new Crossing("payment-handover", lane, payment));
            all.add(new Crossing("charge", lane, prepaid));
            all.add(new Crossing("payment-due", lane, cod));
            all.add(new Crossing("ship", lane, shipping));
        }
        this.crossings = List.copyOf(all);
    }

    /** The queues in which quiet orders should be waiting. */
    List<String> queues() {
        List<String> awaited = jdbc.sql("select distinct awaits || ' ' || lane from quiet_orders")
                .query(String.class)
                .list();
        return crossings.stream()
                .filter(crossing -> awaited.contains(crossing.step() + " " + crossing.lane()))
                .map(Crossing::queue)
                .distinct()
                .toList();
    }

    /**
     * Finds the quiet orders anew.
     *
     * @param from   orders that passed a step after this time are taken note of
     * @param depths messages ready in the queues; one that is missing is unknown, and no ground for a suspicion
     */
    void find(Duration stuckAfter, Duration nudgeAgainAfter, Instant from, Map<String, Long> depths) {
        jdbc.sql(QUIET)
                .param("stuckAfter", stuckAfter.toMillis() / 1000.0)
                .param("nudgeAgainAfter", nudgeAgainAfter.toMillis() / 1000.0)
                .param("most", MOST_OF_A_STATUS)
                .update();
        if (isAnyQuiet()) {
            jdbc.sql(PASSED)
                    .params(Timestamp.from(from), column(Crossing::step))
                    .update();
            jdbc.sql(OVERTAKEN)
                    .param("steps", column(Crossing::step))
                    .param("lanes", column(Crossing::lane))
                    .param("ready", column(crossing -> depth(depths, crossing)))
                    .update();
        }
    }

    /** Orders whose message is lost, and those that were found so and have not moved since. */
    List<Violation> stuck() {
        return jdbc.sql(STUCK)
                .param(Invariant.ORDER_MOVING.label())
                .query((rs, n) -> Invariant.ORDER_MOVING.brokenBy(
                        rs.getString("order_id"),
                        "a step after " + rs.getTimestamp("progress_at").toInstant(),
                        "waits for the step " + rs.getString("awaits") + ", and no message of it does"))
                .list();
    }

    private boolean isAnyQuiet() {
        return jdbc.sql("select exists (select 1 from quiet_orders)")
                .query(Boolean.class)
                .single();
    }

    private static String depth(Map<String, Long> depths, Crossing crossing) {
        Long depth = depths.get(crossing.queue());
        return depth == null ? null : depth.toString();
    }

    private String[] column(Function<Crossing, String> of) {
        return crossings.stream().map(of).toArray(String[]::new);
    }
}
