package org.orderway.routes;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The rules of routes and their nodes: named, described, and in the form that editors write. */
@Configuration(proxyBeanMethods = false)
class LintOfRoutes {

    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9-]*");
    private static final Pattern SECOND_COMPARISON = Pattern.compile("&&|\\|\\||\\band\\b|\\bor\\b");

    /** What works by itself, not because another route or a request asks for it. */
    private static final Set<String> WORKS_BY_ITSELF = Set.of("spring-rabbitmq", "scheduler", "timer", "file");

    /** What an instance cannot be without. */
    private static final Set<String> ALWAYS_AT_WORK = Set.of("outages-probe");

    @Bean
    LintRule descriptionRule() {
        return new LintRule(
                "description",
                "a route that says what it does can be found and drawn",
                (file, whole, rule) -> file.routes()
                        .filter(route -> route.body().text("description").isBlank())
                        .map(route -> file.finding(
                                rule,
                                route.keyPart(),
                                route.id(),
                                "the route `" + route.id() + "` does not say what it does",
                                "a `description:`",
                                null)));
    }

    @Bean
    LintRule idRule() {
        return new LintRule(
                "ids",
                "tests, diagrams and metrics know a node by its id, and one made up by Camel changes with every edit",
                (file, whole, rule) -> {
                    Map<String, Long> times = ids(whole);
                    return file.declared().stream()
                            .filter(one -> one.isRoute() || one.isConfiguration())
                            .flatMap(one -> Stream.concat(
                                    own(file, one, rule, times),
                                    one.nodes().stream().flatMap(node -> ofNode(file, one, node, rule, times))));
                });
    }

    private static Map<String, Long> ids(Whole whole) {
        return whole.declared()
                .flatMap(placed -> Stream.concat(
                        Stream.of(placed.declared().id()),
                        placed.declared().nodes().stream().map(Declared.Step::id)))
                .filter(id -> !id.isEmpty())
                .collect(Collectors.groupingBy(id -> id, Collectors.counting()));
    }

    private static Stream<Finding> own(RouteFile file, Declared one, String rule, Map<String, Long> times) {
        if (!ID.matcher(one.id()).matches()) {
            return Stream.of(file.finding(
                    rule,
                    one.keyPart(),
                    one.id(),
                    "the " + one.kind() + " has " + (one.id().isEmpty() ? "no id" : "the id `" + one.id() + "`"),
                    "an `id:` of a-z, 0-9 and -, such as `inventory-reserve`",
                    null));
        }
        return taken(file, one.body().find("id").orElseThrow(), rule, times);
    }

    private static Stream<Finding> ofNode(
            RouteFile file, Declared one, Declared.Step node, String rule, Map<String, Long> times) {
        String id = node.id();
        if (!ID.matcher(id).matches() || !id.startsWith(one.id() + "-")) {
            Part at = node.part().find("id").orElse(node.part());
            return Stream.of(file.finding(
                    rule,
                    at,
                    node.kind(),
                    "a `" + node.kind() + "` with " + (id.isEmpty() ? "no id" : "the id `" + id + "`"),
                    "an `id:` that begins with `" + one.id() + "-`",
                    null));
        }
        return taken(file, node.part().find("id").orElseThrow(), rule, times);
    }

    private static Stream<Finding> taken(RouteFile file, Part id, String rule, Map<String, Long> times) {
        return times.getOrDefault(id.text(), 1L) > 1
                ? Stream.of(file.finding(
                        rule,
                        id,
                        "the id `" + id.text() + "` stands in these files more than once",
                        "an id of its own"))
                : Stream.empty();
    }

    @Bean
    LintRule roleRule() {
        return new LintRule(
                "role",
                "an instance can do without a feature only if its routes say to which they belong",
                (file, whole, rule) -> file.routes()
                        .filter(route -> WORKS_BY_ITSELF.contains(route.scheme())
                                && !file.path().contains("simulators/")
                                && !ALWAYS_AT_WORK.contains(route.id())
                                && route.body().text("group").isBlank())
                        .map(route -> file.finding(
                                rule,
                                route.keyPart(),
                                route.id(),
                                "the route `" + route.id() + "` belongs to no role",
                                "a `group:` with the feature's name",
                                null)));
    }

    @Bean
    LintRule errorHandlerRule() {
        return new LintRule(
                "error-handler",
                "a handler of its own breaks the diagrams of all routes; what catches stands in shared/",
                (file, whole, rule) -> file.routes()
                        .flatMap(route -> Stream.of("errorHandler", "errorHandlerRef", "nodePrefixId")
                                .flatMap(word -> route.body().find(word).stream())
                                .map(part -> file.finding(
                                        rule,
                                        part,
                                        route.id(),
                                        "the route `" + route.id() + "` has what breaks the diagrams",
                                        "a `routeConfigurationId:`",
                                        null))));
    }

    @Bean
    LintRule formRule() {
        return new LintRule(
                "form",
                "visual editors write endpoints and steps in one form, and a diff shows the option that changed",
                (file, whole, rule) -> {
                    Stream.Builder<Finding> found = Stream.builder();
                    file.declared().forEach(one -> one.body().walkEntries(entry -> form(file, entry, rule, found)));
                    return found.build();
                });
    }

    private static void form(RouteFile file, Part.Entry entry, String rule, Stream.Builder<Finding> found) {
        String text = entry.value().text();
        if (entry.name().equals("uri") && (text.contains("?") || text.matches("(direct|seda):.*"))) {
            found.add(file.finding(
                    rule, entry.value(), "options in the uri", "the scheme alone, its options under `parameters:`"));
        }
        if (entry.name().equals("to") && entry.value().isText()) {
            found.add(file.finding(rule, entry.value(), "a `to` in short", "`id:`, `uri:` and `parameters:` under it"));
        }
        if (entry.name().equals("steps")) {
            entry.value().items().stream()
                    .filter(step -> step.entries().size() != 1)
                    .forEach(step ->
                            found.add(file.finding(rule, step, "a step that is not one node", "one node a step")));
        }
        if (entry.name().equals("expression") && entry.value().isText() && SECOND_COMPARISON.split(text).length > 1) {
            found.add(file.finding(
                    rule, entry.value(), "more than one comparison", "a method of a bean that decides it"));
        }
    }

    @Bean
    LintRule contentRule() {
        List<String> dynamic = List.of("toD", "recipientList", "routingSlip", "dynamicRouter");
        return new LintRule(
                "endpoint-of-content",
                "whoever writes a message would choose where it goes",
                (file, whole, rule) -> file.declared().stream().flatMap(one -> one.nodes().stream()
                        .filter(node -> dynamic.contains(node.kind())
                                || node.part().text("uri").contains("${")
                                || node.kind().matches("enrich|pollEnrich|poll")
                                        && !node.part().has("uri"))
                        .map(node -> file.finding(
                                rule,
                                node.part(),
                                node.kind(),
                                "a `" + node.kind() + "` whose endpoint is made of the message",
                                "a `to` with a fixed `uri:`, in a `choice` if there are several",
                                null))));
    }

    @Bean
    LintRule redeliveryRule() {
        return new LintRule(
                "redelivery-count",
                "Camel counts its quick redeliveries in a header; without it they never end",
                (file, whole, rule) -> file.routes()
                        .filter(route -> !route.id().equals("answer-json"))
                        .flatMap(route -> route.nodes().stream())
                        .filter(node -> node.kind().startsWith("removeHeader")
                                && !node.part().text("excludePattern").startsWith("CamelRedeliver"))
                        .map(node -> file.finding(
                                rule,
                                node.part(),
                                node.id(),
                                "`" + node.id() + "` drops the count of redeliveries",
                                "`excludePattern: CamelRedeliver.*`",
                                null)));
    }
}
