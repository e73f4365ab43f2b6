package org.orderway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.ServiceStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.testing.Shop;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.dao.DataAccessResourceFailureException;

/** The real doors over HTTP, with stub rooms behind them: who is let in where. */
class DoorsTest extends AtTheDoors {

    private static final String ORDER = "{\"id\": 1, \"product\": \"Laptop\", \"quantity\": 1, \"price\": 999.99}";
    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

    @Autowired
    private ServerProperties server;

    /** An operation of the contract. */
    record Operation(String method, String path, String tag) {

        boolean readsPayload() {
            return path.equals("/mails") || path.equals("/ops/dead-letters/1");
        }
    }

    static Stream<Operation> operations() throws IOException {
        List<Operation> found = new ArrayList<>();
        try (InputStream file = DoorsTest.class.getResourceAsStream("/openapi/orderway.yaml")) {
            JsonNode paths = new YAMLMapper().readTree(file).path("paths");
            paths.properties().forEach(path -> path.getValue()
                    .properties()
                    .forEach(method -> found.add(new Operation(
                            method.getKey().toUpperCase(Locale.ROOT),
                            path.getKey().replaceAll("\\{[a-z]+}", "1"),
                            method.getValue().at("/tags/0").asText()))));
        }
        return found.stream();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void everyDoorOpensToThoseItIsFor(Operation door) throws Exception {
        boolean nobody = letsIn(door);
        boolean shop = letsIn(door, "X-API-Key", KEY);
        boolean viewer = letsIn(door, "Authorization", Shop.VIEWER);
        boolean operator = letsIn(door, "Authorization", Shop.OPERATOR);

        List<Boolean> expected =
                switch (door.tag()) {
                    case "webhooks" -> List.of(true, true, true, true);
                    case "ops", "reports" ->
                        List.of(false, false, door.method().equals("GET") && !door.readsPayload(), true);
                    default -> List.of(false, true, false, true);
                };
        assertThat(List.of(nobody, shop, viewer, operator))
                .as("nobody, a shop, a viewer, an operator at %s", door)
                .isEqualTo(expected);
    }

    private boolean letsIn(Operation door, String... login) throws Exception {
        HttpResponse<String> answer = send(door.method(), door.path(), null, login);
        if (answer.statusCode() == 401 || answer.statusCode() == 403) {
            problem(answer, login.length == 0 ? 401 : 403);
            return false;
        }
        return true;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/desk",
                "/desk/orders/1",
                "/start/flow",
                "/asyncapi.yaml",
                "/ops/anything",
                "/nowhere",
                "/error",
                "/simulators/gateway/charges/1",
                "/actuator",
                "/actuator/prometheus",
                "/actuator/info",
                "/actuator/env",
                "/actuator/hawtio",
                "/actuator/jolokia",
                "/jolokia",
                "/hawtio",
            })
    void whatIsNotOpenedIsClosed(String path) throws Exception {
        problem(send("GET", path, null), 401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health", "/actuator/health/liveness", "/openapi.yaml", "/login"})
    void whoeverWatchesOverItNeedsNoLogin(String path) throws Exception {
        assertThat(send("GET", path, null).statusCode()).isEqualTo(200);
    }

    /** The doors are there seconds before the routes behind them: nobody may be sent to them yet. */
    @Test
    void isNotReadyBeforeItsRoutesRun() throws Exception {
        assertThat(readinessAtFirst).isEqualTo(503);
        assertThat(routesWhenReady)
                .hasSizeGreaterThan(50)
                .allSatisfy((route, status) -> assertThat(status).as(route).isEqualTo(ServiceStatus.Started));
        assertThat(send("GET", "/actuator/health/readiness", null).statusCode()).isEqualTo(200);
    }

    /** Unless ORDERWAY_ADDRESS says otherwise. */
    @Test
    void nobodyReachesItFromAnotherMachine() throws Exception {
        assertThat(server.getAddress().isLoopbackAddress()).isTrue();
        for (NetworkInterface network :
                NetworkInterface.networkInterfaces().filter(DoorsTest::leadsOut).toList()) {
            for (InetAddress address : Collections.list(network.getInetAddresses())) {
                try (Socket socket = new Socket()) {
                    assertThatThrownBy(() -> socket.connect(new InetSocketAddress(address, port), 2000))
                            .as("%s", address)
                            .isInstanceOf(IOException.class);
                }
            }
        }
    }

    private static boolean leadsOut(NetworkInterface network) {
        try {
            return network.isUp() && !network.isLoopback();
        } catch (SocketException gone) {
            return false;
        }
    }

    @Test
    void healthTellsNothingButItself() throws Exception {
        assertThat(json.readTree(send("GET", "/actuator/health", null).body()).has("components"))
                .isFalse();
    }

    @Test
    void aShopShowsItsKeyInEitherHeader() throws Exception {
        assertThat(send("POST", "/orders", ORDER, "Authorization", "Bearer " + KEY)
                        .statusCode())
                .isEqualTo(202);
        assertThat(send("POST", "/orders", ORDER, "X-API-Key", KEY).statusCode())
                .isEqualTo(202);
    }

    @Test
    void aWrongKeyIsRefusedAndTellsWhatWouldBeRight() throws Exception {
        HttpResponse<String> answer =
                send("POST", "/orders", ORDER, "X-API-Key", "ow_wrong", "X-Forwarded-For", "10.1.1.1");

        assertThat(problem(answer, 401).path("detail").asText()).contains("API key");
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Bearer");
        assertThat(answer.body()).doesNotContain("ow_wrong");
    }

    @Test
    void whileKeysCannotBeLookedUpAShopIsToldToTryAgain() throws Exception {
        when(keys.shopOf(anyString())).thenThrow(new DataAccessResourceFailureException("jdbc:secret"));

        HttpResponse<String> answer = send("POST", "/orders", ORDER, "X-API-Key", KEY);

        problem(answer, 503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(answer.body()).doesNotContain("secret");
    }

    @Test
    void whoIsNotLetInSendsNoLargeBodyThatWouldBeKept() throws Exception {
        problem(send("POST", "/orders/import", "x".repeat(3_000_000)), 401);
    }

    // --- browsers

    @Test
    void anOperatorLogsInWithABrowserAndActsWithTheTokenOfThePage() throws Exception {
        Browser browser = new Browser();
        HttpResponse<String> away = browser.page("/ops/failures");
        assertThat(away.statusCode()).isEqualTo(302);
        assertThat(away.headers().firstValue("Location").orElse("")).endsWith("/login");

        browser.logIn("operator", "the-operators-password");

        assertThat(browser.page("/ops/failures").statusCode()).isEqualTo(406); // JSON is all it has, but it is let in
        assertThat(browser.post("/ops/dead-letters/1/replay", "{}", browser.token())
                        .statusCode())
                .isNotIn(401, 403);
        problem(browser.post("/ops/dead-letters/1/replay", "{}", null), 403);
        problem(browser.post("/ops/dead-letters/1/replay", "{}", "made-up"), 403);
    }

    @Test
    void aViewerWhoLoggedInCannotAct() throws Exception {
        Browser browser = new Browser();
        browser.page("/ops/failures");
        browser.logIn("viewer", "the-viewers-password");

        problem(browser.post("/ops/dead-letters/1/replay", "{}", browser.token()), 403);
    }

    @Test
    void aWrongPasswordLogsNobodyIn() throws Exception {
        Browser browser = new Browser();
        browser.page("/login");

        assertThat(browser.tryToLogIn("operator", "the-viewers-password")).endsWith("/login?error");
        problem(
                send(
                        "GET",
                        "/ops/failures",
                        null,
                        "Authorization",
                        "Basic b3BlcmF0b3I6eA==",
                        "X-Forwarded-For",
                        "10.1.1.2"),
                401);
    }

    /** The browser adds the basic credentials it keeps to whatever another site makes it send. */
    @ParameterizedTest
    @CsvSource({"Origin, https://evil.example", "Sec-Fetch-Mode, cors"})
    void whatAnotherSiteMakesABrowserSendIsRefused(String header, String value) throws Exception {
        problem(send("POST", "/ops/dead-letters/1/replay", "{}", "Authorization", Shop.OPERATOR, header, value), 403);
        problem(send("POST", "/orders", ORDER, header, value), 403);
    }

    @Test
    void aBrowserIsNotAskedForCredentialsItWouldKeep() throws Exception {
        assertThat(send("GET", "/ops/failures", null, "Sec-Fetch-Mode", "cors")
                        .headers()
                        .firstValue("WWW-Authenticate"))
                .isEmpty();
        assertThat(send("GET", "/ops/failures", null).headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("Basic"));
    }

    @Test
    void aProgramWithItsOwnCredentialsGetsNoSession() throws Exception {
        assertThat(send("GET", "/ops/failures", null, "Authorization", Shop.OPERATOR)
                        .headers()
                        .allValues("Set-Cookie"))
                .isEmpty();
        assertThat(send("GET", "/orders", null).headers().allValues("Set-Cookie"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/login", "/openapi.yaml", "/orders"})
    void everyAnswerTellsBrowsersToTrustNothingFromElsewhere(String path) throws Exception {
        HttpResponse<String> answer = send("GET", path, null, "X-API-Key", KEY);

        assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(answer.headers().firstValue("X-Frame-Options")).hasValue("DENY");
        assertThat(answer.headers().firstValue("Referrer-Policy")).hasValue("same-origin");
        assertThat(answer.headers().allValues("Cache-Control")).isNotEmpty();
    }

    // --- limits

    @Test
    void aShopThatAsksForTooMuchIsToldWhenToGoOnAndTheOthersAreServed() throws Exception {
        for (int i = 0; i < REQUESTS; i++) {
            assertThat(send("GET", "/orders", null, "X-API-Key", "ow_busy").statusCode())
                    .isEqualTo(200);
        }

        HttpResponse<String> refused = send("GET", "/orders", null, "X-API-Key", "ow_busy");
        problem(refused, 429);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(send("GET", "/orders", null, "X-API-Key", KEY).statusCode()).isEqualTo(200);

        NANOS.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(send("GET", "/orders", null, "X-API-Key", "ow_busy").statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "10.2.2.1, Authorization, Basic b3BlcmF0b3I6d3Jvbmc=",
        "10.2.2.2, Authorization, Bearer ow_guess",
        "10.2.2.3, X-API-Key, ow_guess"
    })
    void whoGuessesIsNotListenedToForAWhile(String address, String header, String guess) throws Exception {
        for (int i = 0; i < WRONG; i++) {
            problem(send("GET", "/orders", null, header, guess, "X-Forwarded-For", address), 401);
        }

        HttpResponse<String> right =
                send("GET", "/orders", null, "Authorization", Shop.OPERATOR, "X-Forwarded-For", address);
        problem(right, 429);
        assertThat(right.headers().firstValue("Retry-After").map(Integer::parseInt))
                .hasValueSatisfying(seconds -> assertThat(seconds).isBetween(1, 60 / WRONG));
        assertThat(send("GET", "/orders", null, "Authorization", Shop.OPERATOR).statusCode())
                .isEqualTo(200);
    }

    // ---

    /** Keeps cookies and says where it comes from, as browsers do. */
    private final class Browser {

        private final List<String> cookies = new ArrayList<>();
        private String form = "";

        HttpResponse<String> page(String path) throws Exception {
            HttpResponse<String> answer =
                    keep(send("GET", path, null, with("Accept", "text/html", "Sec-Fetch-Mode", "navigate")));
            if (answer.statusCode() == 302) {
                form = keep(send("GET", "/login", null, with("Accept", "text/html")))
                        .body();
            } else if (path.equals("/login")) {
                form = answer.body();
            }
            return answer;
        }

        void logIn(String name, String password) throws Exception {
            assertThat(tryToLogIn(name, password)).doesNotContain("error");
        }

        String tryToLogIn(String name, String password) throws Exception {
            Matcher token = CSRF.matcher(form);
            assertThat(token.find()).as("a token in the form").isTrue();
            String body = "username=" + name + "&password=" + password + "&_csrf="
                    + URLEncoder.encode(token.group(1), StandardCharsets.UTF_8);
            HttpResponse<String> answer = keep(send(
                    "POST",
                    "/login",
                    body,
                    with(
                            "Content-Type",
                            "application/x-www-form-urlencoded",
                            "Origin",
                            "http://localhost",
                            "X-Forwarded-For",
                            "10.3.3.3")));
            assertThat(answer.statusCode()).isEqualTo(302);
            page("/ops/failures");
            return answer.headers().firstValue("Location").orElse("");
        }

        HttpResponse<String> post(String path, String body, String token) throws Exception {
            String[] headers = with("Content-Type", JSON, "Origin", "http://localhost");
            return token == null
                    ? send("POST", path, body, headers)
                    : send("POST", path, body, plus(headers, "X-XSRF-TOKEN", token));
        }

        String token() {
            return cookies.stream()
                    .filter(cookie -> cookie.startsWith("XSRF-TOKEN="))
                    .map(cookie -> cookie.substring(cookie.indexOf('=') + 1))
                    .findFirst()
                    .orElseThrow();
        }

        private HttpResponse<String> keep(HttpResponse<String> answer) {
            answer.headers().allValues("Set-Cookie").forEach(set -> {
                String cookie = set.split(";")[0];
                cookies.removeIf(kept -> kept.startsWith(cookie.substring(0, cookie.indexOf('=') + 1)));
                if (!cookie.endsWith("=")) {
                    cookies.add(cookie);
                }
                if (cookie.startsWith("JSESSIONID")) {
                    assertThat(set).contains("HttpOnly").contains("SameSite=Lax");
                }
            });
            return answer;
        }

        private String[] with(String... headers) {
            return cookies.isEmpty() ? headers : plus(headers, "Cookie", String.join("; ", cookies));
        }

        private String[] plus(String[] headers, String... more) {
            return Stream.concat(Arrays.stream(headers), Arrays.stream(more)).toArray(String[]::new);
        }
    }
}
