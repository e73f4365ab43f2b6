package org.orderway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.component.springrabbit.springboot.SpringRabbitMQComponentAutoConfiguration;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.BeforeEach;
import org.orderway.http.HttpSettings;
import org.orderway.http.Rooms;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.amqp.RabbitAutoConfiguration;
import org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.web.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Primary;
import org.springframework.context.event.EventListener;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

/** The real doors over HTTP, with stub rooms behind them; neither broker nor database. */
@ActiveProfiles("doors-test")
@SpringBootTest(
        classes = AtTheDoors.House.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "camel.main.routes-include-pattern=file:routes-yaml/http.camel.yaml,"
                    + "file:routes-yaml/shared/problems.camel.yaml,file:routes-yaml/shared/answer.camel.yaml,"
                    + "classpath:http/rooms.camel.yaml",
            "orderway.security.api-keys=required",
            "orderway.security.requests-per-second=" + AtTheDoors.REQUESTS,
            "orderway.security.wrong-per-minute=" + AtTheDoors.WRONG,
            // Callers of different addresses, as a proxy before us would tell them.
            "server.forward-headers-strategy=native",
            "management.endpoint.health.validate-group-membership=false"
        })
@ContextConfiguration(initializers = AtTheDoors.Jmx.class)
abstract class AtTheDoors {

    static final int REQUESTS = 30;
    static final int WRONG = 5;

    static final String JSON = "application/json";
    static final String KEY = "ow_a-key-of-leeds";

    /** Stands still, but for what a test lets pass: how fast this machine is must not count. */
    static final AtomicLong NANOS = new AtomicLong();

    private final HttpClient client = HttpClient.newHttpClient();

    @MockitoBean
    ApiKeys keys;

    @Autowired
    ObjectMapper json;

    @LocalServerPort
    int port;

    /** What readiness answered when the web server had just begun to listen. */
    static volatile int readinessAtFirst;

    /** The routes, and whether they ran, when it said for the first time that it is ready. */
    static volatile Map<String, ServiceStatus> routesWhenReady = Map.of();

    @BeforeEach
    void giveAKeyToTheShopInLeeds() {
        NANOS.addAndGet(Duration.ofHours(1).toNanos());
        when(keys.shopOf(anyString())).thenReturn(Optional.empty());
        when(keys.shopOf(KEY)).thenReturn(Optional.of("leeds"));
        when(keys.shopOf("ow_busy")).thenReturn(Optional.of("busy"));
    }

    JsonNode problem(HttpResponse<String> answer, int status) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("none")).startsWith("application/problem+json");
        JsonNode problem = json.readTree(answer.body());
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("detail").asText()).isNotBlank();
        return problem;
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(60))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null && !Arrays.asList(headers).contains("Content-Type")) {
            request.header("Content-Type", JSON);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** Sends the path as it is written: clients make such paths straight. */
    String raw(String method, String path, String body) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(60_000);
            int length = body.getBytes(StandardCharsets.UTF_8).length;
            String request = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Content-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n" + body;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Tests of routes alone switch Camel's beans off for all that comes after them. */
    static class Jmx implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            DefaultCamelContext.setDisableJmx(false);
        }
    }

    /** Not annotated as a configuration, which the other tests' search for one would find. */
    @EnableAutoConfiguration(
            exclude = {
                DataSourceAutoConfiguration.class,
                FlywayAutoConfiguration.class,
                RabbitAutoConfiguration.class,
                SpringRabbitMQComponentAutoConfiguration.class
            })
    @EnableConfigurationProperties({HttpSettings.class, SecuritySettings.class})
    @ComponentScan(
            basePackages = {"org.orderway.http", "org.orderway.security"},
            excludeFilters = @Filter(type = FilterType.REGEX, pattern = ".*Test\\$.*"))
    static class House {

        @Bean
        @Primary
        CallerLimits limitsOfATimeThatStandsStill(SecuritySettings settings) {
            return new CallerLimits(settings, NANOS::get);
        }

        @Bean
        Rooms rooms() {
            return new Rooms();
        }

        @EventListener
        void askAsSoonAsItListens(WebServerInitializedEvent event) throws IOException {
            URL readiness = URI.create(
                            "http://127.0.0.1:" + event.getWebServer().getPort() + "/actuator/health/readiness")
                    .toURL();
            readinessAtFirst = ((HttpURLConnection) readiness.openConnection()).getResponseCode();
        }

        @EventListener
        void lookWhatRunsOnceItIsReady(ApplicationReadyEvent event) {
            CamelContext camel = event.getApplicationContext().getBean(CamelContext.class);
            routesWhenReady = camel.getRoutes().stream()
                    .collect(Collectors.toMap(Route::getRouteId, route -> camel.getRouteController()
                            .getRouteStatus(route.getRouteId())));
        }
    }
}
