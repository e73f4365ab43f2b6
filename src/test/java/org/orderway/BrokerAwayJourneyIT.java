package org.orderway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.orderway.testing.ChildJvm;
import org.orderway.testing.NeedsRabbitMq;
import org.orderway.testing.OnEachVersion;
import org.orderway.testing.RealRabbit;
import org.orderway.testing.Shop;
import org.orderway.testing.TcpProxy;
import org.orderway.testing.TestDatabase;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Orders are accepted while the broker is away, from the very start, and go on as soon as it is there. */
@NeedsRabbitMq
@ActiveProfiles({"rabbitmq", "simulators"})
@SpringBootTest(
        webEnvironment = WebEnvironment.DEFINED_PORT,
        properties = {
            "orderway.samples.feed=false",
            "orderway.simulators.delivered-after=0s",
            "orderway.outbox.grace=1s",
            "orderway.outbox.sweep-every=200",
            "orderway.publisher.confirm-timeout=1s"
        })
@DirtiesContext
@OnEachVersion
class BrokerAwayJourneyIT {

    @RegisterExtension
    static final TestDatabase database = TestDatabase.fresh();

    private static TcpProxy network;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void brokerThatIsAway(DynamicPropertyRegistry registry) {
        RealRabbit rabbit = RealRabbit.current();
        network = TcpProxy.to(rabbit.host(), rabbit.port());
        network.refuse();
        int webPort = ChildJvm.freePort();
        rabbit.register(registry);
        database.register(registry);
        registry.add("spring.rabbitmq.addresses", () -> "127.0.0.1:" + network.port());
        registry.add("server.port", () -> webPort);
    }

    @AfterAll
    static void closeNetwork() {
        network.close();
    }

    @Test
    void anOrderPlacedWhileTheBrokerIsAwayIsShippedOnceItIsThere() {
        Shop shop = new Shop(port);
        shop.stock("SKU", 5, "1.00", "INR");
        assertThat(shop.get("/actuator/health/liveness").status()).isEqualTo(200);
        await("not ready without a broker").atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(readiness())
                .isEqualTo(503));

        String first = shop.place(cod("W-1"));
        assertThat(shop.behaved("c-1", "SKU", "viewed").status())
                .as("what customers look at is not kept for the broker")
                .isEqualTo(503);
        network.pass();
        awaitShipped(shop, first);
        await("ready").atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(readiness())
                .isEqualTo(200));

        // And when it goes away in the middle of the day.
        network.refuse();
        String second = shop.place(cod("W-2"));
        assertThat(shop.order(second).path("status").asText()).isEqualTo("RECEIVED");
        network.pass();
        awaitShipped(shop, second);
    }

    private static void awaitShipped(Shop shop, String id) {
        await("order " + id).atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                        shop.order(id).path("status").asText())
                .isEqualTo("SHIPPED"));
    }

    private int readiness() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness"))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }

    private static ObjectNode cod(String number) {
        return Shop.json()
                .put("id", number)
                .put("product", "SKU")
                .put("quantity", 1)
                .put("price", 1);
    }
}
