package org.orderway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What lies in ops/ and beside it for those who run it. */
class OpsFilesTest {

    private static final Path COMPOSE = Path.of("docker-compose.yml");

    private static final Path ALERTS = Path.of("ops/prometheus/alerts.yml");

    @Test
    void theAlertsAreRaisedWhenTheyMustBeAndNotBefore() throws Exception {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool"))),
                "need promtool (on Debian: apt-get install prometheus)");

        assertThat(promtool("check", "rules", "alerts.yml")).contains("SUCCESS");
        assertThat(promtool("test", "rules", "alerts-test.yml")).contains("SUCCESS");
    }

    private static String promtool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(ALERTS.getParent().toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void everyAlertSaysWhatToDoAndTheImportantOnesAreTested() throws Exception {
        YAMLMapper yaml = new YAMLMapper();
        Set<String> tested = new HashSet<>(
                yaml.readTree(Path.of("ops/prometheus/alerts-test.yml").toFile())
                        .findValuesAsText("alertname"));

        for (JsonNode rule : yaml.readTree(ALERTS.toFile()).at("/groups/0/rules")) {
            String name = rule.path("alert").asText();
            assertThat(rule.at("/annotations/summary").asText()).as(name).isNotBlank();
            assertThat(rule.at("/annotations/description").asText()).as(name).isNotBlank();
            assertThat(rule.at("/labels/severity").asText()).as(name).isIn("page", "ticket");
            if (rule.at("/labels/severity").asText().equals("page")) {
                assertThat(tested).contains(name);
            }
        }
    }

    @Test
    void everyPanelOfTheDashboardShowsSomething() throws Exception {
        JsonNode dashboard = new ObjectMapper()
                .readTree(Path.of("ops/grafana/dashboards/orderway.json").toFile());
        Set<Integer> ids = new HashSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(ids.add(panel.path("id").asInt())).as("an id of its own").isTrue();
            if (!panel.path("type").asText().equals("row")) {
                assertThat(panel.path("targets"))
                        .as(panel.path("title").asText())
                        .isNotEmpty()
                        .allSatisfy(target ->
                                assertThat(target.path("expr").asText()).isNotBlank());
            }
        }
        assertThat(ids).hasSizeGreaterThan(10);
    }

    /** No password of its own making, nothing that listens to the outside, every image of a version. */
    @Test
    void nothingOfTheComposeFileIsOpenToTheOutsideOrLeftToChance() throws Exception {
        services().forEach((name, service) -> {
            strings(service.get("ports"))
                    .forEach(port -> assertThat(port).as(name).startsWith("127.0.0.1:"));
            assertThat(String.valueOf(service.get("image")))
                    .as(name)
                    .matches(service.containsKey("build") ? "orderway:local" : "[a-z/]+:v?\\d+\\.\\d+.*");
        });
        assertThat(Files.readAllLines(Path.of("Dockerfile")))
                .filteredOn(line -> line.startsWith("FROM "))
                .isNotEmpty()
                .allMatch(line -> line.matches("FROM [a-z-]+:\\d+\\.\\d+\\S*( AS layers)?"));
        String text = Files.readString(COMPOSE);
        assertThat(text.lines().filter(line -> line.matches("(?i)\\s+[A-Z_]*(PASSWORD|PASS|KEY|SECRETS|COOKIE):.*")))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).contains("{ORDERWAY_", ":?run ops/secrets.sh first}"));
    }

    @Test
    void everyServiceTellsItsHealthAndWaitsForThoseItNeeds() throws Exception {
        Map<String, Map<String, Object>> services = services();

        services.forEach((name, service) -> {
            assertThat(map(service.get("healthcheck")).get("test")).as(name).isInstanceOf(List.class);
            map(service.get("depends_on")).forEach((needed, how) -> {
                assertThat(services).as(name).containsKey(needed);
                assertThat(map(how)).as(name).containsEntry("condition", "service_healthy");
            });
        });
        assertThat(map(services.get("orderway").get("depends_on"))).containsKeys("rabbitmq", "postgres", "mailpit");
        assertThat(map(services.get("orderway-2").get("depends_on")))
                .containsKeys("rabbitmq", "rabbitmq-2", "rabbitmq-3", "postgres", "mailpit");
    }

    @Test
    void whatIsKeptLiesOnVolumesAndTheRoutesAreThoseOfTheFolder() throws Exception {
        Map<String, Map<String, Object>> services = services();
        Set<String> declared = map(compose().get("volumes")).keySet();

        for (String keeps : List.of("rabbitmq", "rabbitmq-2", "rabbitmq-3", "postgres", "prometheus", "grafana")) {
            assertThat(strings(services.get(keeps).get("volumes")).map(volume -> volume.split(":")[0]))
                    .as(keeps)
                    .anyMatch(declared::contains);
        }
        services.forEach((name, service) -> strings(service.get("volumes"))
                .map(volume -> volume.split(":")[0])
                .filter(from -> from.startsWith("./") && !from.equals("./.secrets"))
                .forEach(from -> assertThat(Path.of(from)).as(name).exists()));
        for (String instance : List.of("orderway", "orderway-2")) {
            assertThat(strings(services.get(instance).get("volumes")))
                    .contains("./routes-yaml:/orderway/routes-yaml:ro");
        }
    }

    @Test
    void theProfileClusterAddsTwoNodesOfTheBrokerAndASecondInstance() throws Exception {
        assertThat(services().entrySet())
                .filteredOn(service -> service.getValue().containsKey("profiles"))
                .allSatisfy(service ->
                        assertThat(service.getValue().get("profiles")).isEqualTo(List.of("cluster")))
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder("rabbitmq-2", "rabbitmq-3", "orderway-2");
        assertThat(map(services().get("orderway-2").get("environment")).get("ORDERWAY_RABBITMQ_ADDRESSES"))
                .isEqualTo("rabbitmq:5672,rabbitmq-2:5672,rabbitmq-3:5672");
    }

    /** What is set for the container is what the settings read. */
    @Test
    void everyVariableOfTheContainerIsOneThatOrderwayReads() throws Exception {
        String settings = Files.readString(Path.of("application.yml"));
        assertThat(map(services().get("orderway").get("environment")).keySet())
                .filteredOn(name -> name.startsWith("ORDERWAY_"))
                .hasSizeGreaterThan(10)
                .allSatisfy(name -> assertThat(settings).contains("${" + name));
    }

    private static Map<String, Object> compose() throws Exception {
        return new Yaml().load(Files.readString(COMPOSE));
    }

    /** With what they share filled in. */
    private static Map<String, Map<String, Object>> services() throws Exception {
        Map<String, Map<String, Object>> services = new TreeMap<>();
        map(compose().get("services")).forEach((name, service) -> services.put(name, map(service)));
        return services;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return value == null ? Map.of() : (Map<String, Object>) value;
    }

    private static Stream<String> strings(Object list) {
        return list == null ? Stream.of() : ((List<?>) list).stream().map(String::valueOf);
    }
}
