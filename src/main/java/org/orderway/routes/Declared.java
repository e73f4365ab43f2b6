package org.orderway.routes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Something a file declares: a route, a route configuration, or what is read at the start alone.
 *
 * @param kind     route, routeConfiguration, rest, …
 * @param id       its id; empty without one
 * @param body     what stands under the kind
 * @param value    the same as a plain value: two that are equal do the same, however they are written
 * @param first    its first line
 * @param last     its last line
 * @param keyPart  the word of the kind
 */
record Declared(String kind, String id, Part keyPart, Part body, JsonNode value, int first, int last) {

    static final String ROUTE = "route";
    static final String CONFIGURATION = "routeConfiguration";

    /** A node of a route. @param kind to, bean, log, from, when, … */
    record Step(String kind, Part part) {

        String id() {
            return part.text("id");
        }
    }

    private static final Set<String> LISTS_OF_NODES = Set.of("when", "doCatch");
    private static final Set<String> NODES = Set.of("from", "otherwise", "doFinally", "onFallback");
    private static final Set<String> LISTS_OF_NAMED = Set.of("onException", "onCompletion", "intercept");
    private static final Set<String> NO_STEPS =
            Set.of("from", "when", "otherwise", "doCatch", "doFinally", "onFallback", "onException", "onCompletion");

    boolean isRoute() {
        return kind.equals(ROUTE);
    }

    boolean isConfiguration() {
        return kind.equals(CONFIGURATION);
    }

    /** Every node, in the order it is written. */
    List<Step> nodes() {
        List<Step> nodes = new ArrayList<>();
        nodes(body, (name, part) -> nodes.add(new Step(name, part)));
        return nodes;
    }

    /** The nodes that do something. */
    List<Step> steps() {
        return nodes().stream().filter(node -> !NO_STEPS.contains(node.kind())).toList();
    }

    /** Where messages come from; null in what is no route. */
    Step from() {
        return body.find("from").map(part -> new Step("from", part)).orElse(null);
    }

    /** The scheme it begins with; empty in what is no route. */
    String scheme() {
        return from() == null ? "" : scheme(from().part());
    }

    static String scheme(Part endpoint) {
        String uri = endpoint.text("uri");
        return uri.contains(":") && !uri.startsWith("{{") ? uri.substring(0, uri.indexOf(':')) : uri;
    }

    /** The error configuration it names; empty without one. */
    String configuration() {
        return body.text("routeConfigurationId");
    }

    /** The same where a setting may say which door it is. */
    static String door(Part endpoint, Placeholders settings) {
        String name = door(endpoint);
        return settings.resolve(name).orElse(name);
    }

    /** The name of the door a {@code direct} endpoint is. */
    static String door(Part endpoint) {
        String uri = endpoint.text("uri");
        return uri.startsWith("direct:")
                ? uri.substring("direct:".length())
                : endpoint.find("parameters").map(p -> p.text("name")).orElse("");
    }

    private static void nodes(Part owner, BiConsumer<String, Part> visit) {
        for (Part.Entry field : owner.entries()) {
            String name = field.name();
            if (name.equals("steps")) {
                field.value().items().forEach(step -> step.entries().forEach(only -> {
                    visit.accept(only.name(), only.value());
                    nodes(only.value(), visit);
                }));
            } else if (LISTS_OF_NODES.contains(name)) {
                field.value().items().forEach(node -> {
                    visit.accept(name, node);
                    nodes(node, visit);
                });
            } else if (LISTS_OF_NAMED.contains(name)) {
                field.value().items().forEach(item -> item.find(name).ifPresent(node -> {
                    visit.accept(name, node);
                    nodes(node, visit);
                }));
            } else if (NODES.contains(name) && field.value().isMapping()) {
                visit.accept(name, field.value());
                nodes(field.value(), visit);
            }
        }
    }
}
