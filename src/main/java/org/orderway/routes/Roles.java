package org.orderway.routes;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Which features work in this instance. A route's {@code group} is the role it belongs to; a route of a role that is left
 * out is there, stopped, and its messages wait in their queue for an instance that has the role. Routes without a group,
 * which publish what was recorded and answer requests, work everywhere.
 */
@Component
class Roles extends ModelLifecycleStrategySupport implements CamelContextConfiguration {

    private static final Logger log = LoggerFactory.getLogger(Roles.class);
    private static final String ALL = "all";

    private final List<String> wanted;

    /** Whether a role is at work that somebody switched since the start. */
    private final Map<String, Boolean> switched = new ConcurrentHashMap<>();

    Roles(@Value("${orderway.roles}") List<String> wanted) {
        this.wanted = wanted.stream().map(String::strip).toList();
    }

    /** Called by Camel for every route, those loaded later too. */
    @Override
    public void onAddRouteDefinition(RouteDefinition route) {
        if (leavesOut(route.getGroup())) {
            route.setAutoStartup("false");
        }
    }

    /** Whether this instance does not have that role at present. @param group of a route, null for none */
    boolean leavesOut(String group) {
        return group != null && !switched.getOrDefault(group, has(group));
    }

    /** From now on, until the next start, this instance has that role or has not. Of its routes this concerns those that come later. */
    void turn(String role, boolean isAtWork) {
        switched.put(role, isAtWork);
    }

    /**
     * Says what this instance does not do.
     *
     * @throws UnknownRole when a role is named that no route belongs to: a slip of the pen would stop a feature unnoticed
     */
    @Override
    public void beforeApplicationStart(CamelContext camel) {
        Set<String> known = new TreeSet<>();
        camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions().stream()
                .map(RouteDefinition::getGroup)
                .filter(group -> group != null)
                .forEach(known::add);
        named().filter(role -> !known.contains(role)).findFirst().ifPresent(role -> {
            throw new UnknownRole(role, known);
        });
        List<String> without = known.stream().filter(role -> !has(role)).toList();
        if (!without.isEmpty()) {
            log.info(
                    "This instance does not do: {}. Their messages wait for one that does.",
                    String.join(", ", without));
        }
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {
        // Nothing is left to do then.
    }

    /** From the start. */
    private boolean has(String role) {
        return !wanted.contains("-" + role) && (wanted.contains(ALL) || wanted.contains(role));
    }

    private Stream<String> named() {
        return wanted.stream().filter(role -> !role.equals(ALL)).map(role -> role.replaceFirst("^-", ""));
    }

    /** A role that {@code orderway.roles} names and no route belongs to. */
    static final class UnknownRole extends RuntimeException {

        private static final long serialVersionUID = 1L;

        UnknownRole(String role, Set<String> known) {
            super("orderway.roles names \"" + role + "\", which no route has as its group. There are: "
                    + String.join(", ", known) + ", and all; a minus before a name leaves it out.");
        }
    }
}
