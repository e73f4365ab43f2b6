package org.orderway.routes;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.orderway.orders.Decision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Switches roles of this instance off and on while it runs; its next start goes by the settings again. What waits in the queues of
 * a role that rests stays there, for another instance or for later.
 */
@Component("roleSwitch")
public class RoleSwitch {

    private static final Logger log = LoggerFactory.getLogger(RoleSwitch.class);
    private static final String DONE = "done";

    private final Roles roles;
    private final RouteStates states;
    private final RouteGate gate;
    private final Swap swap;
    private final RoleHistory history;
    private final Clock clock;
    private final Map<String, Switched> latest = new ConcurrentHashMap<>();

    /** Several instances on one machine have names of their own: process and machine. */
    private final String instance = ManagementFactory.getRuntimeMXBean().getName();

    RoleSwitch(Roles roles, RouteStates states, RouteGate gate, Swap swap, RoleHistory history, Clock clock) {
        this.roles = roles;
        this.states = states;
        this.gate = gate;
        this.swap = swap;
        this.history = history;
        this.clock = clock;
    }

    /** All roles there are. @param instance whose they are */
    public record Report(String instance, List<Role> roles) {}

    /**
     * A role.
     *
     * @param switched who switched it since the start; null when nobody did
     */
    public record Role(String role, boolean atWork, Switched switched, List<RouteOfRole> routes) {}

    /** @param status {@code Started}, {@code Stopped} and so on */
    public record RouteOfRole(String id, String description, String status) {}

    /** @param at ISO 8601, UTC */
    public record Switched(String by, String reason, String at) {}

    /** Which roles are at work in this instance. */
    public Report report() {
        Map<String, List<RouteStates.State>> byRole = states.list().stream()
                .filter(route -> route.group() != null)
                .collect(Collectors.groupingBy(RouteStates.State::group, TreeMap::new, Collectors.toList()));
        return new Report(
                instance,
                byRole.entrySet().stream()
                        .map(role -> view(role.getKey(), role.getValue()))
                        .toList());
    }

    private Role view(String role, List<RouteStates.State> routes) {
        return new Role(
                role,
                !roles.leavesOut(role),
                latest.get(role),
                routes.stream()
                        .map(route -> new RouteOfRole(route.id(), route.description(), route.status()))
                        .toList());
    }

    /**
     * Its routes stop taking, finish what they have in hand, and rest.
     *
     * @throws NoSuchRole when no route belongs to it
     * @throws RoleBusy   when one has something in hand for too long; the role is as it was then
     */
    public Role stop(String role, JsonNode request) {
        return gate.onTheHand(() -> {
            List<String> routes = routesOf(role);
            Decision who = Decision.of(request);
            Instant now = clock.instant();
            long change = history.begin(instance, role, "stop", who, now);
            try {
                swap.rest(routes);
            } catch (Swap.Busy busy) {
                history.end(change, busy.getMessage());
                throw new RoleBusy(role, busy);
            }
            return turned(role, false, who, now, change);
        });
    }

    /** Its routes are at work again, those too that somebody had stopped one by one. @throws NoSuchRole when no route belongs to it */
    public Role start(String role, JsonNode request) {
        return gate.onTheHand(() -> {
            List<String> routes = routesOf(role);
            Decision who = Decision.of(request);
            Instant now = clock.instant();
            long change = history.begin(instance, role, "start", who, now);
            swap.wake(routes);
            return turned(role, true, who, now, change);
        });
    }

    private Role turned(String role, boolean isAtWork, Decision who, Instant at, long change) {
        roles.turn(role, isAtWork);
        latest.put(role, new Switched(who.by(), who.reason(), at.toString()));
        log.info("{}: {} {} in this instance", who.by(), role, isAtWork ? "is at work" : "rests");
        history.end(change, DONE);
        return one(role);
    }

    private Role one(String role) {
        return report().roles().stream()
                .filter(known -> known.role().equals(role))
                .findFirst()
                .orElseThrow(() -> new NoSuchRole(role));
    }

    private List<String> routesOf(String role) {
        return one(role).routes().stream().map(RouteOfRole::id).toList();
    }
}
