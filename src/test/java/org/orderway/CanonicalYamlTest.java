package org.orderway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.NamedNode;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.ModelToXMLDumper;
import org.apache.camel.spi.ModelToYAMLDumper;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * The files of routes-yaml/ are written as editors write them, so that whoever opens one in Kaoto and saves it changes nothing
 * but its comments, which stand in the header alone.
 *
 * <p>What Camel's own YAML writer (camel-yaml-io 4.17) leaves out or cannot write is left out of the comparison with it: all
 * descriptions, and the name of the usual JSON library; whatever a routeConfiguration catches; routes with a bean expression ({@code method}) or a circuit breaker,
 * which it stops at; the contract's route. The first test has all but circuit breakers, which Camel's XML writer stops at.
 */
class CanonicalYamlTest {

    private static final Path ROUTES = Path.of("routes-yaml");
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final DefaultCamelContext WRITERS = new DefaultCamelContext();
    private static final Set<String> NOT_WRITTEN = Set.of("method", "circuitBreaker");

    /** Of some two hundred routes. */
    private static final int MOST = 100;

    @AfterAll
    static void stop() throws IOException {
        WRITERS.close();
    }

    /** As an editor does: it keeps what the lines say, and loses comments, quotes and the way they were broken. */
    @Test
    void everyFileMeansTheSameAfterItWasReadAndWrittenByAnEditor() throws Exception {
        ModelToXMLDumper xml = PluginHelper.getModelToXMLDumper(WRITERS);
        int compared = 0;
        for (Path file : files()) {
            JsonNode tree = YAML.readTree(file.toFile());
            if (!tree.findValues("circuitBreaker").isEmpty()) {
                continue;
            }
            List<NamedNode> before = load(Files.readString(file));
            List<NamedNode> after = load(YAML.writeValueAsString(tree));
            assertThat(after).as(file + " in routes").hasSameSizeAs(before);
            for (int i = 0; i < before.size(); i++) {
                assertThat(xml.dumpModelAsXml(WRITERS, after.get(i)))
                        .as(before.get(i).getId() + " in " + file)
                        .isEqualTo(xml.dumpModelAsXml(WRITERS, before.get(i)));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(MOST);
    }

    @Test
    void camelItselfWritesWhatStandsInTheFiles() throws Exception {
        ModelToYAMLDumper yaml = PluginHelper.getModelToYAMLDumper(WRITERS);
        Map<String, JsonNode> ofFiles = new LinkedHashMap<>();
        Map<String, JsonNode> ofCamel = new LinkedHashMap<>();
        for (Path file : files()) {
            Map<String, JsonNode> written = new LinkedHashMap<>();
            YAML.readTree(file.toFile())
                    .findValues("route")
                    .forEach(route -> written.put(route.path("id").asText(), route));
            for (NamedNode route : load(Files.readString(file))) {
                JsonNode ours = written.get(route.getId());
                if (ours == null || NOT_WRITTEN.stream().anyMatch(kind -> isNode(ours, kind))) {
                    continue;
                }
                JsonNode theirs = YAML.readTree(yaml.dumpModelAsYaml(WRITERS, route, false, true, false, false))
                        .path(0)
                        .path("route");
                ofFiles.put(route.getId(), plain(ours));
                ofCamel.put(route.getId(), plain(theirs));
            }
        }
        assertThat(ofFiles).hasSizeGreaterThan(MOST).isEqualTo(ofCamel);
    }

    /** A bean's {@code method} is a text; the language of that name, and a circuit breaker, are objects. */
    private static boolean isNode(JsonNode route, String kind) {
        return route.findValues(kind).stream().anyMatch(JsonNode::isObject);
    }

    /** Values as text, without descriptions and the name of the JSON library, which it leaves out where it is the usual one. */
    private static JsonNode plain(JsonNode node) {
        if (node.isObject()) {
            ObjectNode plain = JsonNodeFactory.instance.objectNode();
            node.properties().stream()
                    .filter(field -> !Set.of("description", "library").contains(field.getKey()))
                    .forEach(field -> plain.set(field.getKey(), plain(field.getValue())));
            return plain;
        }
        if (node.isArray()) {
            ArrayNode plain = JsonNodeFactory.instance.arrayNode();
            node.forEach(one -> plain.add(plain(one)));
            return plain;
        }
        return JsonNodeFactory.instance.textNode(node.asText());
    }

    /** Routes and their configurations as Camel understands them, before anything is started. */
    private static List<NamedNode> load(String text) throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            PluginHelper.getRoutesLoader(camel)
                    .loadRoutes(ResourceHelper.fromBytes("routes.camel.yaml", text.getBytes(StandardCharsets.UTF_8)));
            List<NamedNode> loaded = new ArrayList<>();
            for (RouteDefinition route : camel.getRouteDefinitions()) {
                if (!Boolean.TRUE.equals(route.isRest())) {
                    loaded.add(route);
                }
            }
            for (RouteConfigurationDefinition configuration : camel.getRouteConfigurationDefinitions()) {
                loaded.add(configuration);
            }
            return loaded;
        }
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> found = Files.walk(ROUTES)) {
            return found.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
