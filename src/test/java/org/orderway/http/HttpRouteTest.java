package org.orderway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import jakarta.servlet.Filter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.component.springrabbit.springboot.SpringRabbitMQComponentAutoConfiguration;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.autoconfigure.security.servlet.ManagementWebSecurityAutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.amqp.RabbitAutoConfiguration;
import org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.SecurityAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.ActiveProfiles;

/** The real doors and the real answers, with stub rooms behind and nobody who asks for a login; neither broker nor database. */
@ActiveProfiles("http-test")
@ExtendWith(OutputCaptureExtension.class)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "camel.main.routes-include-pattern=file:routes-yaml/http.camel.yaml,"
                    + "file:routes-yaml/shared/problems.camel.yaml,file:routes-yaml/shared/answer.camel.yaml,"
                    + "classpath:http/rooms.camel.yaml",
            "orderway.http.max-import=2MB",
            // There is neither database nor broker here, whose health the group readiness names.
            "management.endpoint.health.validate-group-membership=false"
        })
class HttpRouteTest {

    private static final String FLAT = "{\"id\": 1, \"product\": \"Laptop\", \"quantity\": 1, \"price\": 999.99}";

    private final HttpClient client = HttpClient.newHttpClient();

    @Autowired
    private ObjectMapper json;

    @Autowired
    private CamelContext camel;

    @Autowired
    private BlockingQueue<Boolean> handedOn;

    @Autowired
    private CameIn cameIn;

    @Autowired
    private Contract contract;

    @LocalServerPort
    private int port;

    @Test
    void answersAnAcceptedOrderWithItsPlace() throws Exception {
        HttpResponse<String> answer = send("POST", "/orders", FLAT, "Content-Type", "application/json");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().firstValue("Location")).hasValue("/orders/1");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(json.readTree(answer.body()).get("price").decimalValue()).isEqualTo(new BigDecimal("999.99"));
    }

    @Test
    void workOnARequestEndsInTheThreadThatBroughtIt() throws Exception {
        handedOn.clear();

        send("GET", "/reports/orders", null);

        assertThat(handedOn.poll(5, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void answersAmountsAsPeopleWriteThem() throws Exception {
        assertThat(send("GET", "/reports/orders", null).body()).isEqualTo("{\"revenue\":100}");
    }

    @Test
    void tellsEachFaultOfAnOrder() throws Exception {
        HttpResponse<String> answer = send(
                "POST",
                "/orders",
                FLAT.replace("999.99", "-1").replace("quantity", "qantity"),
                "Content-Type",
                "application/json");

        JsonNode problem = problem(answer, 400);
        assertThat(problem.at("/errors").findValuesAsText("pointer"))
                .containsExactlyInAnyOrder("/price", "/qantity", "/quantity");
        assertThat(problem.get("instance").textValue()).isEqualTo("/orders");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "POST, /orders, 400, application/json, ''",
                "POST, /orders, 400, application/json, {",
                "GET, /orders?limit=0, 400, -, -",
                "GET, /orders?status=PAID&status=SHIPPED, 400, -, -",
                "GET, /orders/none, 404, -, -",
                "GET, /nowhere, 404, -, -",
                "GET, /orders/1/nothing, 404, -, -",
                "GET, /orders/, 404, -, -",
                "GET, /products/a/nothing, 404, -, -",
                "GET, /error, 404, -, -",
                "DELETE, /orders, 405, -, -",
                "PATCH, /orders/1, 405, -, -",
                "POST, /reports/orders, 405, application/json, {}",
                "POST, /openapi.yaml, 405, application/json, {}",
                "GET, /orders/taken, 409, -, -",
                "POST, /orders, 415, text/plain, x",
                "POST, /orders, 415, application/x-www-form-urlencoded, a=b",
                "POST, /orders, 415, -, {}",
                "POST, /orders, 415, nonsense, {}",
                "POST, /orders, 415, application/json;charset=iso-8859-1, {}",
                "POST, /orders/import, 415, application/json, {}",
                "PUT, /products/a, 415, text/csv, a",
                "PUT, /products/a, 415, application/x-www-form-urlencoded, a=b",
                "GET, /orders/reused, 422, -, -",
                "GET, /orders/bug, 500, -, -",
                "GET, /orders/full, 503, -, -",
                "GET, /orders/no-connection, 503, -, -",
                "GET, /orders/no-transaction, 503, -, -",
            })
    void answersEveryErrorWithAProblemDocument(String method, String path, int status, String type, String body)
            throws Exception {
        HttpResponse<String> answer =
                type == null ? send(method, path, body) : send(method, path, body, "Content-Type", type);

        problem(answer, status);
        assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 503);
        assertThat(answer.headers().firstValue("Allow").isPresent()).isEqualTo(status == 405);
    }

    @Test
    void tellsTheMethodsThatAreKnown() throws Exception {
        assertThat(send("DELETE", "/orders", null)
                        .headers()
                        .firstValue("Allow")
                        .orElseThrow()
                        .split(", ?"))
                .containsExactlyInAnyOrder("GET", "POST");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /orders/1, text/html",
        "GET, /orders/1, image/*;q=0.5",
        "GET, /orders/1, nonsense",
        "GET, /orders, application/xml",
    })
    void refusesToAnswerInAMediaTypeItDoesNotSpeak(String method, String path, String accept) throws Exception {
        problem(send(method, path, null, "Accept", accept), 406);
    }

    @ParameterizedTest
    @CsvSource({"*/*", "application/json", "application/*", "'text/html, */*;q=0.1'", "application/json;charset=utf-8"})
    void answersWhoeverTakesJson(String accept) throws Exception {
        assertThat(send("GET", "/orders/1", null, "Accept", accept).statusCode())
                .isEqualTo(200);
    }

    @Test
    void tellsNothingOfTheInsideButLogsItOnce(CapturedOutput log) throws Exception {
        HttpResponse<String> answer = send("GET", "/orders/bug", null);

        assertThat(answer.body()).doesNotContain("jdbc:secret").doesNotContain("IllegalState");
        String correlation = problem(answer, 500).get("correlation").textValue();
        assertThat(log.getAll().split("failed, exchange " + correlation, -1)).hasSize(2);
        assertThat(log.getAll().split("jdbc:secret", -1)).hasSize(2);
        assertThat(log.getAll()).contains("stub-readOrder failed, exchange " + correlation);
    }

    @ParameterizedTest
    @CsvSource({"/orders/1, 200", "/orders/bug, 500", "/orders/none, 404", "/mails, 200", "/nowhere, 404"})
    void bringsNothingOfTheRequestBack(String path, int status) throws Exception {
        HttpResponse<String> answer = send(
                "GET",
                path,
                null,
                "Authorization",
                "Bearer secret",
                "Cookie",
                "session=secret",
                "X-Api-Key",
                "secret",
                "X-Anything",
                "secret",
                "Set-Cookie",
                "session=secret",
                "Access-Control-Allow-Origin",
                "secret",
                "User-Agent",
                "secret",
                "Accept",
                "application/json, secret/*;q=0.1",
                "Location",
                "secret",
                "CamelHttpResponseCode",
                "299",
                "Content-Type",
                "application/secret");

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().toString()).doesNotContain("secret");
        assertThat(answer.headers().map().keySet())
                .isSubsetOf(
                        "content-type",
                        "content-length",
                        "transfer-encoding",
                        "date",
                        "vary",
                        "connection",
                        "keep-alive",
                        "content-disposition");
    }

    /** A header, or what Camel makes one of, would steer its components, and travel on into messages and calls. */
    @ParameterizedTest
    @MethodSource("operations")
    void takesInNothingButWhatTheContractNames(String operation, String method, String path, String sends, String wants)
            throws Exception {
        List<String> hostile = List.of(
                "CamelHttpResponseCode",
                "CamelHttpUri",
                "camelhttppath",
                "CamelFileName",
                "CamelBeanMethodName",
                "CamelSpringRabbitmqRoutingOverrideKey",
                "CamelRedelivered",
                "org.apache.camel.secret",
                "To",
                "From",
                "Subject",
                "Bcc",
                "rabbitmq.ROUTING_KEY",
                "retries",
                "failure-reason",
                "origin-queue",
                "outage-since",
                "traceparent",
                "breadcrumbId",
                "type",
                "X-Anything",
                "Authorization",
                "Cookie");
        List<String> headers = new ArrayList<>(List.of("Content-Type", sends, "Accept", wants));
        hostile.forEach(name -> headers.addAll(List.of(name, "hostile")));
        String query = hostile.stream().map(name -> name + "=hostile").collect(Collectors.joining("&"));
        cameIn.remove("stub-" + operation);

        send(method, path + "?" + query, method.equals("GET") ? null : "{}", headers.toArray(String[]::new));

        Map<String, Object> taken = cameIn.get("stub-" + operation);
        assertThat(taken).as("what the route got").isNotNull();
        Set<String> named = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        contract.parameterNames().forEach(named::add);
        named.addAll(List.of("Accept", "Content-Type"));
        assertThat(taken.keySet()).allMatch(name -> named.contains(name) || name.startsWith("Camel"));
        assertThat(taken.entrySet())
                .filteredOn(header -> !named.contains(header.getKey()))
                .filteredOn(header -> !Set.of("CamelHttpQuery", "CamelHttpRawQuery", "CamelHttpUri", "CamelHttpUrl")
                        .contains(header.getKey()))
                .noneMatch(header -> String.valueOf(header.getValue()).contains("hostile"));
        assertThat(taken.get("CamelHttpUri")).asString().startsWith(path);
    }

    static Stream<Arguments> operations() throws IOException {
        List<Arguments> found = new ArrayList<>();
        try (InputStream file = HttpRouteTest.class.getResourceAsStream("/openapi/orderway.yaml")) {
            new YAMLMapper().readTree(file).path("paths").properties().forEach(path -> path.getValue()
                    .properties()
                    .forEach(method -> found.add(Arguments.of(
                            method.getValue().path("operationId").asText(),
                            method.getKey().toUpperCase(Locale.ROOT),
                            path.getKey().replaceAll("\\{[a-z]+}", "1"),
                            first(method.getValue().at("/requestBody/content")),
                            "*/*"))));
        }
        return found.stream();
    }

    private static String first(JsonNode content) {
        return content.isEmpty() ? "application/json" : content.fieldNames().next();
    }

    @Test
    void refusesABodyBeyondTheLimitWithOrWithoutItsLength() throws Exception {
        byte[] body = new byte[1_048_577];
        byte[] large = new byte[5_000_000];

        for (byte[] bytes : List.of(body, large)) {
            problem(
                    sendBody("POST", "/orders", BodyPublishers.ofByteArray(bytes), "Content-Type", "application/json"),
                    413);
            problem(sendBody("POST", "/orders", chunked(bytes), "Content-Type", "application/json"), 413);
            problem(sendBody("POST", "/nowhere", chunked(bytes), "Content-Type", "text/plain"), 413);
        }
    }

    @Test
    void takesALargerBodyForAnImport() throws Exception {
        byte[] body = new byte[2_097_152];

        assertThat(sendBody("POST", "/orders/import", BodyPublishers.ofByteArray(body), "Content-Type", "text/csv")
                        .body())
                .isEqualTo("{\"length\":2097152}");
        assertThat(sendBody("POST", "/orders/import", chunked(body), "Content-Type", "text/csv; charset=utf-8")
                        .body())
                .isEqualTo("{\"length\":2097152}");
        problem(sendBody("POST", "/orders/import", chunked(new byte[2_097_153]), "Content-Type", "text/csv"), 413);
    }

    @Test
    void takesAChunkedOrder() throws Exception {
        assertThat(sendBody(
                                "POST",
                                "/orders",
                                chunked(FLAT.getBytes(StandardCharsets.UTF_8)),
                                "Content-Type",
                                "application/json")
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void unpacksNothing() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(FLAT.getBytes(StandardCharsets.UTF_8));
        }

        HttpResponse<String> answer = sendBody(
                "POST",
                "/orders",
                BodyPublishers.ofByteArray(packed.toByteArray()),
                "Content-Type",
                "application/json",
                "Content-Encoding",
                "gzip");

        problem(answer, 415);
    }

    @Test
    void readsTheBytesAsTheyCame() throws Exception {
        String product = "{\"name\": \"Žofie 😀\", \"price\": 1, \"currency\": \"EUR\"}";

        assertThat(json.readTree(send("PUT", "/products/a", product, "Content-Type", "application/json")
                                .body())
                        .get("name")
                        .textValue())
                .isEqualTo("Žofie 😀");
        JsonNode problem = problem(
                sendBody(
                        "PUT",
                        "/products/a",
                        BodyPublishers.ofByteArray("{\"name\": \"é\"}".getBytes(StandardCharsets.ISO_8859_1)),
                        "Content-Type",
                        "application/json"),
                400);
        assertThat(problem.get("detail").textValue()).isEqualTo("the body is not valid UTF-8");
    }

    @Test
    void readsThePathAndTheQueryDecoded() throws Exception {
        assertThat(send("GET", "/products/A%20%C3%A9+1", null).body()).isEqualTo("{\"sku\":\"A é+1\"}");
        assertThat(json.readTree(
                        send("GET", "/orders?customer=a%20b%2Bc&limit=7", null).body()))
                .isEqualTo(json.readTree("{\"customer\": \"a b+c\", \"limit\": 7}"));
    }

    @Test
    void servesItsContract() throws Exception {
        HttpResponse<String> answer = send("GET", "/openapi.yaml", null);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/yaml");
        assertThat(answer.body()).contains("operationId: placeOrder");
    }

    @Test
    void namesTheContractsRoute() {
        assertThat(camel.getRoute("http-contract-route")).isNotNull();
    }

    @Test
    void answersARequestTomcatCannotReadWithAProblemDocument() throws Exception {
        problem(send("GET", "/products/A%2FB", null), 400);
        problem(send("GET", "/products/A;a=%00B", null), 400);
    }

    @Test
    void leavesOtherPathsToTheirOwners() throws Exception {
        assertThat(send("GET", "/actuator/health/liveness", null).statusCode()).isEqualTo(200);
        assertThat(send("GET", "/orders-of-others.txt", null).body()).isEqualTo("left alone");
    }

    private JsonNode problem(HttpResponse<String> answer, int status) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("none")).startsWith("application/problem+json");
        JsonNode problem = json.readTree(answer.body());
        assertThat(problem.get("status").intValue()).isEqualTo(status);
        assertThat(problem.get("title").textValue()).isNotBlank();
        return problem;
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        return sendBody(method, path, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body), headers);
    }

    private HttpResponse<String> sendBody(String method, String path, BodyPublisher body, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static BodyPublisher chunked(byte[] body) {
        return BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body));
    }

    /** The headers each route got last. */
    static class CameIn extends ConcurrentHashMap<String, Map<String, Object>> {}

    @Configuration
    @EnableAutoConfiguration(
            exclude = {
                DataSourceAutoConfiguration.class,
                FlywayAutoConfiguration.class,
                SecurityAutoConfiguration.class,
                SecurityFilterAutoConfiguration.class,
                UserDetailsServiceAutoConfiguration.class,
                ManagementWebSecurityAutoConfiguration.class,
                RabbitAutoConfiguration.class,
                SpringRabbitMQComponentAutoConfiguration.class
            })
    @EnableConfigurationProperties(HttpSettings.class)
    @ComponentScan(basePackageClasses = Contract.class)
    static class House {

        @Bean
        Rooms rooms() {
            return new Rooms();
        }

        /** For each request, whether it was left unanswered for another thread. */
        @Bean
        BlockingQueue<Boolean> handedOn() {
            return new LinkedBlockingQueue<>();
        }

        @Bean
        CameIn cameIn() {
            return new CameIn();
        }

        @Bean
        RoutePolicyFactory looksWhatComesIn(CameIn cameIn) {
            return (camel, routeId, route) -> new RoutePolicySupport() {
                @Override
                public void onExchangeBegin(Route begun, Exchange exchange) {
                    Map<String, Object> headers = new TreeMap<>();
                    exchange.getMessage().getHeaders().forEach((name, value) -> headers.put(name, "" + value));
                    cameIn.put(begun.getRouteId(), headers);
                }
            };
        }

        @Bean
        Filter looksWhetherItIsHandedOn(BlockingQueue<Boolean> handedOn) {
            return (request, response, chain) -> {
                chain.doFilter(request, response);
                handedOn.add(request.isAsyncStarted());
            };
        }
    }
}
