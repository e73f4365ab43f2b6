package org.orderway.routes;

import java.util.Comparator;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.springframework.stereotype.Component;

/** What the routes of this instance do at present. */
@Component("routeStates")
public class RouteStates {

    private final CamelContext camel;
    private final Roles roles;

    RouteStates(CamelContext camel, Roles roles) {
        this.camel = camel;
        this.roles = roles;
    }

    /**
     * A route.
     *
     * @param group   the role it belongs to, or null
     * @param status  {@code Started}, {@code Stopped} and so on
     * @param leftOut whether this instance does not have its role
     */
    public record State(String id, String group, String description, String status, boolean leftOut) {

        public boolean isStarted() {
            return status.equals("Started");
        }
    }

    /** The routes of the YAML files by id, those left out that Camel makes of the HTTP contract. */
    public List<State> list() {
        return camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions().stream()
                .filter(route -> route.isRest() == null || !route.isRest())
                .map(this::state)
                .sorted(Comparator.comparing(State::id))
                .toList();
    }

    private State state(RouteDefinition route) {
        String id = route.getRouteId();
        var status = camel.getRouteController().getRouteStatus(id);
        return new State(
                id,
                route.getGroup(),
                route.getDescriptionText(),
                status == null ? "Stopped" : status.name(),
                roles.leavesOut(route.getGroup()));
    }
}
