package org.orderway.watchdog;

import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.orderway.orders.Trails;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The trails of the orders of late, taken in turn: whether they are as they were written, and complete. */
@Component
class PatrolledTrails {

    private final JdbcClient jdbc;
    private final Trails trails;
    private final Violations violations;
    private final Clock clock;
    private final String queue;

    PatrolledTrails(
            JdbcClient jdbc,
            Trails trails,
            Violations violations,
            Clock clock,
            @Value("${orderway.audit.queue}") String queue) {
        this.jdbc = jdbc;
        this.trails = trails;
        this.violations = violations;
        this.clock = clock;
        this.queue = queue;
    }

    /** The queue in which events wait to be recorded. */
    String queue() {
        return queue;
    }

    /** Adds the orders next in turn; gives the last of them, or null when it was the end. */
    UUID next(UUID before, Watchdog.Settings settings, Set<String> orders) {
        UUID oldest = earliest(clock.instant().minus(settings.trailsOf()).toEpochMilli());
        List<UUID> next = jdbc.sql("select id from orders where id > ? and id > ? order by id limit ?")
                .params(before == null ? oldest : before, oldest, settings.trailsPerLook())
                .query(UUID.class)
                .list();
        next.forEach(id -> orders.add(id.toString()));
        return next.size() < settings.trailsPerLook() ? null : next.get(next.size() - 1);
    }

    List<Violation> broken(Collection<String> orders, Map<String, Long> depths) {
        return trails.faults(orders.stream().map(UUID::fromString).toList()).stream()
                .filter(fault -> !fault.isMissing() || isCaughtUp(depths))
                .map(fault -> fault.isMissing()
                        ? Invariant.TRAIL_COMPLETE.brokenBy(fault.order(), "every event it sent", fault.found())
                        : Invariant.TRAIL_INTACT.brokenBy(fault.order(), "as it was written", fault.found()))
                .toList();
    }

    /** Strikes out what was looked at in this transaction and is right again. */
    void strikeOut(Collection<String> orders, Map<String, Long> depths) {
        violations.gone(Invariant.TRAIL_INTACT, orders);
        if (isCaughtUp(depths)) {
            violations.gone(Invariant.TRAIL_COMPLETE, orders);
        }
    }

    /** While events wait to be recorded, or may do so, nothing can be said to be missing. */
    private boolean isCaughtUp(Map<String, Long> depths) {
        return Long.valueOf(0).equals(depths.get(queue));
    }

    /** The least id an order placed at that time can have: ids begin with their time (UUIDv7). */
    private static UUID earliest(long millis) {
        return new UUID(millis << 16, 0);
    }
}
