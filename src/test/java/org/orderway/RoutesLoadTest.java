package org.orderway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.orderway.broker.Topology;
import org.orderway.broker.WorkQueue;
import org.orderway.testing.RouteTest;
import org.springframework.beans.factory.annotation.Autowired;

/** The routes of routes-yaml/ load, and are written the way people and visual editors expect. */
class RoutesLoadTest extends RouteTest {

    private static final int MOST_LINES = 125;
    private static final int MOST_ROUTES = 5;
    private static final int MOST_STEPS = 10;

    /** What an instance cannot be without. */
    private static final Set<String> ALWAYS_AT_WORK = Set.of("outages-probe");

    /** What stays in the house. */
    private static final Set<String> INSIDE = Set.of("direct", "seda", "log", "bean", "file", "controlbus");

    /** Its address is a header that a bean writes, from the settings. */
    private static final String MANAGEMENT = "http://rabbitmq-management";

    private static final Map<Path, JsonNode> FILES = new LinkedHashMap<>();

    @Autowired
    private Topology topology;

    @BeforeAll
    static void readTheFiles() throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        try (Stream<Path> found = Files.walk(Path.of("routes-yaml"))) {
            for (Path file : found.filter(Files::isRegularFile).sorted().toList()) {
                FILES.put(file, yaml.readTree(file.toFile()));
            }
        }
    }

    @Test
    void everyFileLoads() {
        List<String> written = routes().map(route -> route.get("id").asText()).toList();

        assertThat(FILES.keySet()).allMatch(file -> file.toString().endsWith(".camel.yaml"));
        assertThat(written).hasSizeGreaterThan(30).doesNotHaveDuplicates();
        assertThat(routeIds()).containsExactlyInAnyOrderElementsOf(written);
    }

    @Test
    void everyFileBeginsWithWhatItIsForAndIsShortEnoughToRead() throws IOException {
        for (Path file : FILES.keySet()) {
            List<String> lines = Files.readAllLines(file);
            assertThat(lines.get(0)).as(file + " line 1").startsWith("# ");
            assertThat(lines).as(file + " in lines").hasSizeLessThanOrEqualTo(MOST_LINES);
            assertThat(FILES.get(file).findValues("route"))
                    .as(file + " in routes")
                    .hasSizeLessThanOrEqualTo(MOST_ROUTES);
            long firstNode = lines.stream()
                    .takeWhile(line -> line.startsWith("#") || line.isBlank())
                    .count();
            assertThat(lines.stream().skip(firstNode).map(String::strip))
                    .as(file + ": comments below the header, which editors drop")
                    .noneMatch(line -> line.startsWith("#"));
        }
    }

    @Test
    void everyRouteSaysWhatItDoesAndWhoCatchesItsErrors() {
        Set<String> configurations = new HashSet<>();
        each("routeConfiguration", (file, c) -> configurations.add(c.path("id").asText()));

        each("route", (file, route) -> {
            String id = route.path("id").asText();
            assertThat(id).as("a route in " + file).matches("[a-z][a-z0-9-]+");
            assertThat(route.path("description").asText())
                    .as(id + " description")
                    .isNotBlank();
            assertThat(configurations)
                    .as(id + " routeConfigurationId")
                    .contains(route.path("routeConfigurationId").asText());
            assertThat(route.has("errorHandler"))
                    .as(id + " errorHandler, which breaks Hawtio's diagrams")
                    .isFalse();
            if (Set.of("spring-rabbitmq", "scheduler", "timer", "file")
                            .contains(route.path("from").path("uri").asText())
                    && !file.startsWith("routes-yaml/simulators")
                    && !ALWAYS_AT_WORK.contains(id)) {
                assertThat(route.path("group").asText())
                        .as(id + " group: the role by which an instance can be without it")
                        .isNotBlank();
            }
            assertThat(route.has("nodePrefixId")).as(id + " nodePrefixId").isFalse();
        });
    }

    @Test
    void everyNodeHasAnIdOfItsOwnThatBeginsWithItsRoute() {
        List<String> ids = new ArrayList<>();
        each("route", (file, route) -> nodes(route, (kind, node) -> checkId(file, route, kind, node, ids)));
        each("routeConfiguration", (file, c) -> nodes(c, (kind, node) -> checkId(file, c, kind, node, ids)));
        routes().forEach(route -> ids.add(route.get("id").asText()));

        assertThat(ids).hasSizeGreaterThan(150).doesNotHaveDuplicates();
    }

    private static void checkId(Path file, JsonNode owner, String kind, JsonNode node, List<String> ids) {
        String id = node.path("id").asText();
        assertThat(id)
                .as(kind + " in " + file)
                .startsWith(owner.get("id").asText() + "-")
                .matches("[a-z0-9-]+");
        ids.add(id);
    }

    @Test
    void everyRouteIsShort() {
        each("route", (file, route) -> {
            List<String> steps = new ArrayList<>();
            nodes(route, (kind, node) -> {
                if (!Set.of("from", "when", "otherwise").contains(kind)) {
                    steps.add(node.path("id").asText());
                }
            });
            assertThat(steps)
                    .as("steps of " + route.get("id").asText())
                    .isNotEmpty()
                    .hasSizeLessThanOrEqualTo(MOST_STEPS);
        });
    }

    @Test
    void optionsAreParametersAndCallsAreWrittenOut() {
        FILES.forEach((file, root) -> {
            root.findValues("uri").forEach(uri -> assertThat(uri.asText())
                    .as(file + " uri")
                    .doesNotContain("?")
                    .doesNotMatch("(direct|seda):.*"));
            root.findValues("to")
                    .forEach(to ->
                            assertThat(to.isObject()).as(file + " to: " + to).isTrue());
            assertThat(root.findValues("toD")).as(file + " toD").isEmpty();
            root.findValues("expression").forEach(e -> {
                if (e.isTextual()) {
                    assertThat(e.asText().split("&&|\\|\\||\\band\\b|\\bor\\b"))
                            .as(file + ": more than one comparison belongs into a bean: " + e)
                            .hasSize(1);
                }
            });
        });
    }

    @Test
    void everyQueueWhoseMessagesEndHasOneConsumerAndNoConsumerAnythingButItsQueue() throws Exception {
        List<String> consumed = new ArrayList<>();
        List<String> collected = new ArrayList<>();
        for (JsonNode route : routes().toList()) {
            JsonNode from = route.get("from");
            if (from.get("uri").asText().equals("spring-rabbitmq")) {
                List<String> options = new ArrayList<>();
                from.get("parameters").fieldNames().forEachRemaining(options::add);
                assertThat(options).as(route.get("id").asText()).containsExactlyInAnyOrder("exchangeName", "queues");
                String queues = from.get("parameters").get("queues").asText();
                assertThat(queues).matches("\\{\\{orderway\\.[a-z.-]+}}");
                // Behind a dead-letter queue there is no further one: what goes wrong there must not end in it.
                boolean collects = camel.resolvePropertyPlaceholders(queues).endsWith("_dlq");
                assertThat(route.get("routeConfigurationId").asText())
                        .as(route.get("id").asText())
                        .isEqualTo(collects ? "back-to-its-queue" : "retry-then-park");
                (collects ? collected : consumed).add(camel.resolvePropertyPlaceholders(queues));
            }
        }
        assertThat(consumed)
                .containsExactlyInAnyOrderElementsOf(
                        topology.workQueues().stream().map(WorkQueue::name).toList());
        assertThat(collected).as("consumers of all dead-letter queues").containsExactly("*_dlq");
        each(
                "route",
                (file, route) -> nodes(route, (kind, node) -> {
                    if (!kind.equals("from")) {
                        assertThat(node.path("uri").asText())
                                .as("publishing past the confirming publisher")
                                .doesNotStartWith("spring-rabbitmq");
                    }
                }));
    }

    /** No message, whoever sent it, says where something is sent next: every address is a setting, and no redirect is followed. */
    @Test
    void nothingThatIsSentDecidesWhereACallGoes() throws Exception {
        assertThat(camel.resolvePropertyPlaceholders("{{camel.component.http.follow-redirects}}"))
                .isEqualTo("false");
        each(
                "route",
                (file, route) -> nodes(route, (kind, node) -> {
                    String id = node.path("id").asText();
                    assertThat(kind)
                            .as(id)
                            .isNotIn(
                                    "toD",
                                    "recipientList",
                                    "routingSlip",
                                    "dynamicRouter",
                                    "enrich",
                                    "pollEnrich",
                                    "poll");
                    if (kind.equals("to") || kind.equals("wireTap")) {
                        String uri = node.path("uri").asText();
                        assertThat(uri).as(id).doesNotContain("${");
                        if (!INSIDE.contains(uri) && !uri.equals(MANAGEMENT)) {
                            assertThat(uri)
                                    .as(id + " calls an address of the settings")
                                    .startsWith("{{orderway.");
                        }
                    }
                    if (kind.equals("setHeader") && node.path("name").asText().equals("CamelHttpUri")) {
                        assertThat(node.at("/expression/method/ref").asText())
                                .as(id + " is said by a bean, from the settings")
                                .isNotBlank();
                    }
                }));
    }

    /** Camel counts its quick redeliveries in a header; a route that drops it would be redelivered for ever. */
    @Test
    void noRouteDropsTheRedeliveryCount() {
        each(
                "route",
                (file, route) -> nodes(route, (kind, node) -> {
                    boolean answers = route.get("id").asText().equals("answer-json");
                    if (kind.startsWith("removeHeader") && !answers) {
                        assertThat(node.path("excludePattern").asText())
                                .as(node.get("id").asText())
                                .startsWith("CamelRedeliver");
                    }
                }));
    }

    @Test
    void everyRouteCanBeDrawnByHawtio() throws Exception {
        var dumper = PluginHelper.getModelToXMLDumper(camel);
        for (RouteDefinition route :
                camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions()) {
            String xml = dumper.dumpModelAsXml(camel, route);
            String inside = xml.replaceAll("(?s)<\\?xml.*?\\?>|<!--.*?-->", "")
                    .replaceFirst("(?s)^\\s*<route\\b[^>]*>\\s*", "");
            assertThat(inside).as(route.getRouteId()).startsWith("<from");
        }
    }

    private static Stream<JsonNode> routes() {
        return FILES.values().stream().flatMap(file -> file.findValues("route").stream());
    }

    private static void each(String kind, BiConsumer<Path, JsonNode> check) {
        FILES.forEach((file, root) -> root.findValues(kind).forEach(found -> check.accept(file, found)));
    }

    /** Every node of a route with what it is, in the order it is written. */
    private static void nodes(JsonNode owner, BiConsumer<String, JsonNode> visit) {
        owner.properties().forEach(field -> {
            String name = field.getKey();
            JsonNode value = field.getValue();
            switch (name) {
                case "steps" ->
                    value.forEach(step -> {
                        if (step.size() != 1) {
                            fail("A step must be one node: " + step);
                        }
                        var only = step.properties().iterator().next();
                        visit.accept(only.getKey(), only.getValue());
                        nodes(only.getValue(), visit);
                    });
                case "when" ->
                    value.forEach(when -> {
                        visit.accept("when", when);
                        nodes(when, visit);
                    });
                case "from", "otherwise" -> {
                    visit.accept(name, value);
                    nodes(value, visit);
                }
                case "onException" ->
                    value.forEach(caught -> {
                        visit.accept("onException", caught.get("onException"));
                        nodes(caught.get("onException"), visit);
                    });
                default -> {}
            }
        });
    }
}
