package org.orderway.routes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.orderway.broker.Nearest;
import org.orderway.broker.Topology;
import org.orderway.broker.Topology.ExchangeRow;
import org.orderway.broker.WorkQueue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The rules by which no message is lost: how queues are consumed and exchanges published to. */
@Configuration(proxyBeanMethods = false)
class LintOfQueues {

    static final String RABBIT = "spring-rabbitmq";
    private static final Set<String> CONSUMER_OPTIONS = Set.of("exchangeName", "queues");
    private static final String RETRIES = "retry-then-park";
    private static final String BACK = "back-to-its-queue";

    private final Topology topology;
    private final Placeholders placeholders;

    LintOfQueues(Topology topology, Placeholders placeholders) {
        this.topology = topology;
        this.placeholders = placeholders;
    }

    @Bean
    LintRule errorConfigurationRule() {
        return new LintRule(
                "error-configuration",
                "without one that retries and parks, a failed message is lost or goes round for ever",
                (file, whole, rule) -> file.routes().flatMap(route -> errors(file, route, rule).stream()));
    }

    private Optional<Finding> errors(RouteFile file, Declared route, String rule) {
        Part id = route.body().find("routeConfigurationId").orElse(null);
        if (id == null) {
            return Optional.of(file.finding(
                    rule,
                    route.keyPart(),
                    route.id(),
                    "the route `" + route.id() + "` does not say who catches its errors",
                    "a `routeConfigurationId:`",
                    null));
        }
        if (!route.scheme().equals(RABBIT)) {
            return Optional.empty();
        }
        // Behind a dead-letter queue there is no further one: what goes wrong there must not end in it.
        boolean collects = queues(route).stream().anyMatch(queue -> queue.endsWith("_dlq"));
        String right = collects ? BACK : RETRIES;
        return id.text().equals(right)
                ? Optional.empty()
                : Optional.of(file.finding(
                        rule, id, "a consumer of this queue with another error configuration", "`" + right + "`"));
    }

    @Bean
    LintRule consumerRule() {
        return new LintRule(
                "consumer",
                "what keeps messages safe is set for all consumers in one place, and the queues are those of the table",
                (file, whole, rule) -> file.routes()
                        .filter(route -> route.scheme().equals(RABBIT))
                        .flatMap(route -> consumer(file, route, rule)));
    }

    private Stream<Finding> consumer(RouteFile file, Declared route, String rule) {
        List<Finding> found = new ArrayList<>();
        Part from = route.from().part();
        Part parameters = from.find("parameters").orElse(from);
        for (Part.Entry option : parameters.entries()) {
            if (parameters != from && !CONSUMER_OPTIONS.contains(option.name())) {
                found.add(file.finding(
                        rule,
                        option.key(),
                        option.name(),
                        "a consumer sets `" + option.name() + "`, which is set for all of them in one place",
                        "`exchangeName` and `queues` alone",
                        null));
            }
        }
        for (String option : CONSUMER_OPTIONS) {
            if (!parameters.has(option)) {
                found.add(file.finding(
                        rule,
                        from,
                        route.id(),
                        "the consumer `" + route.id() + "` names no `" + option + "`",
                        null,
                        null));
            }
        }
        parameters.find("queues").ifPresent(part -> queue(file, part, rule).ifPresent(found::add));
        parameters.find("exchangeName").ifPresent(part -> exchange(file, part, rule)
                .ifPresent(found::add));
        return found.stream();
    }

    private Optional<Finding> queue(RouteFile file, Part part, String rule) {
        if (!part.text().matches("\\{\\{orderway\\.[a-z.-]+}}")) {
            return Optional.of(
                    file.finding(rule, part, "a queue by its name", "a setting: `{{orderway.<feature>.queue}}`"));
        }
        return placeholders.resolve(part.text()).flatMap(names -> Arrays.stream(names.split(","))
                .map(String::strip)
                .filter(name -> !name.startsWith("*") && !topology.allQueues().contains(name))
                .findFirst()
                .map(name -> file.finding(
                        rule,
                        part,
                        name,
                        "there is no queue `" + name + "` in orderway.topology",
                        "a queue of the table, whose row is switched on",
                        Nearest.to(name, topology.allQueues()).orElse(null))));
    }

    private Optional<Finding> exchange(RouteFile file, Part part, String rule) {
        List<String> known =
                topology.exchanges().stream().map(ExchangeRow::name).toList();
        return placeholders
                .resolve(part.text())
                .filter(name -> !known.contains(name))
                .map(name -> file.finding(
                        rule,
                        part,
                        name,
                        "there is no exchange `" + name + "` in orderway.topology",
                        "an exchange of the table",
                        Nearest.to(name, known).orElse(null)));
    }

    @Bean
    LintRule publishRule() {
        return new LintRule(
                "publish",
                "only the publisher waits for the broker's confirm; Camel's own producer may wait for a reply instead",
                (file, whole, rule) -> file.declared().stream().flatMap(one -> one.nodes().stream()
                        .filter(node -> !node.kind().equals("from")
                                && Declared.scheme(node.part()).equals(RABBIT))
                        .map(node -> file.finding(
                                rule,
                                node.part().find("uri").orElse(node.part()),
                                "publishing past the confirming publisher",
                                "the door `publish-event`, or the bean `publisher`"))));
    }

    @Bean
    LintRule consumedRule() {
        return new LintRule(
                "consumed",
                "a queue without a consumer fills up, and one with two gives each of them half of its messages",
                (file, whole, rule) -> file.routes()
                        .filter(route -> route.scheme().equals(RABBIT))
                        .flatMap(route -> queues(route).stream()
                                .filter(queue -> consumers(whole, queue).size() > 1)
                                .map(queue -> file.finding(
                                        rule,
                                        route.from().part(),
                                        queue,
                                        "the queue `" + queue + "` has more than one consumer: "
                                                + String.join(", ", consumers(whole, queue)),
                                        "one route a queue",
                                        null))));
    }

    private List<String> consumers(Whole whole, String queue) {
        return whole.routes()
                .filter(placed -> placed.declared().scheme().equals(RABBIT)
                        && queues(placed.declared()).contains(queue))
                .map(placed -> placed.declared().id())
                .toList();
    }

    /** The queues of the table that no route consumes, with what would wait there for ever. */
    List<String> unconsumed(Whole whole) {
        return topology.workQueues().stream()
                .map(WorkQueue::name)
                .filter(queue -> consumers(whole, queue).isEmpty())
                .toList();
    }

    /** In words: the queue, and the published keys that come into it. */
    String inWords(String queue) {
        List<String> keys = topology.published().stream()
                .filter(row -> row.to().contains(queue))
                .map(row -> row.key().isEmpty() ? row.exchange() : row.key())
                .toList();
        return "nothing would consume the queue `" + queue + "`"
                + (keys.isEmpty() ? "" : ", which takes " + String.join(", ", keys));
    }

    /** The queues a route consumes, by their names on the broker. */
    List<String> queues(Declared route) {
        return route.from().part().find("parameters").map(parameters -> parameters.text("queues")).stream()
                .flatMap(text -> placeholders.resolve(text).stream())
                .flatMap(names -> Arrays.stream(names.split(",")))
                .map(String::strip)
                .toList();
    }
}
