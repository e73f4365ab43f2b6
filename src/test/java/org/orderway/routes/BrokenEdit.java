package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A mistake a person may make in a file of routes.
 *
 * @param name what they did
 * @param path the file, below routes-yaml/
 * @param from the text they changed; the first one in the file
 * @param to   what they made of it
 * @param rule by which it is refused
 * @param told words of the message, the nearest name among them where there is one
 */
public record BrokenEdit(String name, String path, String from, String to, String rule, String told) {

    private static final String INVENTORY = "inventory.camel.yaml";
    private static final String RESERVE_BEAN = "        - bean:\n            id: inventory-reserve-hold\n";

    /** The file as they saved it. */
    public String apply(String text) {
        assertThat(text).as(path).contains(from);
        int at = text.indexOf(from);
        return text.substring(0, at) + to + text.substring(at + from.length());
    }

    @Override
    public String toString() {
        return name;
    }

    /** Mistakes of every kind. */
    public static List<BrokenEdit> all() {
        return Stream.of(yaml(), words(), wires(), camel(), style(), queues())
                .flatMap(List::stream)
                .toList();
    }

    private static BrokenEdit inventory(String name, String from, String to, String rule, String told) {
        return new BrokenEdit(name, INVENTORY, from, to, rule, told);
    }

    private static List<BrokenEdit> yaml() {
        return List.of(
                inventory("a tab", "    description: Reserve", "\tdescription: Reserve", "yaml", "no YAML"),
                inventory("a wrong indent", "    group: inventory\n", "   group: inventory\n", "yaml", "no YAML"),
                inventory(
                        "a missing colon",
                        "    id: inventory-reserve\n",
                        "    id inventory-reserve\n",
                        "yaml",
                        "no YAML"),
                inventory(
                        "an open quote",
                        "queues: \"{{orderway.inventory.queue}}\"",
                        "queues: \"{{orderway",
                        "yaml",
                        "no YAML"),
                inventory(
                        "a key twice",
                        "    group: inventory\n",
                        "    group: inventory\n    group: payment\n",
                        "yaml",
                        "`group` stands here twice"));
    }

    private static List<BrokenEdit> words() {
        return List.of(
                inventory("an unknown step", "        - bean:\n", "        - baen:\n", "dsl", "did you mean `bean`?"),
                inventory("an unknown field", "      steps:\n", "      stepps:\n", "dsl", "did you mean `steps`?"),
                inventory("an unknown thing", "- route:\n", "- rout:\n", "dsl", "did you mean `route`?"),
                new BrokenEdit(
                        "a word for a number",
                        "shared/errors.camel.yaml",
                        "maximumRedeliveries: \"{{orderway.retry.quick-redeliveries}}\"",
                        "maximumRedeliveries: lots",
                        "value",
                        "`maximumRedeliveries` cannot be `lots` Expected: a number"),
                new BrokenEdit(
                        "a setting that is no time",
                        "shared/errors.camel.yaml",
                        "redeliveryDelay: \"{{orderway.retry.quick-delay}}\"",
                        "redeliveryDelay: \"{{orderway.inventory.queue}}\"",
                        "value",
                        "a time such as 5s"),
                new BrokenEdit(
                        "neither yes nor no",
                        "shared/errors-in-background.camel.yaml",
                        "logExhausted: \"false\"",
                        "logExhausted: \"never\"",
                        "value",
                        "true or false"),
                new BrokenEdit(
                        "a level there is not",
                        "shared/errors-in-background.camel.yaml",
                        "loggingLevel: WARN",
                        "loggingLevel: LOUD",
                        "value",
                        "one of TRACE, DEBUG"));
    }

    private static List<BrokenEdit> wires() {
        return List.of(
                inventory(
                        "an unknown bean",
                        "ref: inventory\n",
                        "ref: inventry\n",
                        "bean",
                        "no bean `inventry`; did you mean `inventory`?"),
                inventory(
                        "an unknown method",
                        "method: reserve\n",
                        "method: reserv\n",
                        "bean",
                        "did you mean `reserve`?"),
                inventory(
                        "too many arguments",
                        "method: reserve\n",
                        "method: \"reserve(${body}, 3)\"\n",
                        "bean",
                        "called with 2 arguments"),
                inventory(
                        "an unknown setting",
                        "{{orderway.inventory.queue}}",
                        "{{orderway.inventory.queu}}",
                        "setting",
                        "did you mean `orderway.inventory.queue`?"),
                inventory(
                        "an unknown option",
                        "              name: read-event\n",
                        "              nam: read-event\n",
                        "endpoint",
                        "did you mean `name`?"),
                inventory(
                        "an unknown component",
                        "            uri: direct\n",
                        "            uri: driect\n",
                        "endpoint",
                        "there is no component `driect`"),
                inventory(
                        "an unknown door",
                        "              name: read-event\n",
                        "              name: read-evnt\n",
                        "door",
                        "did you mean `read-event`?"),
                new BrokenEdit(
                        "an unknown error configuration",
                        "topology.camel.yaml",
                        "routeConfigurationId: answer-problem",
                        "routeConfigurationId: answer-problm",
                        "error-configuration",
                        "did you mean `answer-problem`?"),
                new BrokenEdit(
                        "an unknown exception",
                        "shared/problems.camel.yaml",
                        "org.orderway.orders.UnknownOrder",
                        "org.orderway.orders.UnknownOrdr",
                        "class",
                        "there is no class"));
    }

    private static List<BrokenEdit> camel() {
        return List.of(
                new BrokenEdit(
                        "a broken expression",
                        "lanes.camel.yaml",
                        "${variable.delivery.type} == 'order.placed'",
                        "${variable.delivery.type == 'order.placed'",
                        "camel",
                        "Camel does not take it"),
                new BrokenEdit(
                        "an unknown function",
                        "lanes.camel.yaml",
                        "\"${body.orderId}\"",
                        "\"${bdy.orderId}\"",
                        "camel",
                        "bdy"));
    }

    private static List<BrokenEdit> style() {
        return List.of(
                inventory(
                        "a node without id",
                        "            id: inventory-reserve-read\n            uri: direct\n",
                        "            uri: direct\n",
                        "ids",
                        "with no id"),
                inventory(
                        "an id of another node",
                        "id: inventory-reserve-publish",
                        "id: inventory-reserve-read",
                        "ids",
                        "more than once"),
                inventory(
                        "somebody's data in the log",
                        RESERVE_BEAN,
                        "        - log:\n            id: inventory-reserve-tell\n            message: \"Got ${body}\"\n"
                                + RESERVE_BEAN,
                        "personal-data",
                        "`${body}`"),
                inventory(
                        "no description",
                        "    description: Reserve stock for a created order\n",
                        "",
                        "description",
                        "does not say what it does"),
                inventory("no role", "    group: inventory\n", "", "role", "belongs to no role"),
                inventory(
                        "a comment below",
                        "      steps:\n",
                        "      steps:\n        # here\n",
                        "comments",
                        "below the header"),
                inventory(
                        "no header",
                        "# Inventory reserves",
                        "---\n# Inventory reserves",
                        "header",
                        "does not begin with"),
                inventory(
                        "a handler of its own",
                        "    group: inventory\n",
                        "    group: inventory\n    errorHandler:\n      noErrorHandler: {}\n",
                        "error-handler",
                        "diagrams"),
                inventory(
                        "a step in short",
                        RESERVE_BEAN,
                        "        - to: \"direct:read-event\"\n" + RESERVE_BEAN,
                        "form",
                        "in short"),
                inventory(
                        "two comparisons",
                        RESERVE_BEAN,
                        "        - setBody:\n            id: inventory-reserve-two\n            expression:\n              simple:\n                expression: \"${body} == 1 && ${body} == 2\"\n"
                                + RESERVE_BEAN,
                        "form",
                        "more than one comparison"),
                inventory(
                        "an endpoint of content",
                        RESERVE_BEAN,
                        "        - toD:\n            id: inventory-reserve-any\n            uri: \"${header.where}\"\n"
                                + RESERVE_BEAN,
                        "endpoint-of-content",
                        "made of the message"),
                inventory(
                        "a lost count",
                        RESERVE_BEAN,
                        "        - removeHeaders:\n            id: inventory-reserve-drop\n            pattern: \"*\"\n"
                                + RESERVE_BEAN,
                        "redelivery-count",
                        "count of redeliveries"),
                inventory(
                        "a waiver without a why",
                        "# Inventory reserves",
                        "# waive role\n# Inventory reserves",
                        "waiver",
                        "says not why"));
    }

    private static List<BrokenEdit> queues() {
        String queues = "        queues: \"{{orderway.inventory.queue}}\"\n";
        return List.of(
                inventory(
                        "an option that loses messages",
                        queues,
                        queues + "        asyncConsumer: \"true\"\n",
                        "consumer",
                        "sets `asyncConsumer`"),
                inventory(
                        "declaring by itself",
                        queues,
                        queues + "        autoDeclare: \"true\"\n",
                        "consumer",
                        "sets `autoDeclare`"),
                inventory(
                        "a queue of somebody else",
                        queues,
                        "        queues: \"{{orderway.payment.queue}}\"\n",
                        "consumed",
                        "more than one consumer"),
                inventory(
                        "a queue by its name",
                        "\"{{orderway.inventory.queue}}\"",
                        "inventory_queue",
                        "consumer",
                        "a queue by its name"),
                inventory(
                        "an exchange there is not",
                        "exchangeName: \"{{orderway.exchange.orders}}\"",
                        "exchangeName: order_evens",
                        "consumer",
                        "did you mean `order_events`?"),
                inventory(
                        "another error configuration",
                        "routeConfigurationId: retry-then-park",
                        "routeConfigurationId: pass-errors-up",
                        "error-configuration",
                        "`retry-then-park`"),
                inventory(
                        "publishing past the publisher",
                        RESERVE_BEAN,
                        "        - to:\n            id: inventory-reserve-send\n            uri: spring-rabbitmq\n            parameters:\n              exchangeName: \"{{orderway.exchange.orders}}\"\n"
                                + RESERVE_BEAN,
                        "publish",
                        "past the confirming publisher"));
    }

    /** Files that others cannot do without, which somebody deletes, with words of the message. */
    public static Map<String, String> deletions() {
        return Map.of(
                "inventory.camel.yaml", "nothing would consume the queue `inventory_queue`",
                "shared/events.camel.yaml", "no route stands behind the door `direct:read-event`",
                "topology.camel.yaml", "which HTTP requests come to");
    }
}
