package org.orderway.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.FileSystemUtils;

/**
 * A real Chromium, steered by the driver that is installed beside it over the WebDriver protocol, which is a few HTTP calls.
 */
public final class Browser implements AutoCloseable {

    /** Names the Chromium; {@code ./verify} finds one. */
    public static final String CHROMIUM = "ORDERWAY_TEST_CHROMIUM";

    public static final String TAB = "\uE004";
    public static final String ENTER = "\uE007";
    public static final String SPACE = " ";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST_STEPS = 120;

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Path profile;
    private final Process driver;
    private final URI address;
    private final String base;
    private String session;

    /** Opens one on its own, empty profile. @param base what paths are relative to, such as {@code http://127.0.0.1:8080} */
    public Browser(String base, int width, int height) throws IOException {
        this.base = base;
        profile = Files.createTempDirectory(Path.of("target"), "browser-");
        int port = ChildJvm.freePort();
        address = URI.create("http://127.0.0.1:" + port);
        String chromium = System.getenv(CHROMIUM);
        driver = new ProcessBuilder(driverBeside(chromium), "--port=" + port)
                .redirectErrorStream(true)
                .redirectOutput(profile.resolve("driver.log").toFile())
                .start();
        try {
            await("the driver").atMost(PATIENCE).ignoreExceptions().until(() -> ask("GET", "/status", null)
                    .path("ready")
                    .asBoolean());
            session = ask(
                            "POST",
                            "/session",
                            Map.of(
                                    "capabilities",
                                    Map.of(
                                            "alwaysMatch",
                                            Map.of(
                                                    "goog:chromeOptions",
                                                    Map.of("binary", chromium, "args", arguments(width, height))))))
                    .path("sessionId")
                    .asText();
        } catch (RuntimeException notStarted) {
            close();
            throw notStarted;
        }
    }

    private List<String> arguments(int width, int height) {
        return List.of(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--window-size=" + width + "," + height,
                "--user-data-dir=" + profile.toAbsolutePath());
    }

    private static String driverBeside(String chromium) throws IOException {
        Path real = Path.of(chromium).toRealPath();
        return Optional.ofNullable(System.getenv("ORDERWAY_TEST_CHROMEDRIVER"))
                .or(() ->
                        List.of(Path.of(chromium).resolveSibling("chromedriver"), real.resolveSibling("chromedriver"))
                                .stream()
                                .filter(Files::isExecutable)
                                .map(Path::toString)
                                .findFirst())
                .orElse("chromedriver");
    }

    /** Goes to a page of ours, and logs in as operator where it asks for that. */
    public void open(String path) {
        ask("POST", "/session/" + session + "/url", Map.of("url", base + path));
        if (path().equals("/login")) {
            script(
                    """
                    document.querySelector('[name=username]').value = 'operator';
                    document.querySelector('[name=password]').value = arguments[0];
                    document.querySelector('form').submit();
                    """,
                    Shop.OPERATORS_PASSWORD);
            await("logged in").atMost(PATIENCE).until(() -> !path().startsWith("/login"));
        }
    }

    /** The path it is at, with its query. */
    public String path() {
        return script("return location.pathname + location.search").asText();
    }

    /** What a script in the page returns. */
    public JsonNode script(String script, Object... arguments) {
        return ask(
                "POST", "/session/" + session + "/execute/sync", Map.of("script", script, "args", List.of(arguments)));
    }

    /** The words of what the selector finds first; empty when there is nothing. */
    public String text(String selector) {
        return script("return document.querySelector(arguments[0])?.innerText ?? ''", selector)
                .asText();
    }

    /** Waits until the words of what the selector finds contain these. */
    public void awaitText(String selector, String words) {
        await(selector + " says " + words).atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> assertThat(
                        text(selector))
                .containsIgnoringCase(words));
    }

    /** Presses keys, one after the other, wherever the focus is. */
    public void press(String keys) {
        List<Map<String, String>> actions = keys.codePoints()
                .mapToObj(Character::toString)
                .flatMap(key ->
                        List.of(Map.of("type", "keyDown", "value", key), Map.of("type", "keyUp", "value", key))
                                .stream())
                .toList();
        ask(
                "POST",
                "/session/" + session + "/actions",
                Map.of("actions", List.of(Map.of("type", "key", "id", "keyboard", "actions", actions))));
    }

    /** Goes on by the Tab key until the focus is on what the selector names, as somebody without a mouse would. */
    public void tabTo(String selector) {
        for (int step = 0; step < MOST_STEPS; step++) {
            press(TAB);
            if (script("return document.activeElement?.matches(arguments[0]) ?? false", selector)
                    .asBoolean()) {
                return;
            }
        }
        throw new AssertionError("Nobody gets to " + selector + " by the Tab key");
    }

    /** Whether the focus can be seen where it is. */
    public boolean showsFocus() {
        return script(
                        """
                        const style = getComputedStyle(document.activeElement);
                        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2""")
                .asBoolean();
    }

    /** How wide the page is, in pixels, when a window of that width shows it: more, and one would have to push it about. */
    public int widthIn(int pixels) {
        ask(
                "POST",
                "/session/" + session + "/goog/cdp/execute",
                Map.of(
                        "cmd",
                        "Emulation.setDeviceMetricsOverride",
                        "params",
                        Map.of("width", pixels, "height", 800, "deviceScaleFactor", 1, "mobile", true)));
        return script("return document.documentElement.scrollWidth").asInt();
    }

    /** What a check of the page finds that keeps people out (axe-core: WCAG 2.1, A and AA), each with where it is. */
    public List<String> barriers() throws IOException {
        String axe = new ClassPathResource("META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")
                .getContentAsString(StandardCharsets.UTF_8);
        script(axe + "; return true");
        JsonNode found = ask(
                "POST",
                "/session/" + session + "/execute/async",
                Map.of(
                        "script",
                        """
                        const done = arguments[0];
                        axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}).then((result) =>
                            done(result.violations.flatMap((rule) =>
                                rule.nodes.map((node) => rule.id + ' at ' + node.target.join(' ') + ': ' + node.failureSummary))))""",
                        "args",
                        List.of()));
        return mapper.convertValue(found, mapper.getTypeFactory().constructCollectionType(List.class, String.class));
    }

    private JsonNode ask(String method, String path, Object body) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(path))
                    .timeout(PATIENCE)
                    .header("Content-Type", "application/json");
            request.method(
                    method,
                    body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(mapper.writeValueAsString(body)));
            JsonNode answer = mapper.readTree(client.send(request.build(), BodyHandlers.ofString())
                            .body())
                    .path("value");
            if (answer.hasNonNull("error")) {
                throw new IllegalStateException(
                        method + " " + path + ": " + answer.path("error").asText() + ", "
                                + answer.path("message").asText());
            }
            return answer;
        } catch (IOException e) {
            throw new IllegalStateException("The browser's driver does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (session != null) {
            ask("DELETE", "/session/" + session, null);
        }
        driver.destroy();
        driver.onExit().join();
        FileSystemUtils.deleteRecursively(profile.toFile());
    }
}
