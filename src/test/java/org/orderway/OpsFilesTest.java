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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What lies in ops/ and beside it for those who run it. */
class OpsFilesTest {

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

    /** No password of its own making, nothing that listens to the outside, every image of a version, every service with a health check. */
    @Test
    void nothingOfTheComposeFileIsOpenToTheOutsideOrLeftToChance() throws Exception {
        JsonNode compose =
                new YAMLMapper().readTree(Path.of("docker-compose.yml").toFile());
        for (Map.Entry<String, JsonNode> service : compose.path("services").properties()) {
            String name = service.getKey();
            JsonNode settings = service.getValue();
            settings.path("ports")
                    .forEach(port -> assertThat(port.asText()).as(name).startsWith("127.0.0.1:"));
            if (!settings.has("<<")) {
                assertThat(settings.path("image").asText()).as(name).matches("[a-z/]+:v?\\d+\\.\\d+.*");
                assertThat(settings.has("healthcheck")).as(name).isTrue();
            }
        }
        String text = Files.readString(Path.of("docker-compose.yml"));
        assertThat(text.lines().filter(line -> line.matches("(?i)\\s+[A-Z_]*(PASSWORD|PASS|KEY|SECRETS|COOKIE):.*")))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).contains("{ORDERWAY_", ":?run ops/secrets.sh first}"));
    }
}
