package org.orderway.desk;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.orderway.announcements.Announcements;
import org.orderway.messages.Retries;
import org.orderway.orders.OrderStatus;
import org.orderway.outages.Outages;
import org.orderway.routes.RouteStates;

/**
 * All of the overview at one moment.
 *
 * @param records   what the database tells; null while it does not answer
 * @param figuresAt when the broker last told its figures; null when it never did
 * @param isStale   whether these are too old to go by
 * @param readyAt   when what waits was last known, which may be later
 */
public record Snapshot(
        Instant at,
        List<Trouble> troubles,
        Records records,
        List<QueueRow> queues,
        Instant figuresAt,
        boolean isStale,
        Instant readyAt,
        Outages.Report outages,
        List<RouteRow> routes,
        long routesStarted) {

    /**
     * What the database tells.
     *
     * @param minutes    orders and pace of the last hour, minute by minute
     * @param orders     placed in the last hour
     * @param median     seconds half of the last hour's orders took; null when none is shipped
     * @param slow       seconds nineteen of twenty took
     * @param lanes      the two lanes in the last hour
     * @param retried    retries of the last hour by queue
     * @param waiting    what waits for a retry
     * @param failures   kinds of failure, the latest first
     * @param invariants every rule, with how many break it
     */
    public record Records(
            List<Minute> minutes,
            long orders,
            Double median,
            Double slow,
            Map<OrderStatus, Long> states,
            List<Lane> lanes,
            Map<String, Long> retried,
            List<Retries.Waiting> waiting,
            List<Map<String, Object>> failures,
            List<Map<String, Object>> invariants,
            String lookedAt,
            List<Announcements.Told> announcements) {

        /** Orders on their way. */
        public long underWay() {
            return states.entrySet().stream()
                    .filter(state -> switch (state.getKey()) {
                        case RECEIVED, CREATED, RESERVED, PAID, PAYMENT_DUE, CANCELLING -> true;
                        default -> false;
                    })
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }

        public long failed() {
            return states.getOrDefault(OrderStatus.FAILED, 0L);
        }

        public long retries() {
            return retried.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /** A minute. @param median seconds, null when nothing placed in it is shipped */
    public record Minute(Instant at, long normal, long priority, Double median, Double slow) {}

    /** A lane. @param queue its queue, null while nothing is known of it */
    public record Lane(String name, long orders, Double median, QueueRow queue) {}

    /**
     * A queue with all that belongs to it; null where nothing is known.
     *
     * @param role    {@code path}, {@code observer}, {@code delay} or {@code side}
     * @param waiting messages in its retry queues
     * @param dead    messages in its dead-letter queue and open dead letters
     */
    public record QueueRow(
            String name,
            String purpose,
            String role,
            Long ready,
            Long inWork,
            Long waiting,
            Long dead,
            Double in,
            Double done,
            Integer consumers) {

        /** Whether nobody takes what waits. */
        public boolean isLeftAlone() {
            return ready != null && ready > 0 && consumers != null && consumers == 0 && !role.equals("delay");
        }
    }

    /** A route that does not run as usual. @param why in words */
    public record RouteRow(RouteStates.State route, String state, String why) {}

    public boolean isWell() {
        return troubles.isEmpty();
    }

    public boolean isBad() {
        return troubles.stream().anyMatch(trouble -> trouble.level().equals("bad"));
    }
}
