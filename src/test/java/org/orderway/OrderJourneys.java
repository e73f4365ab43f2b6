package org.orderway;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.extension.Parameters;
import com.github.tomakehurst.wiremock.extension.ServeEventListener;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.ConnectionFactory;
import io.micrometer.core.instrument.MeterRegistry;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.broker.QueueDepths;
import org.orderway.broker.QueueFigures;
import org.orderway.broker.Topology;
import org.orderway.messages.Delivery;
import org.orderway.messages.DeliveryHeaders;
import org.orderway.messages.EventIds;
import org.orderway.messages.Retention;
import org.orderway.testing.ChildJvm;
import org.orderway.testing.OnEachVersion;
import org.orderway.testing.Shop;
import org.orderway.testing.Shop.Answer;
import org.orderway.testing.Tap;
import org.orderway.testing.Tap.Heard;
import org.orderway.webhooks.Signatures;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.Queue;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.amqp.RabbitConnectionDetails;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * Orders on their whole way through the application: in over HTTP, a file or the exchange, out as charges, parcels, mails and
 * figures. The same journeys run on every broker; a subclass says on which.
 */
@SpringBootTest(
        webEnvironment = WebEnvironment.DEFINED_PORT,
        properties = {
            "spring.main.banner-mode=off",
            "orderway.samples.feed=false",
            "orderway.simulators.delivered-after=0s",
            "orderway.examples.console=true",
            "orderway.examples.logs=true",
            "orderway.examples.sensors=true",
            "orderway.examples.thumbnails=true",
            "orderway.examples.thumbnail-folder=target/thumbnails",
            "orderway.roles=all,-retention",
            "orderway.topology.max-retries=" + OrderJourneys.MAX_RETRIES,
            "orderway.topology.retry-delays=200ms,300ms",
            "orderway.retry.quick-redeliveries=" + OrderJourneys.QUICK_REDELIVERIES,
            "orderway.retry.quick-delay=10",
            "orderway.payment.gateway.call-margin=2s",
            "orderway.shipping.carrier.call-margin=2s",
            "orderway.payment.gateway.response-timeout=2000",
            "orderway.shipping.carrier.response-timeout=2000",
            "orderway.simulators.lost-answer=3000",
            "orderway.simulators.slow-answer=3000",
            "orderway.notification.confirmation-delay=1s",
            "orderway.orders.resolve-every=300",
            "orderway.imports.match-every=300",
            "orderway.inventory.expiry.every=300",
            "orderway.fraud.tell-every=300",
            "orderway.inventory.back-orders.fill-every=300",
            "orderway.announcements.send-every=300",
            "orderway.announcements.customers-per-step=10",
            "orderway.examples.regional-desk=true",
            "orderway.payment.screening-step=review-large-orders",
            "orderway.fraud.review-above=100000",
            "orderway.inventory.tell-every=200",
            "orderway.normal-lane.in-progress=" + OrderJourneys.IN_PROGRESS,
            "orderway.normal-lane.look-every=100",
            "orderway.promises.look-every=300",
            "orderway.broker.depth-poll=1s",
            "orderway.webhooks.secrets.carrier=the-carriers-secret",
            "orderway.webhooks.secrets.payment=the-providers-secret",
        })
@Import(OrderJourneys.Listening.class)
@DirtiesContext
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class OrderJourneys {

    static final int MAX_RETRIES = 2;
    static final int QUICK_REDELIVERIES = 1;
    static final int IN_PROGRESS = 15;

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final boolean FULL = Boolean.getBoolean("orderway.test.full");
    private static final int FIRST = 0;
    private static final int LAST = Integer.MAX_VALUE;
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /** Stands before the carrier: passes calls on to the simulated one, unless a test tells it otherwise. */
    private static WireMockServer carrier;

    /** A mail that was caught on its way to a customer. @param id its Message-ID without angle brackets; @param attachments file names */
    record Letter(String id, String to, List<String> attachments) {}

    @Autowired
    protected JdbcClient sql;

    @Autowired
    protected Tap tap;

    @Autowired
    private Declarables declarables;

    @Autowired
    private CamelContext camel;

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private Signatures signatures;

    @Autowired
    private AmqpAdmin admin;

    @Autowired
    private Topology topology;

    @Autowired
    private QueueDepths depths;

    @Autowired
    private QueueFigures figures;

    @Autowired
    private Retention retention;

    @LocalServerPort
    private int port;

    protected Shop shop;

    /** All mails that left so far. */
    abstract List<Letter> letters();

    @TestConfiguration(proxyBeanMethods = false)
    static class Listening {

        /** Hears everything that is published: orders and facts, payments, retries and dead letters. */
        @Bean
        @Lazy
        Tap tap(RabbitConnectionDetails broker, AmqpAdmin admin, Declarables declarables) throws Exception {
            admin.initialize();
            ConnectionFactory connections = new ConnectionFactory();
            connections.setHost(broker.getFirstAddress().host());
            connections.setPort(broker.getFirstAddress().port());
            connections.setUsername(broker.getUsername());
            connections.setPassword(broker.getPassword());
            if (broker.getVirtualHost() != null) {
                connections.setVirtualHost(broker.getVirtualHost());
            }
            Tap tap = new Tap(connections);
            tap.listen("order_events", "order.#");
            tap.listen("order_payment", "prepaid");
            tap.listen("order_payment", "cod");
            tap.listen("payment_events", "payment.#");
            tap.listen("announcements", "");
            tap.listen("inventory_events", "inventory.*");
            tap.listen("shop_events", "#");
            tap.listen("notices", Map.of("x-match", "all", "department", "finance", "type", "urgent"));
            for (Queue queue : declarables.getDeclarablesByType(Queue.class)) {
                if (queue.getName().endsWith("_dlq")) {
                    tap.listen("order_dead", queue.getName());
                } else if (queue.getName().contains("_retry_")) {
                    tap.listen("order_retry", queue.getName());
                }
            }
            return tap;
        }
    }

    @DynamicPropertySource
    static void addresses(DynamicPropertyRegistry registry) {
        int port = ChildJvm.freePort();
        carrier = new WireMockServer(options()
                .dynamicPort()
                .bindAddress("127.0.0.1")
                .extensions(new Books("http://127.0.0.1:" + port + "/simulators/carrier")));
        carrier.start();
        carrier.stubFor(any(anyUrl())
                .atPriority(10)
                .willReturn(aResponse().proxiedFrom("http://127.0.0.1:" + port + "/simulators/carrier")));
        registry.add("server.port", () -> port);
        registry.add("orderway.shipping.carrier.url", OrderJourneys::carrierUrl);
    }

    @AfterAll
    static void stopCarrier() {
        carrier.stop();
    }

    @BeforeEach
    void openShop() {
        shop = new Shop(port);
    }

    // --- the way of an order

    @ParameterizedTest(name = "{0} lane, {1}")
    @CsvSource({"normal, prepaid", "normal, cod", "priority, prepaid", "priority, cod"})
    @OnEachVersion
    void anOrderGoesItsWayFromTheShopToItsParcel(String lane, String method) {
        String first = stocked(20);
        String second = stocked(5);
        ObjectNode form =
                form(method, "tok_ok").put("priority", lane.equals("priority")).put("number", number("W"));
        line(form, first, 3, "2.55");
        line(form, second, 2, "0.105");

        String id = shop.place(form);
        JsonNode order = awaitStatus(id, "SHIPPED");

        BigDecimal total = new BigDecimal("7.86");
        BigDecimal captured = method.equals("prepaid") ? total : BigDecimal.ZERO;
        assertThat(order.path("number")).isEqualTo(form.path("number"));
        assertThat(order.path("lane").asText()).isEqualTo(lane);
        assertThat(order.path("total").decimalValue()).isEqualByComparingTo(total);
        assertThat(order.at("/payment/method").asText()).isEqualTo(method);
        assertThat(order.at("/payment/state").asText()).isEqualTo(method.equals("prepaid") ? "captured" : "due");
        assertThat(order.at("/payment/amount").decimalValue()).isEqualByComparingTo(total);
        assertThat(column("select captured from orders where id = ?", BigDecimal.class, uuid(id)))
                .isEqualByComparingTo(captured);
        assertThat(order.at("/shipment/state").asText()).isEqualTo("shipped");
        assertThat(order.at("/shipment/trackingNumber").asText())
                .isEqualTo(column("select tracking_number from simulators.shipments where key like '%' || ?", id));

        List<String> timeline = timeline(id, "order.shipped", "order.analytics.ended", "order.invoiced");
        // Invoiced at some time after it was paid: the parcel does not wait for it.
        assertThat(timeline).containsOnlyOnce("order.invoiced");
        assertThat(timeline)
                .filteredOn(event -> !event.equals("order.invoiced"))
                .containsExactly(
                        "order.placed",
                        "order.created",
                        "order.analytics.created",
                        "order.inventory_checked",
                        "order.payment_success",
                        "order.shipping_prepared",
                        "order.shipped",
                        "order.analytics.ended");

        assertStock(first, 17, 0);
        assertStock(second, 3, 0);
        assertThat(charges(id)).hasSize(method.equals("prepaid") ? 1 : 0).allSatisfy(charge -> assertThat(charge)
                .isEqualByComparingTo(total));
        assertThat(parcels(id)).isEqualTo(1);
        assertMails(id, form, "order.created", "order.payment_success", "order.invoiced", "order.shipped");
    }

    @Test
    void aRoleThatIsLeftOutDoesNotWorkHere() {
        assertThat(camel.getRouteController().getRouteStatus("retention-clean-up"))
                .isEqualTo(ServiceStatus.Stopped);
        assertThat(camel.getRouteController().getRouteStatus("outbox-sweep")).isEqualTo(ServiceStatus.Started);
    }

    @Test
    void aRoleThatIsSwitchedOffFinishesWhatItHasInHandAndTheRestWaitsUntilItIsBack() {
        slowCarrier(1000);
        String sku = stocked(13);
        Supplier<ObjectNode> form = () -> line(form("cod", null, "SLOWLY"), sku, 1, "1");
        Map<String, Long> letters = lettersByQueue();
        int health = shop.get("/actuator/health").status();
        List<String> ids = new ArrayList<>(several(12, form));
        await("a parcel is under way").atMost(PATIENCE).until(() -> inHand("shipping-ship") > 0);

        JsonNode stopped = shop.role("shipping", "stop");
        try {
            assertThat(stopped.path("atWork").asBoolean()).isFalse();
            assertThat(inHand("shipping-ship")).isZero();
            await("nobody takes").atMost(PATIENCE).until(() -> consumersOf("shipping_queue") == 0);
            ids.addAll(several(1, form));
            long left = ids.stream().filter(id -> bookings(id) == 0).count();
            assertThat(left).as("orders the carrier does not know").isPositive();
            await("they wait").atMost(PATIENCE).until(() -> tap.depth("shipping_queue") == left);
            assertThat(inStatus(ids, "SHIPPED"))
                    .as("whatever was begun is shipped")
                    .isEqualTo(13 - left);
            assertThat(shop.get("/actuator/health").status()).isEqualTo(health);
            assertThat(shop.roles().findValuesAsText("atWork")).contains("false");
        } finally {
            shop.role("shipping", "start");
        }

        ids.forEach(id -> awaitStatus(id, "SHIPPED"));
        awaitQuiet(ids);
        assertOnceEach(ids);
        assertThat(ids).allSatisfy(id -> assertThat(bookings(id)).isEqualTo(1));
        assertThat(tap.heard(m -> m.exchange().equals("order_retry") && ids.contains(m.orderId())))
                .as("retries")
                .isEmpty();
        assertThat(lettersByQueue()).isEqualTo(letters);
        assertThat(shop.roleChanges().findValuesAsText("action")).startsWith("start", "stop");
        assertThat(shop.roleChanges().findValuesAsText("outcome")).startsWith("done", "done");
    }

    private int inHand(String route) {
        return camel.getInflightRepository().size(route);
    }

    /** As the broker counts them. */
    private int consumersOf(String queue) {
        return admin.getQueueInfo(queue).getConsumerCount();
    }

    @Test
    void aDeclinedCardFailsTheOrderAndGivesTheGoodsBack() {
        String sku = stocked(4);
        ObjectNode form = line(form("prepaid", "tok_declined"), sku, 3, "10");

        String id = shop.place(form);
        JsonNode order = awaitStatus(id, "FAILED");

        assertThat(order.path("reason").asText()).isEqualTo("payment_declined");
        assertThat(order.at("/payment/state").asText()).isEqualTo("none");
        awaitStock(sku, 4, 0);
        assertThat(charges(id)).isEmpty();
        assertThat(parcels(id)).isZero();
        assertMails(id, form, "order.failed");
    }

    @Test
    void ofAHundredBuyersAtTheSameMomentTenGetTheTenPieces() {
        String sku = stocked(10);
        List<String> ids = Stream.generate(() -> line(form("prepaid", "tok_ok"), sku, 1, "5"))
                .limit(100)
                .map(form -> shop.sendAsync("POST", "/orders", "application/json", form.toString()))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .map(Shop::accepted)
                .toList();

        await("all of them ended").atMost(PATIENCE).until(() -> ids.stream()
                .allMatch(id -> Set.of("SHIPPED", "FAILED").contains(status(id))));

        assertThat(ids.stream().map(id -> status(id) + " " + reason(id)))
                .filteredOn("FAILED out_of_stock"::equals)
                .hasSize(90);
        List<String> shipped =
                ids.stream().filter(id -> status(id).equals("SHIPPED")).toList();
        assertThat(shipped).hasSize(10).allSatisfy(id -> {
            assertThat(charges(id)).hasSize(1);
            assertThat(parcels(id)).isEqualTo(1);
        });
        assertThat(ids.stream().filter(id -> !shipped.contains(id))).allSatisfy(id -> {
            assertThat(charges(id)).isEmpty();
            assertThat(parcels(id)).isZero();
        });
        assertStock(sku, 0, 0);
    }

    @ParameterizedTest(name = "unit price {0}")
    @CsvSource(
            value = {"3.20", "-"},
            nullValues = "-")
    void anArticleNobodyKnowsFailsTheOrderWithoutHoldingTheOthers(String price) {
        String known = stocked(5);
        ObjectNode form = line(line(form("prepaid", "tok_ok"), known, 1, "1"), number("NO-SUCH"), 1, price);

        String id = shop.place(form);

        assertThat(awaitStatus(id, "FAILED").path("reason").asText()).isEqualTo("unknown_sku");
        assertThat(held(id)).isZero();
        assertStock(known, 5, 0);
        assertThat(charges(id)).isEmpty();
        assertMails(id, form, "order.failed");
    }

    @Test
    void anOrderWithOneLineTooManyHoldsNoneOfItsLines() {
        String plenty = stocked(100);
        String few = stocked(2);
        ObjectNode form = line(form("cod", null), plenty, 10, "1");
        line(form, few, 2, "1");
        line(form, few, 1, "1"); // two lines of one article count together

        String id = shop.place(form);

        assertThat(awaitStatus(id, "FAILED").path("reason").asText()).isEqualTo("out_of_stock");
        assertThat(held(id)).isZero();
        awaitQuiet(id);
        assertStock(plenty, 100, 0);
        assertStock(few, 2, 0);
    }

    // --- who may place an order

    @Test
    void aShopPlacesOrdersWithAKeyUntilItIsTakenAway() {
        String name = number("shop");
        Answer made =
                shop.send("POST", "/ops/api-keys", "application/json", "{\"shop\": \"" + name + "\", \"by\": \"Ada\"}");
        assertThat(made.status()).as("%s", made.body()).isEqualTo(201);
        String key = made.body().path("key").asText();
        String form = line(form("prepaid", "tok_ok"), stocked(5), 1, "5").toString();

        String id = Shop.accepted(shop.send("POST", "/orders", "application/json", form, "X-API-Key", key));
        assertThat(shop.send("GET", "/ops/failures", null, null, "X-API-Key", key)
                        .status())
                .isEqualTo(403);
        assertThat(shop.get("/ops/api-keys").body().findValuesAsText("shop")).contains(name);
        assertThat(shop.get("/ops/api-keys").body().toString()).doesNotContain(key);

        Answer ended = shop.send(
                "POST",
                "/ops/api-keys/" + made.body().path("id").asLong() + "/revoke",
                "application/json",
                "{\"by\": \"Ada\"}");
        assertThat(ended.status()).isEqualTo(200);
        assertThat(shop.send("GET", "/orders/" + id, null, null, "X-API-Key", key)
                        .status())
                .isEqualTo(401);
        awaitStatus(id, "SHIPPED");
    }

    // --- what comes twice

    @ParameterizedTest(name = "after {0} days")
    @ValueSource(ints = {0, 7})
    @OnEachVersion
    void everyMessageThreeTimesMoreChangesNothing(int days) {
        String sku = stocked(50);
        ObjectNode shippedForm = line(form("prepaid", "tok_ok"), sku, 2, "4.10");
        ObjectNode failedForm = line(form("prepaid", "tok_declined"), sku, 2, "4.10");
        String shipped = shop.place(shippedForm);
        String failed = shop.place(failedForm);
        awaitStatus(shipped, "SHIPPED");
        awaitStatus(failed, "FAILED");
        assertMails(shipped, shippedForm, "order.created", "order.payment_success", "order.invoiced", "order.shipped");
        assertMails(failed, failedForm, "order.failed");
        awaitQuiet(shipped, failed);
        List<Heard> originals = tap.heard(isOf(shipped).or(isOf(failed)));
        ageByDays(days, shipped, failed);
        retention.cleanUp();
        List<Object> before =
                List.of(shop.order(shipped), shop.order(failed), audited(shipped), audited(failed), stock(sku));

        originals.forEach(m -> tap.publish(m.exchange(), m.routingKey(), m.properties(), m.body(), 3));
        awaitQuiet(shipped, failed);

        assertThat(List.of(shop.order(shipped), shop.order(failed), audited(shipped), audited(failed), stock(sku)))
                .isEqualTo(before);
        assertThat(charges(shipped)).hasSize(1);
        assertThat(parcels(shipped)).isEqualTo(1);
        assertThat(charges(failed)).isEmpty();
        assertThat(parcels(failed)).isZero();
        assertMails(shipped, shippedForm, "order.created", "order.payment_success", "order.invoiced", "order.shipped");
        assertMails(failed, failedForm, "order.failed");
        assertThat(deadLetters(shipped)).isEmpty();
        assertThat(deadLetters(failed)).isEmpty();
        // A repeated step tells its outcome again, in the same words.
        assertThat(originals.stream().map(Heard::id).distinct())
                .allSatisfy(id -> assertThat(tap.heard(m -> id.equals(m.id())))
                        .hasSizeGreaterThan(3)
                        .extracting(Heard::text)
                        .containsOnly(originals.stream()
                                .filter(m -> id.equals(m.id()))
                                .findFirst()
                                .orElseThrow()
                                .text()));
        // Created once, sent three times more by us, and told again by each of the three repeated placements.
        assertThat(tap.heard(isOf(shipped).and(m -> m.routingKey().equals("order.created"))))
                .hasSizeGreaterThanOrEqualTo(7);
        // Their figures are not older, and are counted again by another test.
        ageByDays(-days, shipped, failed);
    }

    /** All that is remembered of these orders happened so many days before. */
    private void ageByDays(int days, String... ids) {
        String ofThese = "order_id = any(cast(:ids as uuid[]))";
        Map.of(
                        "orders.created_at", "id = any(cast(:ids as uuid[]))",
                        "orders.moved_at", "id = any(cast(:ids as uuid[]))",
                        "outcomes.recorded_at", ofThese,
                        "idempotency_keys.created_at", ofThese,
                        "effects.intent_at", ofThese,
                        "effects.known_at", ofThese,
                        "failure_events.recorded_at",
                                "event_id in (select event_id from audit_events where " + ofThese + ")")
                .forEach((time, which) -> {
                    String[] part = time.split("\\.");
                    sql.sql("update %1$s set %2$s = %2$s - make_interval(days => :days) where "
                                            .formatted(part[0], part[1])
                                    + which)
                            .param("days", days)
                            .param("ids", ids)
                            .update();
                });
    }

    @Test
    void anOrderPlacedThreeTimesUnderOneKeyIsOneOrder() {
        String sku = stocked(10);
        ObjectNode form = line(form("prepaid", "tok_ok"), sku, 1, "9.99");
        String key = number("key");

        List<Answer> answers = IntStream.range(0, 3)
                .mapToObj(n ->
                        shop.sendAsync("POST", "/orders", "application/json", form.toString(), "Idempotency-Key", key))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();

        assertThat(answers).extracting(Answer::status).containsOnly(202);
        assertThat(answers).extracting(Answer::body).containsOnly(answers.get(0).body());
        String id = Shop.accepted(answers.get(0));
        awaitStatus(id, "SHIPPED");
        assertThat(column(
                        "select count(*) from orders where customer_email = ?",
                        Long.class,
                        form.at("/customer/email").asText()))
                .isEqualTo(1);
        assertThat(charges(id)).hasSize(1);
        assertStock(sku, 9, 0);
        // Also long after.
        assertThat(shop.send("POST", "/orders", "application/json", form.toString(), "Idempotency-Key", key)
                        .body())
                .isEqualTo(answers.get(0).body());

        ObjectNode other = line(form("prepaid", "tok_ok"), sku, 2, "9.99");
        Answer refused = shop.send("POST", "/orders", "application/json", other.toString(), "Idempotency-Key", key);
        assertThat(refused.status()).isEqualTo(422);
        assertStock(sku, 9, 0);
    }

    @Test
    void aNumberBelongsToOneOrder() {
        String sku = stocked(10);
        ObjectNode form = line(form("cod", null).put("number", number("W")), sku, 1, "1");
        String id = shop.place(form);

        assertThat(shop.place(form)).isEqualTo(id);
        ObjectNode other = line(form.deepCopy(), sku, 2, "1");
        assertThat(shop.send("POST", "/orders", "application/json", other.toString())
                        .status())
                .isEqualTo(409);

        awaitStatus(id, "SHIPPED");
        awaitQuiet(id);
        assertStock(sku, 9, 0);
    }

    @Test
    void everyMistakeOfAnOrderIsToldAtOnceAndNothingIsAccepted() {
        ObjectNode form = form("prepaid", "tok_ok").put("currency", "pounds");
        line(form, "A-1", 0, "1");
        line(form, "A-2", 1, "-3");
        line(form, "A-3", 1, "1.23456");
        ((ObjectNode) form.at("/lines/2")).remove("sku");

        Answer answer = shop.send("POST", "/orders", "application/json", form.toString());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().path("errors").findValuesAsText("pointer"))
                .contains("/currency", "/lines/0/quantity", "/lines/1/unitPrice", "/lines/2/sku", "/lines/2/unitPrice");
        assertThat(column(
                        "select count(*) from orders where customer_email = ?",
                        Long.class,
                        form.at("/customer/email").asText()))
                .isZero();
    }

    @Test
    void aRequestThatCannotBeServedIsRefusedInItsOwnWords() {
        String form = line(form("prepaid", "tok_ok"), "A-1", 1, "1")
                .put("number", "W")
                .toString();

        assertThat(shop.get("/orders/" + UUID.randomUUID()).status()).isEqualTo(404);
        assertThat(shop.get("/products/" + number("NONE")).status()).isEqualTo(404);
        assertThat(shop.send("POST", "/orders", "text/plain", form).status()).isEqualTo(415);
        assertThat(shop.send(
                                "POST",
                                "/orders",
                                "application/json",
                                form.replace("\"W\"", "\"" + "W".repeat(1 << 20) + "\""))
                        .status())
                .isEqualTo(413);
    }

    // --- announcements

    /** Everybody who ever ordered is told: the fewer that are, the better. */
    @Test
    @Order(FIRST)
    void anAnnouncementReachesEachCustomerOnceOnEveryChannelTheyWant() {
        String keen = customer(
                "{\"channels\": {\"sms\": {\"phone\": \"+4477009001\"}, \"app\": {\"deviceToken\": \"d-1\"}}}");
        String tired = customer("{\"promotions\": false, \"channels\": {\"sms\": {\"phone\": \"+4477009002\"}}}");
        String silent = customer("{\"channels\": {\"mail\": false, \"app\": {\"deviceToken\": \"d-3\"}}}");

        String promotion = announce("promotion");
        assertThat(told(promotion, keen)).containsExactly("app d-1", "mail", "sms +4477009001");
        assertThat(told(promotion, tired)).isEmpty();
        assertThat(told(promotion, silent)).containsExactly("app d-3");

        String service = announce("service");
        assertThat(told(service, keen)).containsExactly("app d-1", "mail", "sms +4477009001");
        assertThat(told(service, tired)).containsExactly("mail", "sms +4477009002");
        assertThat(told(service, silent)).containsExactly("app d-3");

        // The same message again sends nothing again, and there is nobody's address in it.
        Heard message = tap.awaitHeard("the announcement", m -> m.text().contains(service));
        assertThat(message.text()).doesNotContain("@", "+44", "lamps");
        tap.publish(message.exchange(), "", message.properties(), message.body(), 3);
        awaitAllQuiet();
        awaitSent(service);
        assertThat(told(service, keen)).containsExactly("app d-1", "mail", "sms +4477009001");
    }

    /** A customer with an order and preferences. */
    private String customer(String preferences) {
        ObjectNode form = line(form("cod", null), stocked(1), 1, "1");
        awaitStatus(shop.place(form), "SHIPPED");
        String id = form.at("/customer/id").asText();
        String path = "/customers/" + id + "/preferences";
        Answer put = shop.send("PUT", path, "application/json", preferences);
        assertThat(put.status()).isEqualTo(200);
        assertThat(shop.get(path).body()).isEqualTo(put.body());
        return id;
    }

    /** The id of an announcement that was posted twice under one key and sent to everybody. */
    private String announce(String kind) {
        String body = "{\"kind\": \"%s\", \"subject\": \"Hear\", \"text\": \"Of lamps\"}".formatted(kind);
        String key = number("announcement");
        Answer first = shop.send("POST", "/announcements", "application/json", body, "Idempotency-Key", key);
        Answer again = shop.send("POST", "/announcements", "application/json", body, "Idempotency-Key", key);
        assertThat(first.status()).isEqualTo(202);
        assertThat(again.body()).isEqualTo(first.body());
        String id = first.body().path("id").asText();
        awaitSent(id);
        return id;
    }

    private void awaitSent(String announcement) {
        await("everybody to be told of " + announcement).atMost(PATIENCE).untilAsserted(() -> {
            assertThat(column(
                            "select count(*) from announcement_channels where announcement_id = ? and complete",
                            Long.class,
                            uuid(announcement)))
                    .isEqualTo(3);
            assertThat(column(
                            "select count(*) from announcement_sends where announcement_id = ? and state <> 'sent'",
                            Long.class,
                            uuid(announcement)))
                    .isZero();
        });
    }

    /** How often and on which channels an announcement reached a customer, in the order of the channels' names. */
    private List<String> told(String announcement, String customer) {
        String mail = EventIds.of(uuid(announcement), "mail", customer) + "@orderway.invalid";
        Stream<String> mails = letters().stream()
                .filter(letter -> letter.id().equals(mail))
                .filter(letter -> letter.to().equals(customer + "@example.org"))
                .map(letter -> "mail");
        Stream<String> texts = Stream.of("sms", "app")
                .flatMap(channel -> sql
                        .sql("select channel || ' ' || receiver from simulators.texts where key = ?")
                        .param(EventIds.of(uuid(announcement), channel, customer))
                        .query(String.class)
                        .list()
                        .stream());
        return Stream.concat(mails, texts).sorted().toList();
    }

    // --- what customers are told of their orders

    @Test
    void aCustomerIsToldEachFactOnceOnEveryChannelTheyWantAndInTheirLanguage() {
        ObjectNode form = line(form("prepaid", "tok_ok").put("number", number("W")), stocked(5), 2, "3.10");
        String preferences =
                """
                {"locale": "de-AT", "channels": {"sms": {"phone": "+4366400001"}, "app": {"deviceToken": "d-at"}}}
                """;
        String customer = form.at("/customer/id").asText();
        Answer put = shop.send("PUT", "/customers/" + customer + "/preferences", "application/json", preferences);
        assertThat(put.status()).isEqualTo(200);

        String id = shop.place(form);
        String tracking =
                awaitStatus(id, "SHIPPED").at("/shipment/trackingNumber").asText();

        String number = form.path("number").asText();
        List<String> told = List.of(
                "push £ 6,20 erhalten",
                "push £ 6,20. Sobald",
                "push über £ 6,20 kommt per E-Mail",
                "push /" + tracking,
                "sms Ihre Bestellung " + number + " ist unterwegs: http",
                "sms Rechnung",
                "sms Zahlung von £ 6,20",
                "sms Bestellung " + number + " über £ 6,20 erhalten");
        await("texts to " + customer).atMost(PATIENCE).untilAsserted(() -> assertThat(texts("+4366400001", "d-at"))
                .hasSameSizeAs(told)
                .allSatisfy(text -> assertThat(told)
                        .filteredOn(words -> saysSo(text, words))
                        .hasSize(1)));
        assertMails(id, form, "order.created", "order.payment_success", "order.invoiced", "order.shipped");
        assertThat(timeline(id)).contains("sms", "push");

        for (Heard message : tap.heard(isOf(id).and(m -> m.exchange().equals("order_events")))) {
            tap.publish(message.exchange(), message.routingKey(), message.properties(), message.body(), 2);
        }
        awaitQuiet(id);
        assertThat(texts("+4366400001", "d-at")).hasSameSizeAs(told);
        assertMails(id, form, "order.created", "order.payment_success", "order.invoiced", "order.shipped");
    }

    /** What was sent to a phone or an app, with its channel. */
    private List<String> texts(String phone, String deviceToken) {
        return sql.sql(
                        "select case channel when 'app' then 'push' else channel end || ' ' || text from simulators.texts"
                                + " where receiver in (?, ?) and key ~ '^(sms|push)-'")
                .params(phone, deviceToken)
                .query(String.class)
                .list();
    }

    private static boolean saysSo(String text, String channelAndWords) {
        String[] parts = channelAndWords.split(" ", 2);
        return text.startsWith(parts[0] + " ") && text.contains(parts[1]);
    }

    @Test
    void whatOtherSystemsAskForIsSentOnceAndWhatCannotBeReadIsADeadLetterOfTheirs() {
        ObjectNode form = line(form("cod", null), stocked(1), 1, "1");
        String id = shop.place(form);
        awaitStatus(id, "SHIPPED");
        assertMails(id, form, "order.created", "order.payment_success", "order.invoiced", "order.shipped");
        Map<String, Long> before = lettersByQueue();
        String text = "{\"to\": \"+4477009009\", \"text\": \"Your parcel is in the shop\"}";
        String mail = "{\"orderId\": \"%s\", \"subject\": \"Hear\", \"text\": \"This\"}".formatted(id);
        String offer = mail.replace("Hear", "Sale").replace("\"text\"", "\"kind\": \"promotion\", \"text\"");

        for (int times = 0; times < 2; times++) {
            tap.publish("order_events", "order.notification.sms", text);
            tap.publish("order_events", "order.notification.mail", mail);
            tap.publish("order_events", "order.notification.mail", offer);
        }
        tap.publish("order_events", "order.notification.fax", text);
        tap.publish(
                "order_events",
                "order.delayed",
                "{\"orderId\": \"%s\", \"promisedBy\": \"2026-11-22T18:00:00Z\"}".formatted(id));

        await("the fax").atMost(PATIENCE).until(() -> !lettersByQueue().equals(before));
        assertOnlyGrown(before, "notification_queue");
        assertThat(texts("+4477009009", "nobody")).containsExactly("sms Your parcel is in the shop");
        assertThat(letters())
                .filteredOn(
                        letter -> letter.to().equals(form.at("/customer/email").asText()))
                .as("its four facts, what was asked for, the offer and the delay")
                .hasSize(7);
    }

    // --- notices

    @Test
    void aNoticeReachesTheDepartmentsItsHeadersSay() {
        String figures = notice("finance", "figures");
        String payout = notice("finance", "urgent");
        String rota = notice("operations", "rota");

        awaitMailed(figures, "finance");
        awaitMailed(payout, "finance");
        awaitMailed(payout, "operations");
        awaitMailed(rota, "operations");
        awaitAllQuiet();

        assertThat(rows("select n.type || ' to ' || m.department from notice_mails m"
                        + " join notices n on n.id = m.notice_id where n.id::text in ('"
                        + String.join("', '", figures, payout, rota) + "') order by 1"))
                .containsExactly(
                        "figures to finance", "rota to operations", "urgent to finance", "urgent to operations");
        assertThat(tap.heard(m -> m.exchange().equals("notices")
                        && Stream.of(figures, payout, rota).anyMatch(m.text()::contains)))
                .as("bound with x-match: all to both headers")
                .singleElement()
                .satisfies(heard -> assertThat(heard.text()).contains(payout));
    }

    private String notice(String department, String type) {
        ObjectNode notice = Shop.json()
                .put("department", department)
                .put("type", type)
                .put("subject", "Hear")
                .put("text", "This");
        Answer answer = shop.send("POST", "/notices", "application/json", notice.toString());
        assertThat(answer.status()).isEqualTo(202);
        return answer.body().path("id").asText();
    }

    private void awaitMailed(String notice, String department) {
        Letter mail = new Letter(
                EventIds.of(uuid(notice), "mail", department) + "@orderway.invalid",
                department + "@example.invalid",
                List.of());
        await("a mail to " + department).atMost(PATIENCE).untilAsserted(() -> assertThat(letters())
                .containsOnlyOnce(mail));
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"order_payment, cheque", "order_payment, order.created", "order_events, orders.created"})
    @OnEachVersion
    void whatNoQueueWantsIsKeptAndAlarmed(String exchange, String key) {
        String message = "{\"for\": \"" + number("nobody") + "\"}";

        tap.publish(exchange, key, message);

        await("the alarm")
                .atMost(PATIENCE)
                .until(() -> meters.get("orderway.queue.depth")
                                .tag("queue", "unroutable_queue")
                                .gauge()
                                .value()
                        == 1);
        assertThat(tap.steal("unroutable_queue").text()).isEqualTo(message);
    }

    // --- stock

    @Test
    void whatRunsLowIsToldToTheWarehouseAndWhatComesInToWhoeverLooksForIt() {
        String sku = number("SKU");
        String product = "{\"name\": \"Lamp\", \"price\": 1, \"currency\": \"GBP\", \"onHand\": 10, \"lowAt\": 4}";
        assertThat(shop.send("PUT", "/products/" + sku, "application/json", product)
                        .status())
                .isEqualTo(200);
        awaitListed(sku, 10);
        Heard old = tap.awaitHeard(
                "the first state of " + sku,
                m -> "inventory.updated".equals(m.type()) && m.text().contains('"' + sku + '"'));

        String id = shop.place(line(form("prepaid", "tok_ok"), sku, 7, "1"));
        awaitStatus(id, "SHIPPED");

        awaitListed(sku, 3);
        String mail = EventIds.of(UUID.nameUUIDFromBytes(sku.getBytes(StandardCharsets.UTF_8)), "mail", "low 1")
                + "@orderway.invalid";
        await("the warehouse hears of it").atMost(PATIENCE).untilAsserted(() -> assertThat(letters())
                .containsOnlyOnce(new Letter(mail, "warehouse@example.invalid", List.of())));
        assertThat(shop.replenishments("open=true").findValuesAsText("sku")).contains(sku);
        awaitStatus(shop.place(line(form("cod", null), sku, 4, "1")), "FAILED");

        Answer first = replenish(sku);
        assertThat(replenish(sku).body()).as("asked for twice").isEqualTo(first.body());
        assertThat(first.body().path("available").asInt()).isEqualTo(23);
        awaitListed(sku, 23);
        await("nothing to replenish").atMost(PATIENCE).until(() -> !shop.replenishments("open=true")
                .findValuesAsText("sku")
                .contains(sku));

        String goods = "{\"lines\": [{\"sku\": \"%s\", \"quantity\": 2}]}".formatted(sku);
        assertThat(shop.send("POST", "/orders/" + id + "/return", "application/json", goods)
                        .status())
                .isEqualTo(202);
        awaitListed(sku, 25);

        // What is old or said before changes nothing.
        tap.publish(old.exchange(), old.routingKey(), old.properties(), old.body(), 3);
        tap.heard(m -> m.type() != null
                        && m.type().startsWith("inventory.")
                        && m.text().contains('"' + sku + '"'))
                .forEach(m -> tap.publish(m.exchange(), m.routingKey(), m.properties(), m.body(), 1));
        awaitAllQuiet();
        JsonNode listed = listed(sku);
        assertThat(listed.path("available").asInt()).isEqualTo(25);
        assertThat(listed.path("sequence")).isEqualTo(shop.product(sku).path("sequence"));
        assertThat(letters()).filteredOn(letter -> letter.id().equals(mail)).hasSize(1);
    }

    private Answer replenish(String sku) {
        Answer answer = shop.send(
                "POST",
                "/products/" + sku + "/stock",
                "application/json",
                "{\"quantity\": 20, \"reference\": \"DN-1\"}",
                "Idempotency-Key",
                "delivery-" + sku);
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
        return answer;
    }

    private void awaitListed(String sku, int available) {
        await("the list to tell of " + sku).atMost(PATIENCE).untilAsserted(() -> assertThat(
                        listed(sku).path("available").asInt(-1))
                .isEqualTo(available));
    }

    /** The product as the list of products tells it. */
    private JsonNode listed(String sku) {
        return StreamSupport.stream(
                        shop.products("limit=200&available=true&q=" + sku).spliterator(), false)
                .filter(product -> product.path("sku").asText().equals(sku))
                .findFirst()
                .orElse(Shop.json());
    }

    // --- lanes and promises

    /** As in a sale: many times more wait than are worked on. */
    @Test
    @OnEachVersion
    void aPriorityOrderOvertakesTheNormalOnesThatWaitInTheirLane() throws Exception {
        int backlog = (FULL ? 20 : 6) * IN_PROGRESS;
        slowCarrier(30);
        String sku = stocked(backlog + 1);
        camel.getRouteController().stopRoute("orders-process-normal");
        List<String> normal = several(backlog, () -> line(form("cod", null, "SLOWLY"), sku, 1, "1"));
        await("all of them in their lane")
                .atMost(PATIENCE.plusSeconds(backlog))
                .until(() -> tap.depth("order_queue") == backlog);
        camel.getRouteController().startRoute("orders-process-normal");
        await("the first parcel").atMost(PATIENCE).until(() -> inStatus(normal, "SHIPPED") > 0);

        long ready = tap.depth("order_queue");
        long waiting = inStatus(normal, "RECEIVED");
        assertThat(waiting).as("many of them wait").isGreaterThan(backlog / 3);
        assertThat(waiting - ready)
                .as("waiting, but not in the queue: in the hands of two consumers that hold 20 at most")
                .isLessThanOrEqualTo(40);
        String urgent = shop.place(line(form("prepaid", "tok_ok", "SLOWLY").put("priority", true), sku, 1, "1"));
        awaitStatus(urgent, "SHIPPED");

        assertThat(column(
                        """
                        select count(*) from orders n, orders p
                        where p.id = ? and n.id = any(cast(? as uuid[])) and n.status = 'SHIPPED'
                            and n.moved_at between p.created_at and p.moved_at
                        """,
                        Long.class,
                        uuid(urgent),
                        normal.toArray(String[]::new)))
                .as("normal orders that were shipped while the priority order waited")
                .isLessThan(4 * IN_PROGRESS);
        await("all of them shipped")
                .atMost(PATIENCE.plusSeconds(backlog))
                .until(() -> inStatus(normal, "SHIPPED") == backlog);
        assertOnceEach(normal);
        await("everybody told").atMost(PATIENCE.plusSeconds(backlog)).until(this::isIdle);
    }

    /** The lane itself stands still here, and more priority orders come as soon as some have left. */
    @Test
    void aNormalOrderWhoseTimeRunsOutIsShippedThroughASteadyFloodOfPriorityOrders() throws Exception {
        slowCarrier(100);
        String sku = stocked(10_000);
        camel.getRouteController().stopRoute("orders-process-normal");
        List<String> patient = several(5, () -> line(form("cod", null, "SLOWLY"), sku, 1, "1"));
        List<String> flood = new CopyOnWriteArrayList<>();
        Supplier<ObjectNode> urgent = () -> line(form("cod", null, "SLOWLY").put("priority", true), sku, 1, "1");
        ScheduledExecutorService shops = Executors.newSingleThreadScheduledExecutor();
        shops.scheduleWithFixedDelay(
                () -> flood.addAll(several(10 + (int) inStatus(flood, "SHIPPED") - flood.size(), urgent)),
                0,
                20,
                TimeUnit.MILLISECONDS);
        List<String> promised;
        int before;
        try {
            await("the flood").atMost(PATIENCE).until(() -> inStatus(flood, "SHIPPED") > 0);
            before = flood.size();
            String soon = Instant.now().plusSeconds(60).toString();
            promised = several(3, () -> line(form("prepaid", "tok_ok").put("promiseBy", soon), sku, 1, "1"));
            promised.forEach(id -> {
                JsonNode order = awaitStatus(id, "SHIPPED");
                assertThat(order.path("lane").asText()).isEqualTo("priority");
                assertThat(order.path("promotedAt").asText()).isNotEmpty();
                assertThat(timeline(id, "order.shipped"))
                        .doesNotContain("order.delayed")
                        .filteredOn("order.placed"::equals)
                        .hasSize(2);
            });
            assertThat(inStatus(patient, "RECEIVED"))
                    .as("those with time left wait")
                    .isEqualTo(5);
        } finally {
            shops.shutdown();
            assertThat(shops.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
            camel.getRouteController().startRoute("orders-process-normal");
        }

        assertThat(flood).as("the flood went on").hasSizeGreaterThan(before);
        Stream.of(flood, patient).flatMap(List::stream).forEach(id -> awaitStatus(id, "SHIPPED"));
        awaitQuiet(promised);
        assertOnceEach(promised);
        assertOnceEach(flood);
        assertThat(patient)
                .allSatisfy(id ->
                        assertThat(shop.order(id).path("promotedAt").isNull()).isTrue());
    }

    @Test
    void thatAnOrderIsLateIsToldOnce() {
        ObjectNode form = line(form("prepaid", "tok_ok", "CARRIER-500"), stocked(1), 1, "1")
                .put("promiseBy", "2026-01-02T03:04:05Z");
        String late = shop.place(form);

        assertThat(tap.awaitHeard("order.delayed", isOf(late).and(m -> m.type().equals("order.delayed")))
                        .text())
                .contains("\"promisedBy\":\"2026-01-02T03:04:05Z\"");

        tap.awaitHeard("a dead letter", isOf(late).and(m -> m.exchange().equals("order_dead")));
        assertThat(timeline(late, "order.delayed")).containsOnlyOnce("order.delayed");
        assertMails(late, form, "order.created", "order.payment_success", "order.invoiced", "order.delayed");
        assertThat(tap.heard(isOf(late).and(m -> m.type().equals("order.delayed"))))
                .hasSize(1);
    }

    static Stream<String> consumersToStop() {
        Stream<String> everyday = Stream.of("inventory-reserve", "payment-charge", "shipping-ship", "audit-append");
        Stream<String> others = Stream.of(
                "orders-process-normal",
                "payment-hand-over",
                "invoices-issue",
                "analytics-count",
                "notification-tell",
                "notification-confirm");
        return FULL ? Stream.concat(everyday, others) : everyday;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("consumersToStop")
    @OnEachVersion
    void ordersAreAcceptedWhileAConsumerIsStoppedAndAllOfThemGoOnWhenItIsBack(String consumer) throws Exception {
        String queue = ((SpringRabbitMQEndpoint) camel.getRoute(consumer).getEndpoint()).getQueues();
        String sku = stocked(3);
        ObjectNode form = line(form("prepaid", "tok_ok"), sku, 1, "2");
        List<String> ids = new ArrayList<>();
        camel.getRouteController().stopRoute(consumer);
        try {
            ids.add(shop.place(form));
            ids.addAll(several(2, () -> line(form("prepaid", "tok_ok"), sku, 1, "2")));
            await("they wait in " + queue).atMost(PATIENCE).until(() -> tap.depth(queue) >= 3);
        } finally {
            camel.getRouteController().startRoute(consumer);
        }

        ids.forEach(id -> awaitStatus(id, "SHIPPED"));
        awaitQuiet(ids);
        assertOnceEach(ids);
        assertThat(ids).allSatisfy(id -> assertThat(timeline(id, "order.invoiced", "order.analytics.ended"))
                .contains("order.placed", "order.created", "order.payment_success", "order.shipped"));
        assertMails(ids.get(0), form, "order.created", "order.payment_success", "order.invoiced", "order.shipped");
    }

    @Test
    void theTrailOfAnOrderIsWholeAndAsItWasWritten() {
        String id = shop.place(line(form("prepaid", "tok_ok"), stocked(1), 1, "1"));
        awaitStatus(id, "SHIPPED");
        awaitQuiet(id);

        JsonNode audit = shop.audit(id);

        assertThat(audit.path("intact").asBoolean()).isTrue();
        assertThat(audit.path("missing")).isEmpty();
        assertThat(audit.path("entries").findValuesAsText("event"))
                .contains("order.placed", "order.created", "order.invoiced", "order.shipped", "order.analytics.ended");
        assertThat(shop.get("/orders/" + UUID.randomUUID() + "/audit").status()).isEqualTo(404);
    }

    /** Placed at the same moment. */
    protected List<String> several(int number, Supplier<ObjectNode> forms) {
        return Stream.generate(forms)
                .limit(number)
                .map(form -> shop.sendAsync("POST", "/orders", "application/json", form.toString()))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .map(Shop::accepted)
                .toList();
    }

    protected static String carrierUrl() {
        return carrier.baseUrl();
    }

    /** The carrier takes so many milliseconds for each parcel to this postcode. */
    protected void slowCarrier(int millis) {
        carrier.stubFor(post(urlPathEqualTo("/shipments"))
                .withRequestBody(matchingJsonPath("$.shipTo.postcode", equalTo("SLOWLY")))
                .willReturn(aResponse()
                        .proxiedFrom("http://127.0.0.1:" + port + "/simulators/carrier")
                        .withFixedDelay(millis)));
    }

    protected long inStatus(List<String> ids, String status) {
        return column(
                "select count(*) from orders where status = ? and id = any(cast(? as uuid[]))",
                Long.class,
                status,
                ids.toArray(String[]::new));
    }

    /** Each was charged once, when it is prepaid, and has one parcel, booked once. */
    protected void assertOnceEach(List<String> ids) {
        assertThat(rows(
                        """
                        select o.id || ': ' || count(distinct c.key) || ' charges, ' || count(distinct s.key) || ' parcels'
                        from orders o
                        left join simulators.charges c on c.key = 'charge-' || o.id and c.status = 'captured'
                        left join simulators.shipments s on s.key = 'shipment-' || o.id
                        where o.id = any(cast('{%s}' as uuid[]))
                        group by o.id, o.payment_method
                        having count(distinct s.key) <> 1
                            or count(distinct c.key) <> case o.payment_method when 'prepaid' then 1 else 0 end
                        """
                                .formatted(String.join(",", ids))))
                .isEmpty();
    }

    // --- a subscriber

    @Test
    void aRegionalDeskSeesEveryOrderOfItsCountryInBothLanesAndNoOther() throws Exception {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        EventNotifierSupport desk = new EventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) {
                if (event instanceof CamelEvent.ExchangeCompletedEvent done
                        && "regional-desk-see".equals(done.getExchange().getFromRouteId())) {
                    seen.add(done.getExchange()
                            .getVariable("delivery", Delivery.class)
                            .correlationId());
                }
            }
        };
        camel.getManagementStrategy().addEventNotifier(desk);
        String sku = stocked(3);
        ObjectNode british = line(form("cod", null), sku, 1, "1");
        ObjectNode normal = british.deepCopy();
        ((ObjectNode) normal.path("shipTo")).put("country", "IN");
        ObjectNode priority = normal.deepCopy().put("priority", true);

        String other = shop.place(british);
        String first = shop.place(normal);
        String second = shop.place(priority);
        Stream.of(other, first, second).forEach(id -> awaitStatus(id, "SHIPPED"));
        awaitQuiet(other, first, second);
        camel.getManagementStrategy().removeEventNotifier(desk);

        assertThat(seen).containsExactlyInAnyOrder(first, second);
    }

    // --- what looks on, and the examples

    @Test
    @OnEachVersion
    void theTopologyPageShowsTheQueuesThatAreOnTheBroker() {
        List<String> shown = new ArrayList<>(List.of("unroutable_queue"));
        for (JsonNode queue : shop.topology().path("queues")) {
            shown.add(queue.path("name").asText());
            shown.addAll(queue.path("retries").findValuesAsText("queue"));
            if (queue.path("deadLetters").isObject()) {
                shown.add(queue.at("/deadLetters/queue").asText());
            }
            assertThat(queue.path("ready").isIntegralNumber())
                    .as(queue + " is there and counted")
                    .isTrue();
        }
        assertThat(shown).containsExactlyInAnyOrderElementsOf(queues());

        Shop.File page = shop.file("/ops/topology.html");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.type()).startsWith("text/html");
        assertThat(new String(page.content(), StandardCharsets.UTF_8)).contains(queues());
    }

    @Test
    void aLiveTailShowsWhatPassesAndNothingOfTheCustomer() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        var stream = shop.lines("/ops/tail?key=order.%23&seconds=60").join();
        Thread reader = new Thread(
                () -> {
                    try {
                        stream.body().forEach(lines::add);
                    } catch (UncheckedIOException closed) {
                        lines.add("closed"); // which is what we do below
                    }
                },
                "tail-reader");
        reader.setDaemon(true);
        reader.start();
        String queue = await("the tail to listen")
                .atMost(PATIENCE)
                .until(
                        () -> lines.stream()
                                .filter(line -> line.contains("\"queue\""))
                                .findFirst(),
                        Optional::isPresent)
                .map(line -> Shop.json(line.substring("data:".length()))
                        .path("queue")
                        .asText())
                .orElseThrow();
        assertThat(depths.of(queue)).as("its queue").isPresent();

        ObjectNode form = line(form("prepaid", "tok_ok"), stocked(2), 1, "4321.87");
        String id = shop.place(form);
        awaitStatus(id, "SHIPPED");

        await("the tail to tell of it").atMost(PATIENCE).untilAsserted(() -> assertThat(lines)
                .anyMatch(line -> line.contains(id) && line.contains("\"key\":\"order.shipped\"")));
        assertThat(lines)
                .noneMatch(line -> line.contains(form.at("/customer/email").asText())
                        || line.contains(form.at("/customer/name").asText())
                        || line.contains("4321.87"));
        stream.body().close();
        await("the queue to go with the one who looked").atMost(PATIENCE).until(() -> depths.of(queue)
                .isEmpty());
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void theConsoleSaysOfAnOrderWhatTheProgramsOfTheTutorialsSay(CapturedOutput output) {
        String shipped = shop.place(line(form("prepaid", "tok_ok"), stocked(1), 1, "1"));
        String declined = shop.place(line(form("prepaid", "tok_declined"), stocked(1), 1, "1"));
        awaitStatus(shipped, "SHIPPED");
        awaitStatus(declined, "FAILED");
        awaitQuiet(shipped, declined);

        assertThat(output.getOut())
                .contains("[x] Processing Order: " + shipped)
                .doesNotContain("Order Failed: " + shipped)
                .containsSubsequence(
                        "[x] Processing Order: " + declined,
                        "[!] Order Failed: " + declined,
                        "[Failed] Order Failed: " + declined);
    }

    @Test
    void aSensorThatReadsTooMuchIsToldToTheOperatorOnceUntilItIsCalmAgain() {
        String sensor = number("cold-store");
        Instant noon = Instant.now().minusSeconds(600);

        String first = read(sensor, "9.4", noon);
        awaitTold("sensor " + sensor, first);
        List<String> others = List.of(
                read(sensor, "9.9", noon.plusSeconds(1)),
                read(sensor, "7.5", noon.plusSeconds(2)),
                read(sensor, "8.1", noon.plusSeconds(3)),
                read(sensor, "5.0", noon.plusSeconds(4)));
        awaitAllQuiet();
        String again = read(sensor, "8.2", noon.plusSeconds(5));
        awaitTold("sensor " + sensor, again);
        read(sensor, "9.4", noon);
        awaitAllQuiet();

        assertThat(letters())
                .extracting(Letter::id)
                .containsOnlyOnce(warning("sensor " + sensor, first), warning("sensor " + sensor, again))
                .doesNotContainAnyElementsOf(others.stream()
                        .map(message -> warning("sensor " + sensor, message))
                        .toList());
    }

    /** The id Orderway gives the message, which has none of its own. */
    private String read(String sensor, String value, Instant at) {
        String key = "warehouse.sensors." + sensor;
        String body = "{\"sensor\": \"%s\", \"value\": %s, \"at\": \"%s\"}".formatted(sensor, value, at);
        tap.publish("amq.topic", key, body);
        return EventIds.ofContent(key, body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatOtherProgramsLogIsHeardByLevelAsABroadcastAndByPattern() {
        String till = number("till");
        String stuck = "{\"service\": \"%s\", \"level\": \"error\", \"message\": \"stuck\"}".formatted(till);
        double info = counted("orderway.log.entries", "level", "info");
        double warning = counted("orderway.log.entries", "level", "warning");
        double created = counted("orderway.user.events", "event", "user.created");

        tap.publish("logs_direct", "error", stuck);
        awaitTold("errors of " + till, EventIds.ofContent("error", stuck.getBytes(StandardCharsets.UTF_8)));
        tap.publish("logs_direct", "error", stuck.replace("stuck", "still stuck"));
        tap.publish("logs_direct", "info", "This is an info log!");
        tap.publish("logs_fanout", "", stuck.replace("error", "warning"));
        tap.publish("logs_topic", "user.created", "{\"id\": 1}");
        awaitAllQuiet();

        assertThat(letters().stream().map(Letter::id))
                .as("one mail in a while")
                .doesNotContain(warning(
                        "errors of " + till,
                        EventIds.ofContent(
                                "error", stuck.replace("stuck", "still stuck").getBytes(StandardCharsets.UTF_8))));
        assertThat(counted("orderway.log.entries", "level", "info")).isEqualTo(info + 1);
        assertThat(counted("orderway.log.entries", "level", "warning")).isEqualTo(warning + 1);
        assertThat(counted("orderway.user.events", "event", "user.created")).isEqualTo(created + 1);
    }

    private double counted(String meter, String tag, String value) {
        return meters.counter(meter, tag, value).count();
    }

    protected void awaitTold(String subject, String message) {
        await("a mail about " + subject).atMost(PATIENCE).until(() -> letters().stream()
                .anyMatch(letter -> letter.id().equals(warning(subject, message))
                        && letter.to().equals("operator@example.invalid")));
    }

    /** The id of the mail that tells the operator of an episode. */
    private static String warning(String subject, String message) {
        return UUID.nameUUIDFromBytes((subject + "|" + message).getBytes(StandardCharsets.UTF_8)) + "@orderway.invalid";
    }

    @Test
    void aJobGoesToWhicheverWorkerIsFreeAndIsDoneOnce() throws IOException {
        Map<String, String> done = new ConcurrentHashMap<>();
        AtomicInteger times = new AtomicInteger();
        EventNotifierSupport watch = new EventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) {
                if (event instanceof CamelEvent.ExchangeCompletedEvent job
                        && "thumbnails-make".equals(job.getExchange().getFromRouteId())) {
                    times.incrementAndGet();
                    done.put(
                            job.getExchange()
                                    .getVariable("delivery", Delivery.class)
                                    .id(),
                            Thread.currentThread().getName());
                }
            }
        };
        camel.getManagementStrategy().addEventNotifier(watch);
        var picture = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(600, 300, BufferedImage.TYPE_INT_RGB), "png", picture);
        List<String> jobs =
                Stream.generate(() -> UUID.randomUUID().toString()).limit(30).toList();

        jobs.forEach(job -> tap.publish(
                "jobs",
                "thumbnail",
                new BasicProperties.Builder().messageId(job).build(),
                picture.toByteArray(),
                1));
        await("all jobs").atMost(PATIENCE).until(() -> done.keySet().containsAll(jobs));
        awaitAllQuiet();
        camel.getManagementStrategy().removeEventNotifier(watch);

        assertThat(times).hasValue(jobs.size());
        assertThat(Set.copyOf(done.values())).as("workers").hasSizeGreaterThan(1);
        assertThat(jobs).allSatisfy(job -> assertThat(Path.of("target/thumbnails", job + ".png"))
                .isNotEmptyFile());
    }

    // --- straight to the exchange

    @ParameterizedTest
    @ValueSource(strings = {"order.normal.in", "order.priority.in.electronics"})
    void theOrderOfTheTutorialsSentThreeTimesIsOneOrder(String key) {
        String sku = number("SKU");
        shop.stock(sku, 5, "999.99", "INR");
        int number = 9_000_000 + NUMBERS.incrementAndGet();
        String message = "{\"id\": %d, \"product\": \"%s\", \"quantity\": 2, \"price\": 999.99, \"priority\": false}"
                .formatted(number, sku);

        for (int i = 0; i < 3; i++) {
            tap.publish("order_events", key, message);
        }

        await("the order")
                .atMost(PATIENCE)
                .until(() -> shop.ordersByNumber("" + number).size() == 1);
        String id = shop.ordersByNumber("" + number).at("/0/id").asText();
        JsonNode order = awaitStatus(id, "SHIPPED");
        assertThat(order.path("lane").asText()).isEqualTo(key.split("\\.")[1]);
        assertThat(order.path("total").decimalValue()).isEqualByComparingTo("1999.98");
        assertThat(order.path("currency").asText()).isEqualTo("INR");
        assertThat(order.at("/payment/method").asText()).isEqualTo("cod");
        assertThat(order.at("/payment/state").asText()).isEqualTo("due");
        awaitQuiet(id);
        assertThat(shop.ordersByNumber("" + number)).hasSize(1);
        assertThat(parcels(id)).isEqualTo(1);
        assertStock(sku, 3, 0);
        assertThat(tap.heard(m -> m.exchange().equals("order_dead") && m.text().equals(message)))
                .isEmpty();
    }

    @Test
    void aFullOrderStraightToTheExchangeIsTakenIn() {
        String sku = stocked(5);
        ObjectNode form = line(form("prepaid", "tok_ok").put("number", number("X")), sku, 1, "19.90");

        tap.publish("order_events", "order.normal.gb.home", form.toString());

        String number = form.path("number").asText();
        await("the order")
                .atMost(PATIENCE)
                .until(() -> shop.ordersByNumber(number).size() == 1);
        String id = shop.ordersByNumber(number).at("/0/id").asText();
        assertThat(awaitStatus(id, "SHIPPED").at("/payment/state").asText()).isEqualTo("captured");
        assertThat(charges(id)).hasSize(1);
        assertMails(id, form, "order.created", "order.payment_success", "order.invoiced", "order.shipped");
        // The shop that then places it over HTTP learns that it is there.
        assertThat(shop.place(form)).isEqualTo(id);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"no JSON", "no order", "no price", "too large"})
    void whatIsNoOrderIsADeadLetterAtOnceAndTheLaneGoesOn(String what) {
        String sku = stocked(1);
        String flat =
                "{\"id\": \"%s\", \"product\": \"%s\", \"quantity\": 1, \"price\": 1}".formatted(number("T"), sku);
        String message =
                switch (what) {
                    case "no JSON" -> "{\"id\": \"" + number("broken");
                    case "no order" -> "{\"hello\": \"" + number("world") + "\"}";
                    case "no price" -> flat.replace("\"price\": 1", "\"price\": \"free\"");
                    default -> flat + " ".repeat(1 << 20);
                };
        Map<String, Long> before = lettersByQueue();

        tap.publish("order_events", "order.normal.in", message);

        Heard letter = tap.awaitHeard(
                "a dead letter",
                m -> m.exchange().equals("order_dead") && m.text().equals(message));
        assertThat(letter.routingKey()).isEqualTo("order_dlq");
        assertThat(letter.header("failure-reason")).isNotBlank();
        assertThat(letter.header("origin-queue")).isEqualTo("order_queue");
        assertThat(letter.header("retries")).isEqualTo("0");
        assertOnlyGrown(before, "order_queue");
        ObjectNode good = line(form("cod", null), sku, 1, "1");
        awaitStatus(shop.place(good), "SHIPPED");
    }

    @Test
    void aForgedFactOfAnOrderThatDoesNotExistIsADeadLetterOfItsQueueAlone() {
        String id = UUID.randomUUID().toString();
        String forged =
                "{\"orderId\": \"%s\", \"lane\": \"normal\", \"currency\": \"GBP\", \"total\": 1}".formatted(id);
        Map<String, Long> before = lettersByQueue();

        tap.publish("order_events", "order.created", forged);

        Heard letter = tap.awaitHeard(
                "a dead letter",
                m -> m.exchange().equals("order_dead") && m.text().equals(forged));
        assertThat(letter.routingKey()).isEqualTo("inventory_dlq");
        assertThat(letter.header("origin-queue")).isEqualTo("inventory_queue");
        // Nor is there anything to confirm, once the delay of the confirmation is over.
        tap.awaitHeard(
                "the other dead letter",
                m -> m.routingKey().equals("confirmation_dlq") && m.text().equals(forged));
        assertOnlyGrown(before, "inventory_queue", "confirmation_queue");
        assertThat(shop.get("/orders/" + id).status()).isEqualTo(404);
    }

    // --- when the others fail

    @Test
    @OnEachVersion
    void aParcelTheCarrierNeverTakesIsADeadLetterAfterItsLastRetry() {
        String sku = stocked(5);
        String id = shop.place(line(form("prepaid", "tok_ok", "CARRIER-500"), sku, 2, "3"));

        Heard letter =
                tap.awaitHeard("a dead letter", isOf(id).and(m -> m.exchange().equals("order_dead")));

        assertThat(letter.routingKey()).isEqualTo("shipping_dlq");
        assertThat(letter.type()).isEqualTo("order.payment_success");
        assertThat(letter.header("retries")).isEqualTo("" + MAX_RETRIES);
        assertThat(letter.header("failure-reason")).contains("500");
        assertThat(letter.header("failure-route")).isEqualTo("shipping-ship");
        assertThat(letter.header("origin-queue")).isEqualTo("shipping_queue");
        assertThat(Instant.parse(letter.header("failed-at")))
                .isBetween(Instant.now().minusSeconds(60), Instant.now());
        Heard original =
                tap.awaitHeard("the original", isOf(id).and(m -> m.routingKey().equals("order.payment_success")));
        assertThat(letter.id()).isEqualTo(original.id());
        assertThat(letter.text()).isEqualTo(original.text());

        assertThat(tap.heard(isOf(id).and(m -> m.exchange().equals("order_retry"))))
                .extracting(m -> m.routingKey() + " " + m.header("retries"))
                .containsExactly("shipping_retry_200ms_queue 1", "shipping_retry_300ms_queue 2");
        assertThat(bookings(id)).isEqualTo((MAX_RETRIES + 1) * (QUICK_REDELIVERIES + 1));
        assertThat(timeline(id, "order.failed.shipping")).doesNotContain("order.shipped");
        assertThat(status(id)).isEqualTo("PAID");
        assertThat(parcels(id)).isZero();
        assertStock(sku, 5, 2);
        assertToBePicked(sku, 2, id);
    }

    /** Of this article so many pieces are to be picked, all of them for that order. */
    private void assertToBePicked(String sku, int pieces, String id) {
        assertThat(shop.pickList().path("articles"))
                .filteredOn(article -> article.path("sku").asText().equals(sku))
                .singleElement()
                .satisfies(article -> {
                    assertThat(article.path("quantity").asInt()).isEqualTo(pieces);
                    assertThat(article.path("orders").findValuesAsText("order")).containsExactly(id);
                });
        Shop.File csv = shop.file("/warehouse/pick-list", "Accept", "text/csv");
        assertThat(csv.status()).isEqualTo(200);
        assertThat(csv.type()).isEqualTo("text/csv;charset=utf-8");
        assertThat(new String(csv.content(), StandardCharsets.UTF_8).lines())
                .filteredOn(row -> row.startsWith(sku + ","))
                .singleElement()
                .satisfies(row -> assertThat(row).contains("," + pieces + "," + id + ","));
    }

    @Test
    @OnEachVersion
    void aParcelTheCarrierTakesAtTheThirdAttemptIsShippedOnce() {
        String sku = stocked(5);
        String scenario = number("moody");
        int failures = MAX_RETRIES * (QUICK_REDELIVERIES + 1);
        for (int i = 0; i < failures; i++) {
            carrier.stubFor(post(urlPathEqualTo("/shipments"))
                    .withRequestBody(matchingJsonPath("$.shipTo.postcode", equalTo("MOODY")))
                    .inScenario(scenario)
                    .whenScenarioStateIs(i == 0 ? Scenario.STARTED : "failed " + i)
                    .willSetStateTo("failed " + (i + 1))
                    .willReturn(aResponse().withStatus(503)));
        }

        String id = shop.place(line(form("prepaid", "tok_ok", "MOODY"), sku, 2, "3"));
        awaitStatus(id, "SHIPPED");

        assertThat(bookings(id)).isEqualTo(failures + 1);
        assertThat(parcels(id)).isEqualTo(1);
        List<Long> times = carrier
                .findAll(postRequestedFor(urlPathEqualTo("/shipments"))
                        .withHeader("Idempotency-Key", equalTo("shipment-" + id)))
                .stream()
                .map(call -> call.getLoggedDate().getTime())
                .sorted()
                .toList();
        int tries = QUICK_REDELIVERIES + 1;
        // When the call was answered is on record, which is a moment after it was made.
        assertThat(times.get(tries) - times.get(tries - 1)).as("the first wait").isBetween(150L, 5_000L);
        assertThat(times.get(2 * tries) - times.get(2 * tries - 1))
                .as("the second wait")
                .isBetween(250L, 5_000L);
        assertThat(tap.heard(isOf(id).and(m -> m.exchange().equals("order_retry"))))
                .extracting(m -> m.header("retries"))
                .containsExactly("1", "2");
        assertThat(deadLetters(id)).isEmpty();
        assertStock(sku, 3, 0);
    }

    @Test
    void aChargeWhoseAnswerIsLostIsTakenOnce() {
        String sku = stocked(5);
        ObjectNode form = line(form("prepaid", "tok_timeout"), sku, 1, "12.34");

        String id = shop.place(form);

        assertThat(awaitStatus(id, "SHIPPED").at("/payment/state").asText()).isEqualTo("captured");
        assertThat(charges(id)).singleElement().satisfies(c -> assertThat(c).isEqualByComparingTo("12.34"));
        assertThat(deadLetters(id)).isEmpty();
        assertMails(id, form, "order.created", "order.payment_success", "order.invoiced", "order.shipped");
    }

    @Test
    void aParcelWhoseAnswerIsLostIsShippedOnce() {
        String sku = stocked(5);

        String id = shop.place(line(form("cod", null, "CARRIER-SLOW"), sku, 1, "12.34"));

        awaitStatus(id, "SHIPPED");
        assertThat(parcels(id)).isEqualTo(1);
        assertThat(carrier.findAll(getRequestedFor(urlPathEqualTo("/shipments/shipment-" + id))))
                .as("asked for by its key")
                .hasSize(1);
        // A call is on record once it was answered, which is late here.
        await("booked once").atMost(PATIENCE).untilAsserted(() -> assertThat(bookings(id))
                .isEqualTo(1));
        assertThat(deadLetters(id)).isEmpty();
        assertStock(sku, 4, 0);
    }

    @Test
    void aParcelWhoseCarrierBooksAndHangsUpIsShippedOnce() {
        String sku = stocked(5);
        carrier.stubFor(post(urlPathEqualTo("/shipments"))
                .withRequestBody(matchingJsonPath("$.shipTo.postcode", equalTo("HANGS-UP")))
                .withServeEventListener(Books.NAME, Parameters.empty())
                .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));

        String id = shop.place(line(form("prepaid", "tok_ok", "HANGS-UP"), sku, 1, "12.34"));

        awaitStatus(id, "SHIPPED");
        assertThat(bookings(id)).as("asked for by its key, not booked again").isEqualTo(1);
        assertThat(parcels(id)).isEqualTo(1);
        assertThat(charges(id)).hasSize(1);
        assertThat(deadLetters(id)).isEmpty();
        assertStock(sku, 4, 0);
    }

    /** Books the parcel with the simulated carrier before the caller loses its connection. */
    private record Books(String simulator) implements ServeEventListener {

        static final String NAME = "books";

        @Override
        public String getName() {
            return NAME;
        }

        @Override
        public boolean applyGlobally() {
            return false;
        }

        @Override
        public void beforeResponseSent(ServeEvent call, Parameters parameters) {
            HttpRequest booking = HttpRequest.newBuilder(URI.create(simulator + "/shipments"))
                    .header("Content-Type", "application/json")
                    .header("Idempotency-Key", call.getRequest().getHeader("Idempotency-Key"))
                    .POST(BodyPublishers.ofByteArray(call.getRequest().getBody()))
                    .build();
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .sendAsync(booking, BodyHandlers.ofString())
                    .join();
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        }
    }

    @Test
    void aGatewayThatFailsLeavesADeadLetterAndNoCharge() {
        String sku = stocked(5);
        String id = shop.place(line(form("prepaid", "tok_error"), sku, 2, "3"));

        Heard letter =
                tap.awaitHeard("a dead letter", isOf(id).and(m -> m.exchange().equals("order_dead")));

        assertThat(letter.routingKey()).isEqualTo("prepaid_payment_dlq");
        assertThat(letter.header("retries")).isEqualTo("" + MAX_RETRIES);
        assertThat(letter.header("failure-route")).isEqualTo("payment-charge");
        assertThat(timeline(id, "order.failed.prepaid_payment")).doesNotContain("order.payment_success");
        assertThat(charges(id)).isEmpty();
        assertThat(status(id)).isEqualTo("RESERVED");
        assertStock(sku, 5, 2);
    }

    // --- payments that a person looks at, and payments that never come

    @Test
    void theEleventhOrderOfACustomerWithinAnHourWaitsForAPersonWhoDecidesWhatBecomesOfIt() {
        String sku = stocked(20);
        ObjectNode form = line(form("prepaid", number("tok")), sku, 1, "5");
        List<String> usual = Stream.generate(() -> shop.place(form)).limit(10).toList();
        usual.forEach(id -> awaitStatus(id, "SHIPPED"));

        String approved = shop.place(form);
        String declined = shop.place(form);
        String cancelled = shop.place(form);
        List<String> held = List.of(approved, declined, cancelled);

        await("the reviews").atMost(PATIENCE).untilAsserted(() -> assertThat(reviews())
                .containsAll(held));
        assertThat(held).allSatisfy(id -> {
            JsonNode order = shop.order(id);
            assertThat(order.path("status").asText()).isEqualTo("RESERVED");
            assertThat(order.path("review").asBoolean()).isTrue();
            assertThat(timeline(id, "review")).doesNotContain("order.payment_success");
            assertThat(charges(id)).isEmpty();
        });
        assertStock(sku, 10, 3);
        assertThat(shop.reviews().path("reviews"))
                .filteredOn(one -> held.contains(one.path("order").asText()))
                .allSatisfy(one -> {
                    assertThat(one.path("score").asInt()).isEqualTo(100);
                    assertThat(one.path("reasons").findValuesAsText("rule"))
                            .containsExactly("customer-velocity", "card-velocity");
                });
        await("a mail to the operator").atMost(PATIENCE).untilAsserted(() -> assertThat(letters())
                .anyMatch(letter ->
                        letter.id().startsWith("reviews-") && letter.to().equals("operator@example.invalid")));

        assertThat(decide(approved, "approve").status()).isEqualTo(200);
        assertThat(decide(approved, "approve").status()).as("said again").isEqualTo(200);
        assertThat(decide(approved, "decline").status()).isEqualTo(409);
        assertThat(decide(declined, "decline").status()).isEqualTo(200);
        assertThat(cancel(cancelled, "customer").path("status").asText()).isEqualTo("CANCELLED");
        assertThat(decide(cancelled, "approve").status()).isEqualTo(409);

        awaitStatus(approved, "SHIPPED");
        assertThat(awaitStatus(declined, "FAILED").path("reason").asText()).isEqualTo("fraud_suspected");
        awaitStock(sku, 9, 0);
        awaitQuiet(held);
        assertThat(held)
                .allSatisfy(id ->
                        assertThat(shop.order(id).path("review").asBoolean()).isFalse());
        assertThat(reviews()).doesNotContainAnyElementsOf(held);
        assertThat(charges(approved)).hasSize(1);
        assertThat(parcels(approved)).isEqualTo(1);
        assertThat(charges(declined)).isEmpty();
        assertThat(charges(cancelled)).isEmpty();
        assertThat(timeline(declined, "order.failed")).doesNotContain("order.payment_success");
    }

    /** With the step of routes-yaml/examples/large-orders.camel.yaml. */
    @Test
    void anOrderAboveTheLimitWaitsForAPersonAndIsChargedWhenItIsApproved() {
        String sku = stocked(3);
        String large = shop.place(line(form("prepaid", "tok_ok"), sku, 1, "100000.01"));
        String atTheDoor = shop.place(line(form("cod", null), sku, 1, "100000.01"));
        String small = shop.place(line(form("prepaid", "tok_ok"), sku, 1, "99.50"));

        awaitStatus(small, "SHIPPED");
        awaitStatus(atTheDoor, "SHIPPED");
        await("the review")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(reviews()).contains(large).doesNotContain(small, atTheDoor));
        assertThat(status(large)).isEqualTo("RESERVED");
        assertThat(charges(large)).isEmpty();

        assertThat(decide(large, "approve").status()).isEqualTo(200);

        awaitStatus(large, "SHIPPED");
        assertThat(charges(large)).hasSize(1);
        awaitQuiet(List.of(large, atTheDoor, small));
    }

    private List<String> reviews() {
        return shop.reviews().path("reviews").findValuesAsText("order");
    }

    private Answer decide(String id, String decision) {
        String request =
                Shop.json().put("by", "Ada").put("reason", "rang the customer").toString();
        return shop.send("POST", "/ops/reviews/" + id + "/" + decision, "application/json", request);
    }

    @Test
    void anOrderWhosePaymentNeverComesGivesItsStockBackAndAPaymentThatComesLaterTakesNothing() throws Exception {
        String sku = stocked(3);
        ObjectNode form = line(form("prepaid", "tok_ok"), sku, 2, "5");
        String id;
        camel.getRouteController().stopRoute("payment-charge");
        try {
            id = shop.place(form);
            tap.awaitHeard(
                    "the payment of " + id, isOf(id).and(m -> m.exchange().equals("order_payment")));
            assertStock(sku, 3, 2);
            sql.sql("update orders set moved_at = moved_at - interval '25 hours' where id = ?")
                    .param(uuid(id))
                    .update();

            assertThat(awaitStatus(id, "CANCELLED").path("reason").asText()).isEqualTo("payment_expired");

            awaitStock(sku, 3, 0);
        } finally {
            camel.getRouteController().startRoute("payment-charge");
        }
        awaitQuiet(id);
        assertThat(charges(id)).isEmpty();
        assertThat(status(id)).isEqualTo("CANCELLED");
        assertStock(sku, 3, 0);
        assertMails(id, form, "order.cancelled");
    }

    // --- cancelled and returned

    @Test
    void aPaidOrderThatIsCancelledGetsItsMoneyBackAndTheShopItsGoods() {
        String sku = stocked(5);
        // The carrier that never takes it keeps the order waiting for its parcel.
        ObjectNode form = line(form("prepaid", "tok_ok", "CARRIER-500"), sku, 2, "3.10");
        String id = shop.place(form);
        awaitStatus(id, "PAID");
        String invoice = awaitInvoice(id);

        JsonNode answer = cancel(id, "ordered_twice");
        assertThat(answer.path("status").asText()).isIn("CANCELLED", "CANCELLING");
        JsonNode order = awaitRefunded(id, "6.20");

        assertThat(order.path("status").asText()).isEqualTo("CANCELLED");
        assertThat(order.path("reason").asText()).isEqualTo("ordered_twice");
        assertThat(order.at("/payment/state").asText()).isEqualTo("refunded");
        awaitStock(sku, 5, 0);
        assertThat(timeline(id, "order.refunded")).contains("order.cancelled").doesNotContain("order.shipped");
        assertThat(cancel(id, "customer").path("status").asText()).isEqualTo("CANCELLED");
        awaitQuiet(id);
        assertThat(parcels(id)).isZero();
        assertThat(refunds(id)).singleElement().satisfies(r -> assertThat(r).isEqualByComparingTo("6.20"));
        assertMails(id, form, "order.payment_success", "order.invoiced", "order.cancelled", "order.refunded");
        assertThat(creditNotes(id)).singleElement().satisfies(note -> {
            assertThat(note.path("invoice").asText()).isEqualTo(invoice);
            assertThat(note.path("amount").decimalValue()).isEqualByComparingTo("6.20");
        });
        assertThat(tap.heard(isOf(id).and(m -> m.routingKey().equals("order.cancelled"))))
                .hasSize(1);
    }

    @Test
    void theInvoiceComesWithItsMailAndIsThereToBeLookedAtForGood() throws IOException {
        ObjectNode form = line(form("prepaid", "tok_ok"), stocked(5), 2, "3.10");
        ((ObjectNode) form.path("customer")).put("name", "Zoë Müller");
        String id = shop.place(form);
        String number = awaitInvoice(id);
        String mail = mailOf(id, "order.invoiced");

        await("the mail").atMost(PATIENCE).untilAsserted(() -> assertThat(letters())
                .filteredOn(letter -> letter.id().equals(mail))
                .singleElement()
                .satisfies(letter -> assertThat(letter.attachments()).containsExactly(number + ".pdf")));
        Shop.File invoice = shop.file("/orders/" + id + "/invoice");
        assertThat(invoice.status()).isEqualTo(200);
        assertThat(invoice.type()).isEqualTo("application/pdf");
        assertThat(text(invoice.content())).contains("Invoice " + number, "Zoë Müller", "Total GBP 6.20");
        assertThat(shop.file("/orders/" + id + "/invoice").content()).isEqualTo(invoice.content());

        awaitStatus(id, "SHIPPED");
        cancel(id, "customer");
        awaitRefunded(id, "6.20");
        JsonNode notes =
                await("the credit note").atMost(PATIENCE).until(() -> creditNotes(id), found -> !found.isEmpty());
        String note = notes.at("/0/number").asText();
        assertThat(text(shop.file("/orders/" + id + "/credit-notes/" + note).content()))
                .contains("Credit note " + note, "Invoice: " + number, "Credited GBP 6.20");
        assertThat(shop.file("/orders/" + id + "/invoice").content()).isEqualTo(invoice.content());
    }

    @Test
    void whatWasDueAtTheDoorAndComesBackUnpaidIsCredited() {
        String sku = stocked(5);
        ObjectNode waiting = line(form("cod", null, "CARRIER-500"), sku, 1, "3.10");
        String cancelled = shop.place(waiting);
        String returned = shop.place(line(form("cod", null), sku, 2, "3.10"));
        String invoice = awaitInvoice(cancelled);
        awaitStatus(returned, "SHIPPED");

        cancel(cancelled, "customer");
        takeBack(returned, sku, 1, number("key"));
        takeBack(returned, sku, 1, number("key"));

        await("the credit notes").atMost(PATIENCE).untilAsserted(() -> {
            assertThat(creditNotes(cancelled)).singleElement().satisfies(note -> {
                assertThat(note.path("invoice").asText()).isEqualTo(invoice);
                assertThat(note.path("amount").decimalValue()).isEqualByComparingTo("3.10");
            });
            assertThat(creditNotes(returned)).hasSize(2).allSatisfy(note -> assertThat(
                            note.path("amount").decimalValue())
                    .isEqualByComparingTo("3.10"));
        });
        awaitQuiet(cancelled, returned);
        assertThat(deadLetters(cancelled)).isEmpty();
        assertThat(deadLetters(returned)).isEmpty();
    }

    @Test
    void anOrderThatFailsHasNoInvoice() {
        String id = shop.place(line(form("prepaid", "tok_declined"), stocked(5), 1, "1"));
        awaitStatus(id, "FAILED");

        assertThat(shop.order(id).path("invoice").isNull()).isTrue();
        assertThat(shop.get("/orders/" + id + "/invoice").status()).isEqualTo(404);
        assertThat(creditNotes(id)).isEmpty();
    }

    /** The number of the order's invoice. */
    private String awaitInvoice(String id) {
        return await("the invoice of " + id)
                .atMost(PATIENCE)
                .until(() -> shop.order(id).path("invoice").textValue(), number -> number != null);
    }

    private JsonNode creditNotes(String id) {
        return shop.creditNotes(id);
    }

    private static String text(byte[] pdf) throws IOException {
        try (PDDocument document = Loader.loadPDF(pdf)) {
            return new PDFTextStripper().getText(document);
        }
    }

    @Test
    void anOrderIsConfirmedAfterAWhileUnlessItIsCancelledByThen() {
        String sku = stocked(5);
        ObjectNode kept = line(form("cod", null), sku, 1, "3");
        ObjectNode dropped = line(form("cod", null, "CARRIER-500"), sku, 1, "3");

        String keptId = shop.place(kept);
        String droppedId = shop.place(dropped);
        Heard created = tap.awaitHeard(
                "order.created", isOf(droppedId).and(m -> m.routingKey().equals("order.created")));
        cancel(droppedId, "customer");

        assertMails(keptId, kept, "order.created", "order.payment_success", "order.invoiced", "order.shipped");
        awaitStatus(droppedId, "CANCELLED");
        awaitQuiet(keptId, droppedId);
        assertThat(letters()).extracting(Letter::id).doesNotContain(created.id() + "@orderway.invalid");
    }

    @Test
    void aCancelAgainstAChargeWhoseAnswerIsLostGivesBackWhatWasTaken() {
        String sku = stocked(5);
        String id = shop.place(line(form("prepaid", "tok_timeout"), sku, 1, "12.34"));
        await("the charge is under way")
                .atMost(PATIENCE)
                .until(() -> charges(id).size() == 1);

        JsonNode answer = cancel(id, "customer");

        assertThat(answer.path("status").asText()).isEqualTo("CANCELLING");
        JsonNode order = awaitRefunded(id, "12.34");
        assertThat(order.path("status").asText()).isEqualTo("CANCELLED");
        assertThat(charges(id)).hasSize(1);
        assertThat(refunds(id)).hasSize(1);
        assertThat(parcels(id)).isZero();
        awaitStock(sku, 5, 0);
        assertThat(deadLetters(id)).isEmpty();
    }

    @Test
    void aCancelAgainstAParcelThatLeavesTakesItBack() {
        String sku = stocked(5);
        String id = shop.place(line(form("prepaid", "tok_ok", "CARRIER-SLOW"), sku, 1, "12.34"));
        await("the parcel is under way").atMost(PATIENCE).until(() -> parcels(id) == 1);

        JsonNode answer = cancel(id, "customer");

        assertThat(answer.path("status").asText()).isEqualTo("CANCELLING");
        JsonNode order = awaitRefunded(id, "12.34");
        assertThat(order.path("status").asText()).isEqualTo("RETURNED");
        assertThat(parcels(id)).isEqualTo(1);
        awaitStock(sku, 5, 0);
        assertThat(deadLetters(id)).isEmpty();
    }

    @Test
    void twoPartialReturnsOfOneOrderAreBothRefunded() {
        String sku = stocked(5);
        ObjectNode form = line(form("prepaid", "tok_ok"), sku, 3, "2.05");
        String id = shop.place(form);
        awaitStatus(id, "SHIPPED");
        assertMails(id, form, "order.created", "order.payment_success", "order.invoiced", "order.shipped");

        Answer first = takeBack(id, sku, 1, number("key"));
        String key = number("key");
        List<Answer> second = List.of(takeBack(id, sku, 2, key), takeBack(id, sku, 2, key));
        JsonNode order = awaitRefunded(id, "6.15");

        assertThat(first.body().path("value").decimalValue()).isEqualByComparingTo("2.05");
        assertThat(second).extracting(Answer::body).containsOnly(second.get(0).body());
        assertThat(order.path("status").asText()).isEqualTo("RETURNED");
        assertThat(order.path("returns")).hasSize(2);
        assertThat(refunds(id)).hasSize(2);
        awaitStock(sku, 5, 0);
        assertThat(takeBack(id, sku, 1, number("key")).status()).isEqualTo(409);
        awaitQuiet(id);
        assertThat(letters())
                .filteredOn(
                        letter -> letter.to().equals(form.at("/customer/email").asText()))
                .as("confirmed, paid, invoiced, shipped, two returns, two refunds, once each")
                .hasSize(8);
        assertThat(creditNotes(id))
                .extracting(note -> note.path("amount").decimalValue())
                .usingElementComparator(BigDecimal::compareTo)
                .containsExactlyInAnyOrder(new BigDecimal("2.05"), new BigDecimal("4.10"));
    }

    // --- what carrier and payment provider report on their own

    @Test
    void theCarrierReportsAParcelUntilItsOrderIsDelivered() {
        String sku = stocked(5);
        String id = shop.place(line(form("prepaid", "tok_ok"), sku, 1, "12.34"));
        String tracking =
                awaitStatus(id, "SHIPPED").at("/shipment/trackingNumber").asText();

        assertThat(carrierReports(tracking, "out_for_delivery", "2026-11-20T08:00:00Z", null))
                .isEqualTo(200);
        assertThat(carrierReports(tracking, "delivered", "2026-11-20T12:00:00Z", null))
                .isEqualTo(200);
        assertThat(carrierReports(tracking, "delivered", "2026-11-20T12:00:00Z", null))
                .as("again")
                .isEqualTo(200);
        assertThat(carrierReports(tracking, "in_transit", "2026-11-20T07:00:00Z", null))
                .as("late")
                .isEqualTo(200);
        assertThat(carrierReports(number("NOBODY"), "delivered", "2026-11-20T12:00:00Z", null))
                .isEqualTo(404);
        assertThat(shop.send("POST", "/webhooks/carrier", "application/json", "{}")
                        .status())
                .as("unsigned")
                .isEqualTo(401);

        JsonNode order = awaitStatus(id, "DELIVERED");
        assertThat(order.at("/shipment/state").asText()).isEqualTo("delivered");
        assertThat(order.at("/shipment/reported").asText()).isEqualTo("delivered");
        List<String> timeline = timeline(id, "order.delivered", "order.status_updated");
        assertThat(timeline)
                .containsOnlyOnce("order.delivered", "order.status_updated")
                .containsSubsequence("order.shipped", "order.status_updated", "order.delivered");
        awaitQuiet(id);
        assertStock(sku, 4, 0);
    }

    @Test
    void cashIsPaidWhenTheCarrierCollectedItAndPaidOutWhenTheGoodsComeBack() {
        String sku = stocked(5);
        String id = shop.place(line(form("cod", null), sku, 1, "12.34"));
        String tracking =
                awaitStatus(id, "SHIPPED").at("/shipment/trackingNumber").asText();
        awaitQuiet(id);
        assertThat(tap.heard(isOf(id).and(m -> m.exchange().equals("payment_events"))))
                .as("nothing is paid yet")
                .isEmpty();

        assertThat(carrierReports(tracking, "delivered", "2026-11-20T12:00:00Z", "12.34"))
                .isEqualTo(200);
        assertThat(awaitStatus(id, "DELIVERED").at("/payment/state").asText()).isEqualTo("collected");
        awaitLedger(id, "collected 12.34");
        takeBack(id, sku, 1, number("key"));
        awaitStatus(id, "RETURNED");
        String payout = await("the money is owed")
                .atMost(PATIENCE)
                .until(() -> shop.payoutOf(id), Optional::isPresent)
                .orElseThrow();
        assertThat(shop.order(id).at("/payment/state").asText())
                .as("nobody has paid it yet")
                .isEqualTo("collected");
        for (int i = 0; i < 2; i++) {
            assertThat(shop.send(
                                    "POST",
                                    "/ops/payouts/" + payout + "/paid",
                                    "application/json",
                                    "{\"by\": \"Ada\", \"reference\": \"Transfer 4711\"}")
                            .status())
                    .isEqualTo(202);
        }

        assertThat(awaitRefunded(id, "12.34").path("status").asText()).isEqualTo("RETURNED");
        awaitLedger(id, "collected 12.34", "refunded -12.34");
        awaitNotices("order.refund_due", id);
        awaitQuiet(id);
        assertThat(charges(id)).isEmpty();
        assertThat(deadLetters(id)).isEmpty();
    }

    @Test
    void thePaymentProvidersReportEndsTheDoubtAboutAChargeAndAChargebackCountsOnce() {
        String sku = stocked(5);
        String id = shop.place(line(form("prepaid", "tok_timeout"), sku, 1, "12.34"));
        await("the charge is under way")
                .atMost(PATIENCE)
                .until(() -> charges(id).size() == 1);
        String chargeId = column("select charge_id from simulators.charges where key = 'charge-' || ?", id);

        ObjectNode captured = Shop.json().put("type", "charge.captured").put("key", "charge-" + id);
        assertThat(providerReports(captured.put("chargeId", chargeId).put("amount", "12.34")))
                .isEqualTo(200);
        awaitStatus(id, "SHIPPED");
        ObjectNode declined = Shop.json().put("type", "charge.declined").put("key", "charge-" + id);
        assertThat(providerReports(declined)).as("out of order").isEqualTo(200);
        String chargeback = number("cb");
        for (int i = 0; i < 2; i++) {
            assertThat(providerReports(Shop.json()
                            .put("type", "chargeback")
                            .put("key", "charge-" + id)
                            .put("chargebackId", chargeback)
                            .put("amount", "12.34")
                            .put("currency", "GBP")))
                    .isEqualTo(200);
        }
        assertThat(providerReports(captured.deepCopy().put("key", "charge-" + UUID.randomUUID())))
                .as("a charge that nobody made")
                .isEqualTo(404);

        awaitLedger(id, "captured 12.34", "charged_back -12.34");
        awaitNotices("payment.chargeback", id);
        awaitQuiet(id);
        JsonNode order = shop.order(id);
        assertThat(order.path("status").asText()).isEqualTo("SHIPPED");
        assertThat(order.at("/payment/state").asText()).isEqualTo("captured");
        assertThat(order.at("/payment/chargebacks/0/id").asText()).isEqualTo(chargeback);
        assertThat(charges(id)).hasSize(1);
        assertThat(parcels(id)).isEqualTo(1);
        assertThat(tap.heard(isOf(id).and(m -> m.exchange().equals("payment_events"))))
                .extracting(Heard::id)
                .as("whatever was told twice was the same event")
                .satisfies(ids -> assertThat(Set.copyOf(ids)).hasSize(2));
        assertThat(deadLetters(id)).isEmpty();
    }

    private int carrierReports(String trackingNumber, String status, String at, String collected) {
        ObjectNode report = Shop.json()
                .put("trackingNumber", trackingNumber)
                .put("status", status)
                .put("occurredAt", at);
        if (collected != null) {
            report.putObject("collected").put("amount", collected).put("currency", "GBP");
        }
        return reports("carrier", report);
    }

    private int providerReports(ObjectNode report) {
        return reports("payment", report);
    }

    private int reports(String sender, ObjectNode report) {
        String body = report.toString();
        return shop.send(
                        "POST",
                        "/webhooks/" + sender,
                        "application/json",
                        body,
                        Signatures.HEADER,
                        signatures.sign(sender, body.getBytes(StandardCharsets.UTF_8)))
                .status();
    }

    private void awaitLedger(String id, String... entries) {
        await("the ledger of " + id).atMost(PATIENCE).untilAsserted(() -> assertThat(
                        sql.sql("select kind || ' ' || trim_scale(amount) from ledger_entries where order_id = ?")
                                .param(uuid(id))
                                .query(String.class)
                                .list())
                .containsExactlyInAnyOrder(entries));
    }

    /** The mail to finance, and the one to operations. */
    private void awaitNotices(String type, String id) {
        await("notices of " + type).atMost(PATIENCE).untilAsserted(() -> assertThat(column(
                        """
                        select count(*) from notices n join notice_mails m on m.notice_id = n.id
                        where n.subject = ? || ' of order ' || ? and m.sent_at is not null
                        """,
                        Long.class,
                        type,
                        id))
                .isEqualTo(2));
    }

    /** Whatever the cancel meets, the customer pays for nothing, and no piece is missing afterwards. */
    @Test
    void aCancelMayRaceAgainstAnyStep() {
        int races = FULL ? 200 : 20;
        String sku = stocked(races);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < races; i++) {
            String id = shop.place(line(form(i % 4 == 0 ? "cod" : "prepaid", "tok_ok"), sku, 1, "5"));
            ids.add(id);
            // One after the other they are cut off at a later step.
            String step = List.of(
                            "",
                            "order.created",
                            "order.inventory_checked",
                            "payment.requested",
                            "order.payment_success",
                            "order.shipped")
                    .get(i % 6);
            if (!step.isEmpty()) {
                tap.awaitHeard(step, isOf(id).and(m -> step.equals(m.type())));
            }
            assertThat(shop.send("POST", "/orders/" + id + "/cancel", null, "").status())
                    .isEqualTo(202);
        }

        await("all of them ended").atMost(PATIENCE).untilAsserted(() -> assertThat(ids)
                .allSatisfy(id -> {
                    assertThat(status(id)).isIn("CANCELLED", "RETURNED");
                    assertThat(refunds(id)).as("refunds of %s", id).hasSameSizeAs(charges(id));
                }));
        awaitQuiet(ids);
        assertThat(ids).allSatisfy(id -> {
            assertThat(charges(id)).hasSizeLessThanOrEqualTo(1);
            assertThat(parcels(id)).isEqualTo(status(id).equals("RETURNED") ? 1 : 0);
            assertThat(deadLetters(id)).isEmpty();
        });
        assertStock(sku, races, 0);
    }

    /** Whenever pieces are cancelled, their price is paid by nobody, and they are on the shelf; or else they were shipped. */
    @Test
    void piecesOfAnOrderMayBeCancelledAtAnyStep() {
        int races = 12;
        String wanted = stocked(races);
        String unwanted = stocked(races);
        List<String> ids = new ArrayList<>();
        List<String> cancelled = new ArrayList<>();
        for (int i = 0; i < races; i++) {
            String id = shop.place(
                    line(line(form(i % 4 == 0 ? "cod" : "prepaid", "tok_ok"), wanted, 1, "5"), unwanted, 1, "2.50"));
            ids.add(id);
            String step = List.of("", "order.created", "order.inventory_checked", "order.payment_success")
                    .get(i % 4);
            if (!step.isEmpty()) {
                tap.awaitHeard(step, isOf(id).and(m -> m.type().equals(step)));
            }
            Answer answer = cancelPieces(id, unwanted, number("key"));
            if (answer.status() == 202) {
                cancelled.add(id);
            } else {
                assertThat(answer.status()).as("%s", answer.body()).isEqualTo(409);
            }
        }

        assertThat(cancelled).as("those that came in time").isNotEmpty();
        await("all of them shipped, and the money back").atMost(PATIENCE).untilAsserted(() -> assertThat(ids)
                .allSatisfy(id -> {
                    JsonNode order = shop.order(id);
                    String price = cancelled.contains(id) ? "5" : "7.5";
                    BigDecimal paid = order.at("/payment/method").asText().equals("cod")
                            ? order.path("total").decimalValue()
                            : order.at("/payment/captured")
                                    .decimalValue()
                                    .subtract(order.at("/payment/refunded").decimalValue());
                    assertThat(order.path("status").asText()).isEqualTo("SHIPPED");
                    assertThat(paid).isEqualByComparingTo(price);
                    assertThat(order.at("/lines/1/pieces/cancelled").asInt()).isEqualTo(cancelled.contains(id) ? 1 : 0);
                    assertThat(order.at("/lines/1/pieces/shipped").asInt()).isEqualTo(cancelled.contains(id) ? 0 : 1);
                }));
        awaitQuiet(ids);
        assertThat(ids).allSatisfy(id -> assertThat(deadLetters(id)).isEmpty());
        assertThat(cancelled)
                .as("the invoice without what was credited is what was paid or is due")
                .allSatisfy(id -> assertThat(column(
                                "select total - (select coalesce(sum(amount), 0) from credit_notes where order_id = ?)"
                                        + " from invoices where order_id = ?",
                                BigDecimal.class,
                                uuid(id),
                                uuid(id)))
                        .isEqualByComparingTo("5"));
        assertStock(wanted, 0, 0);
        assertStock(unwanted, cancelled.size(), 0);
    }

    private Answer cancelPieces(String id, String sku, String key) {
        return shop.send(
                "POST",
                "/orders/" + id + "/cancel",
                "application/json",
                "{\"lines\": [{\"sku\": \"" + sku + "\", \"quantity\": 1}]}",
                "Idempotency-Key",
                key);
    }

    @Test
    void anOrderWithOneLineShortLeavesInTwoParcelsAndWhatIsGivenUpIsRefunded() {
        String there = stocked(5);
        String scarce = stocked(1);
        String whole = shop.place(line(line(form("prepaid", "tok_ok"), there, 2, "3"), scarce, 4, "2.50"));
        assertThat(awaitStatus(whole, "FAILED").path("reason").asText())
                .as("one that does not ask for it is sent whole or not at all")
                .isEqualTo("out_of_stock");
        ObjectNode form = line(line(form("prepaid", "tok_ok"), there, 2, "3"), scarce, 4, "2.50")
                .put("partialShipment", true);

        String id = shop.place(form);
        await("the first parcel")
                .atMost(PATIENCE)
                .until(() -> shop.order(id).path("parcels").size() == 1);
        JsonNode waiting = shop.order(id);
        assertThat(waiting.path("status").asText()).isEqualTo("PAID");
        assertThat(waiting.at("/shipment/state").asText()).isEqualTo("part");
        assertThat(waiting.at("/lines/1/pieces/backOrdered").asInt()).isEqualTo(3);
        assertThat(waiting.at("/lines/1/pieces/shipped").asInt()).isEqualTo(1);
        Answer cancelled = cancelPieces(id, scarce, "k-" + id);
        assertThat(cancelled.status()).as("%s", cancelled.body()).isEqualTo(202);
        assertThat(cancelPieces(id, scarce, "k-" + id).status()).isEqualTo(202);
        String first = waiting.at("/parcels/0/trackingNumber").asText();
        assertThat(carrierReports(first, "delivered", "2026-11-20T12:00:00Z", null))
                .isEqualTo(200);
        assertThat(shop.order(id).path("status").asText())
                .as("a part of it is delivered")
                .isEqualTo("PAID");
        replenish(scarce);

        JsonNode order = awaitStatus(id, "SHIPPED");
        assertThat(awaitRefunded(id, "2.50").at("/payment/captured").decimalValue())
                .isEqualByComparingTo("16");
        assertThat(order.path("parcels")).hasSize(2);
        assertThat(order.at("/parcels/1/pieces/0/quantity").asInt()).isEqualTo(2);
        assertThat(order.at("/lines/1/pieces/cancelled").asInt()).isEqualTo(1);
        assertThat(order.at("/lines/1/pieces/shipped").asInt()).isEqualTo(3);
        String second = order.at("/parcels/1/trackingNumber").asText();
        assertThat(second).isNotEqualTo(first);
        assertThat(carrierReports(second, "delivered", "2026-11-21T12:00:00Z", null))
                .isEqualTo(200);
        assertThat(awaitStatus(id, "DELIVERED").at("/lines/1/pieces/delivered").asInt())
                .isEqualTo(3);
        assertThat(timeline(id, "order.delivered"))
                .containsSubsequence(
                        "order.shipped",
                        "order.line_cancelled",
                        "order.backorder_filled",
                        "order.shipped",
                        "order.delivered");
        for (int i = 0; i < 2; i++) {
            Answer granted = grant(id, "\"lines\": [{\"sku\": \"" + scarce + "\", \"quantity\": 1}]", "k-" + id);
            assertThat(granted.status()).as("%s", granted.body()).isEqualTo(202);
        }
        assertThat(awaitRefunded(id, "5.00").at("/goodwill/0/by").asText()).isEqualTo("Ada");
        assertThat(grant(id, "\"amount\": 11.01", "more-" + id).status())
                .as("more than is left of what was paid")
                .isEqualTo(409);
        awaitQuiet(id);
        awaitLedger(id, "captured 16", "refunded -2.5", "refunded -2.5");
        assertThat(column("select sum(amount) from credit_notes where order_id = ?", BigDecimal.class, uuid(id)))
                .as("each refund has its credit note")
                .isEqualByComparingTo("5");
        assertThat(tap.heard(isOf(id).and(m -> m.routingKey().equals("order.shipped"))))
                .hasSize(2);
        assertThat(charges(id)).hasSize(1);
        assertThat(refunds(id)).hasSize(2);
        assertThat(deadLetters(id)).isEmpty();
        assertStock(there, 3, 0);
        assertStock(scarce, 18, 0);
    }

    private Answer grant(String id, String what, String key) {
        return shop.send(
                "POST",
                "/orders/" + id + "/refunds",
                "application/json",
                "{\"by\": \"Ada\", \"reason\": \"scratched\", " + what + "}",
                "Idempotency-Key",
                key);
    }

    @Test
    void whatHasEndedIsNotCancelledAndWhatHasNotLeftIsNotReturned() {
        String sku = stocked(5);
        String failed = shop.place(line(form("prepaid", "tok_declined"), sku, 1, "1"));
        awaitStatus(failed, "FAILED");

        assertThat(shop.send("POST", "/orders/" + failed + "/cancel", null, "").status())
                .isEqualTo(409);
        assertThat(shop.send("POST", "/orders/" + failed + "/return", null, "").status())
                .isEqualTo(409);
        assertThat(shop.send("POST", "/orders/" + UUID.randomUUID() + "/cancel", null, "")
                        .status())
                .isEqualTo(404);
    }

    private JsonNode cancel(String id, String reason) {
        Answer answer =
                shop.send("POST", "/orders/" + id + "/cancel", "application/json", "{\"reason\": \"" + reason + "\"}");
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(202);
        return answer.body();
    }

    private Answer takeBack(String id, String sku, int quantity, String key) {
        return shop.send(
                "POST",
                "/orders/" + id + "/return",
                "application/json",
                "{\"reason\": \"damaged\", \"lines\": [{\"sku\": \"" + sku + "\", \"quantity\": " + quantity + "}]}",
                "Idempotency-Key",
                key);
    }

    /** The order once so much went back in all. */
    private JsonNode awaitRefunded(String id, String amount) {
        return await("the refund of " + id)
                .atMost(PATIENCE)
                .until(
                        () -> shop.order(id),
                        order -> order.at("/payment/refunded").decimalValue().compareTo(new BigDecimal(amount)) == 0);
    }

    /** The amounts the gateway gave back for an order. */
    private List<BigDecimal> refunds(String id) {
        return sql.sql("select amount from simulators.refunds where key like 'refund-' || ? || '-%'")
                .param(id)
                .query(BigDecimal.class)
                .list();
    }

    // --- files

    @Test
    @OnEachVersion
    void theSampleFileBecomesItsOrdersAndASecondTimeNothing() throws IOException {
        String csv = Files.readString(Path.of("samples/online-retail-sample.csv"));
        Map<String, BigDecimal> totals = totals(csv);
        assertThat(totals).hasSize(42);

        JsonNode outcome = shop.importCsv(csv, 195);

        assertThat(outcome.path("orders").asInt()).isEqualTo(42);
        assertThat(outcome.path("returns").asInt()).isEqualTo(3);
        assertThat(outcome.path("replayed").asInt()).isZero();
        assertThat(outcome.path("errors")).isEmpty();
        Map<String, String> ids = new TreeMap<>();
        totals.forEach((number, total) -> {
            JsonNode found = shop.ordersByNumber(number);
            assertThat(found).as(number).hasSize(1);
            assertThat(found.at("/0/total").decimalValue()).as(number).isEqualByComparingTo(total);
            ids.put(number, found.at("/0/id").asText());
        });
        await("all of them ended").atMost(PATIENCE).until(() -> ids.values().stream()
                .allMatch(id -> Set.of("SHIPPED", "FAILED").contains(status(id))));
        // Of 85099B 200 pieces are ordered, by two of the customers, and 195 are there.
        assertThat(ids.entrySet())
                .filteredOn(e -> status(e.getValue()).equals("FAILED"))
                .singleElement()
                .satisfies(e -> {
                    assertThat(e.getKey()).isIn("536386", "536390");
                    assertThat(reason(e.getValue())).isEqualTo("out_of_stock");
                });
        awaitQuiet(ids.values());
        // Its three returns are of customers who ordered nothing of the kind.
        await("the returns").atMost(PATIENCE).until(() -> rows("select distinct state from imported_returns")
                .equals(List.of("unmatched")));
        assertThat(shop.get("/ops/unmatched-returns").body()).hasSize(9);
        List<Object> before = books();

        JsonNode again = shop.importCsv(csv, 195);

        assertThat(again.path("orders").asInt()).isZero();
        assertThat(again.path("replayed").asInt()).isEqualTo(42);
        assertThat(again.path("products").asInt()).isZero();
        assertThat(again.path("errors")).isEmpty();
        awaitQuiet(ids.values());
        assertThat(books()).isEqualTo(before);
    }

    @Test
    void aFileWithBadRowsTellsThemByNumberAndImportsTheRest() {
        String run = number("F");
        String csv = String.join(
                "\n",
                "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
                run + "1,S" + run + ",GOOD,2,01-12-2010 08:26,2.55,71850,United Kingdom",
                run + "2,S" + run + ",BAD QUANTITY,two,01-12-2010 08:26,2.55,71850,United Kingdom",
                run + "2,S" + run + ",LEFT OUT WITH IT,1,01-12-2010 08:26,2.55,71850,United Kingdom",
                run + "3,S" + run + ",GOOD,1,01-12-2010 08:26,2.55,71850,France",
                run + "3,T" + run + ",\"GOOD, TOO\",1,01-12-2010 08:26,1,71850,France",
                run + "4,S" + run + ",NOWHERE,1,01-12-2010 08:26,2.55,71850,Atlantis",
                run + "5,S" + run + ",BAD PRICE,1,01-12-2010 08:26,dear,71850,France",
                run + "6,S" + run + ",NO CUSTOMER,1,01-12-2010 08:26,1,,France",
                "");

        JsonNode outcome = shop.importCsv(csv, 10);

        assertThat(outcome.path("orders").asInt()).isEqualTo(2);
        assertThat(outcome.path("errors").findValuesAsText("row")).containsExactly("3", "7", "8", "9");
        assertThat(outcome.path("products").asInt()).isEqualTo(2);
        for (String good : List.of(run + "1", run + "3")) {
            awaitStatus(shop.ordersByNumber(good).at("/0/id").asText(), "SHIPPED");
        }
        for (String bad : List.of(run + "2", run + "4", run + "5", run + "6")) {
            assertThat(shop.ordersByNumber(bad)).isEmpty();
        }
        assertStock("S" + run, 7, 0);
        assertStock("T" + run, 9, 0);
    }

    // --- what customers may like

    @Test
    void whatIsBoughtTogetherIsRecommendedAndWhatEverybodyBuysIsNot() {
        String tea = stocked(100);
        String cup = stocked(100);
        String bag = stocked(100);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ids.add(shop.place(line(line(line(form("cod", null), tea, 1, "1"), cup, 1, "1"), bag, 1, "1")));
            ids.add(shop.place(line(form("cod", null), bag, 1, "1")));
        }
        ids.add(shop.place(line(line(form("cod", null), tea, 1, "1"), bag, 1, "1")));
        ids.forEach(id -> awaitStatus(id, "SHIPPED"));
        await("nine orders counted").atMost(PATIENCE).until(() -> "9"
                .equals(column("select orders::text from article_counts where sku = ?", bag)));

        // TEA and BAG are together in five orders, TEA and CUP in four; but BAG is in nine.
        assertThat(shop.boughtTogether(tea)).startsWith(cup).doesNotHaveDuplicates();
        assertThat(shop.boughtTogether(cup)).startsWith(tea);

        String customer = number("looker");
        assertThat(shop.behaved(customer, tea, "viewed").status()).isEqualTo(202);
        await("what goes with it").atMost(PATIENCE).untilAsserted(() -> assertThat(
                        shop.recommendations(customer).at("/articles/0").toString())
                .isEqualTo("{\"sku\":\"%s\",\"because\":\"fits\"}".formatted(cup)));
        shop.behaved(customer, cup, "carted");
        await("nothing that is in the cart").atMost(PATIENCE).until(() -> !shop.recommendations(customer)
                .path("articles")
                .findValuesAsText("sku")
                .contains(cup));
        Heard told = tap.awaitHeard("what was told", m -> m.text().contains(customer));
        assertThat(told.routingKey()).isEqualTo("behaviour.viewed");
        assertThat(told.text()).doesNotContain("Ada", "example.org");
        assertThat(shop.get("/products/" + number("NONE") + "/recommendations").status())
                .isEqualTo(404);
    }

    // --- what the broker says

    @Test
    @OnEachVersion
    void whatTheBrokerSaysOfItsQueuesIsKnownAndInTheMetrics() {
        awaitStatus(shop.place(line(form("cod", null), stocked(1), 1, "1")), "SHIPPED");

        await("the broker's figures").atMost(PATIENCE).untilAsserted(() -> {
            assertThat(figures.isStale()).isFalse();
            assertThat(figures.tell().alarms()).isEmpty();
            assertThat(figures.tell().queues().keySet()).containsAll(topology.allQueues());
            QueueFigures.Counts inventory = figures.tell().of("inventory_queue").counts();
            assertThat(inventory.consumers())
                    .isEqualTo(topology.workQueue("inventory_queue").consumers());
            assertThat(inventory.published()).isPositive();
            // What comes back from a retry queue is done twice, and was published once.
            assertThat(inventory.done()).isPositive();
            assertThat(meters.get("orderway.queue.messages")
                            .tag("queue", "inventory_queue")
                            .tag("state", "in_work")
                            .gauge()
                            .value())
                    .isNotNegative();
        });
    }

    // --- after all of them

    @Test
    @Order(LAST - 3)
    void whatEveryQueueTookRetriedAndGaveUpIsCountedByTypeLikeSomebodyWhoListens() {
        String plenty = stocked(10_000);
        String few = stocked(5);
        awaitAllQuiet();
        Map<String, Long> given = lettersByQueue();
        int heardBefore = tap.heard(m -> true).size();
        Map<String, Long> taken = deliveries();
        carrier.stubFor(post(urlPathEqualTo("/shipments"))
                .withRequestBody(matchingJsonPath("$.shipTo.postcode", equalTo("NEVER-AT-ALL")))
                .willReturn(aResponse().withStatus(503)));

        int orders = FULL ? 200 : 20;
        List<String> ids = IntStream.range(0, orders)
                .mapToObj(i -> switch (i % 10) {
                    case 0 -> line(form("prepaid", "tok_declined"), plenty, 1, "2");
                    case 1 -> line(form("cod", null), few, 10, "2");
                    case 2 -> line(form("cod", null), plenty, 1, "2").put("priority", true);
                    default ->
                        i == 3
                                ? line(form("cod", null, "NEVER-AT-ALL"), plenty, 1, "2")
                                : line(form("prepaid", "tok_ok"), plenty, 1, "2");
                })
                .map(shop::place)
                .toList();
        await("all of them ended, but for one")
                .atMost(PATIENCE.multipliedBy(4))
                .until(() -> ids.stream()
                                .filter(id -> Set.of("SHIPPED", "FAILED").contains(status(id)))
                                .count()
                        == orders - 1);
        tap.awaitHeard("a dead letter", isOf(ids.get(3)).and(m -> m.exchange().equals("order_dead")));
        awaitAllQuiet();

        // What timers tell may be on its way at any moment.
        await("the counts").atMost(PATIENCE).untilAsserted(() -> {
            Map<String, Long> counted = deliveries();
            taken.forEach((of, before) -> counted.merge(of, -before, Long::sum));
            counted.values().removeIf(count -> count == 0);
            assertThat(counted)
                    .isEqualTo(passed(heardBefore))
                    .containsEntry("shipping_queue order.payment_success retry", (long) MAX_RETRIES);
        });
        Map<String, Long> letters = lettersByQueue();
        given.forEach((queue, before) -> letters.merge(queue, -before, Long::sum));
        letters.values().removeIf(count -> count == 0);
        assertThat(letters).isEqualTo(Map.of("shipping_queue", 1L));
    }

    /** What passed since so many messages were heard, by the queue that should take it, its type, and whether again. */
    private Map<String, Long> passed(int heardBefore) {
        Map<String, Long> passed = new TreeMap<>();
        for (Heard m : tap.heard(m -> true).stream().skip(heardBefore).toList()) {
            if (m.exchange().equals("order_retry")) {
                passed.merge(m.header("origin-queue") + " " + label(m.type()) + " retry", 1L, Long::sum);
            } else if (!m.exchange().equals("order_dead")) {
                for (String queue : topology.queuesFor(m.exchange(), m.routingKey())) {
                    String consumed = queue.replace("confirmation_delay_queue", "confirmation_queue");
                    passed.merge(consumed + " " + label(m.type()) + " first", 1L, Long::sum);
                }
            }
        }
        return passed;
    }

    private Map<String, Long> deliveries() {
        Map<String, Long> deliveries = new TreeMap<>();
        meters.find("orderway.deliveries")
                .counters()
                .forEach(counter -> deliveries.merge(
                        counter.getId().getTag("queue") + " " + counter.getId().getTag("type") + " "
                                + counter.getId().getTag("attempt"),
                        (long) counter.count(),
                        Long::sum));
        return deliveries;
    }

    private static String label(String type) {
        return type.startsWith("order.failed.") ? "order.failed.step" : type;
    }

    @Test
    @Order(LAST - 2)
    void everyFigureOfEveryMinuteAgreesWithTheOrdersAndComesOutOfTheTrailAgain() {
        awaitAllQuiet();
        await("the figures").atMost(PATIENCE).untilAsserted(() -> assertThat(figures("?by=minute"))
                .isEqualTo(recounted("minute")));
        assertThat(figures("?by=hour")).isEqualTo(recounted("hour"));
        assertThat(figures("?by=day")).isEqualTo(recounted("day"));
        assertThat(retriesByQueue(shop.report())).isNotEmpty().isEqualTo(retriesHeard());

        sql.sql(
                        "delete from analytics_orders where order_id in (select order_id from analytics_orders order by order_id limit 5)")
                .update();
        sql.sql(
                        "update analytics_orders set total = total + 1, category = 'spoilt', written_at = now() - interval '1 day'")
                .update();
        String sku = stocked(10);
        long id = shop.rebuild();
        List<String> meanwhile = Stream.generate(() -> shop.place(line(form("cod", null), sku, 1, "1")))
                .limit(5)
                .toList();
        meanwhile.forEach(order -> awaitStatus(order, "SHIPPED"));
        await("the rebuild").atMost(PATIENCE).until(() -> shop.rebuild(id), rebuild -> rebuild.path("state")
                .asText()
                .equals("done"));

        await("the figures").atMost(PATIENCE).untilAsserted(() -> assertThat(figures("?by=minute"))
                .isEqualTo(recounted("minute")));
        assertThat(retriesByQueue(shop.report())).isEqualTo(retriesHeard());
    }

    /** The cells of the table, but for retries. */
    private Map<String, BigDecimal> figures(String query) {
        Map<String, BigDecimal> cells = new TreeMap<>();
        shop.reportAsCsv(query).lines().skip(1).map(line -> line.split(",")).forEach(cell -> {
            if (!cell[1].equals("retries")) {
                cells.put(cell[0] + " " + cell[1] + " " + cell[2], new BigDecimal(cell[3]).stripTrailingZeros());
            }
        });
        return cells;
    }

    /** The same counted from the orders themselves. */
    private Map<String, BigDecimal> recounted(String unit) {
        String status =
                "case when status in ('SHIPPED', 'DELIVERED', 'FAILED', 'CANCELLED', 'RETURNED') then status else 'CREATED' end";
        Map<String, String> figures = Map.of(
                "orders", "''",
                "byStatus", status,
                "byReason", "case when status = 'FAILED' then reason end",
                "byLane", "lane",
                "byCountry", "upper(country)",
                "byCategory", "category",
                "byPaymentMethod", "payment_method",
                "revenue", "case when status not in ('FAILED', 'CANCELLED', 'RETURNED') then currency end");
        Map<String, BigDecimal> cells = new TreeMap<>();
        figures.forEach((figure, of) -> sql.sql(
                        "select date_trunc('" + unit + "', created_at at time zone 'UTC') as time, " + of
                                + " as word, " + (figure.equals("revenue") ? "sum(total)" : "count(*)")
                                + " as value from orders where " + of + " is not null group by 1, 2")
                .query(rs -> {
                    String time = rs.getObject("time", java.time.LocalDateTime.class)
                            .toInstant(java.time.ZoneOffset.UTC)
                            .toString();
                    cells.put(
                            time + " " + figure + " " + rs.getString("word"),
                            rs.getBigDecimal("value").stripTrailingZeros());
                }));
        return cells;
    }

    private Map<String, Long> retriesByQueue(JsonNode report) {
        return counts(report.path("retries"));
    }

    private Map<String, Long> retriesHeard() {
        Map<String, Set<String>> attempts = new TreeMap<>();
        tap.heard(m -> m.exchange().equals("order_retry") && m.header("outage-since") == null)
                .forEach(m -> attempts.computeIfAbsent(m.header("origin-queue"), queue -> new java.util.HashSet<>())
                        .add(m.id() + " " + m.header("replay-round") + " " + m.header("retries")));
        Map<String, Long> retries = new TreeMap<>();
        attempts.forEach((queue, of) -> retries.put(queue, (long) of.size()));
        return retries;
    }

    @Test
    @Order(LAST - 1)
    void theReportAgreesWithTheOrders() {
        awaitAllQuiet();
        await("the figures").atMost(PATIENCE).untilAsserted(() -> {
            JsonNode report = shop.report();
            assertThat(report.path("orders").asLong()).isEqualTo(column("select count(*) from orders", Long.class));
            Map<String, BigDecimal> revenue = new TreeMap<>();
            report.path("revenue")
                    .forEach(money -> revenue.put(
                            money.path("currency").asText(),
                            money.path("amount").decimalValue().stripTrailingZeros()));
            Map<String, BigDecimal> expected = new TreeMap<>();
            sql.sql(
                            """
                            select currency, sum(total) as amount from orders
                            where status not in ('FAILED', 'CANCELLED', 'RETURNED') group by 1
                            """)
                    .query((rs, n) -> expected.put(
                            rs.getString("currency"), rs.getBigDecimal("amount").stripTrailingZeros()))
                    .list();
            assertThat(revenue).isEqualTo(expected);
            // Analytics hears of an order at its creation and at its end only.
            assertThat(counts(report.path("byStatus")))
                    .isEqualTo(
                            counts(
                                    "case when status in ('SHIPPED', 'DELIVERED', 'FAILED', 'CANCELLED', 'RETURNED') then status else 'CREATED' end"));
            assertThat(counts(report.path("byLane"))).isEqualTo(counts("lane"));
            assertThat(counts(report.path("byCountry"))).isEqualTo(counts("upper(country)"));
            assertThat(counts(report.path("byPaymentMethod"))).isEqualTo(counts("payment_method"));
        });
    }

    @Test
    @Order(LAST)
    @OnEachVersion
    void moneyAndStockAddUp() {
        awaitAllQuiet();

        assertThat(rows("select sku from products where received <> on_hand + sold"))
                .as("received = on hand + sold")
                .isEmpty();
        assertThat(
                        rows(
                                """
                        select p.sku from products p left join reservations r on r.sku = p.sku group by p.sku
                        having p.reserved <> coalesce(sum(r.quantity) filter (where r.state = 'held'), 0)
                            or p.sold <> coalesce(sum(r.quantity - r.returned) filter (where r.state = 'sold'), 0)
                        """))
                .as("reserved and sold are the sums of what orders hold and bought")
                .isEmpty();
        assertThat(column(
                        "select coalesce(sum(captured), 0) from orders where payment_method = 'prepaid'",
                        BigDecimal.class))
                .as("what we captured is what the gateway took")
                .isEqualByComparingTo(column(
                        "select coalesce(sum(amount), 0) from simulators.charges where status = 'captured'",
                        BigDecimal.class));
        assertThat(
                        rows(
                                """
                        select o.number from orders o left join simulators.charges c on c.key = 'charge-' || o.id
                        where o.payment_method = 'prepaid' and o.refunded <> coalesce(
                            (select sum(r.amount) from simulators.refunds r where r.charge_id = c.charge_id), 0)
                        """))
                .as("what we refunded is what the gateway gave back, for each order")
                .isEmpty();
        assertThat(
                        rows(
                                """
                        select number from orders where status in ('CANCELLED', 'RETURNED', 'FAILED')
                        and refunded <> captured
                        """))
                .as("what came to nothing costs nothing")
                .isEmpty();
        assertThat(
                        rows(
                                """
                        select o.number from orders o
                        left join simulators.charges c on c.key = 'charge-' || o.id and c.status = 'captured'
                        where o.payment_method = 'prepaid' and coalesce(c.amount, 0) <> o.captured
                        """))
                .as("the same for each order")
                .isEmpty();
        assertThat(
                        rows(
                                """
                        select coalesce(o.number, s.key) from orders o
                        full join simulators.shipments s on left(s.key, 45) = 'shipment-' || o.id
                        where (o.status in ('SHIPPED', 'DELIVERED', 'RETURNED')) is distinct from (s.key is not null)
                        """))
                .as("one parcel for each shipped order, none for the others")
                .isEmpty();
        assertThat(
                        rows(
                                "select id::text from orders where status not in ('SHIPPED', 'DELIVERED', 'FAILED', 'CANCELLED', 'RETURNED')"))
                .as("what has not come to its end shows the dead letter it waits for")
                .allSatisfy(id -> assertThat(shop.order(id).path("deadLetters")).isNotEmpty());
        assertThat(rows("select number from orders where status = 'FAILED' and reason is null"))
                .isEmpty();
        assertThat(rows("select key from effects where known_at is null"))
                .as("in doubt is only what is a dead letter")
                .allSatisfy(key -> assertThat(deadLetters(key.substring(key.indexOf('-') + 1)))
                        .isNotEmpty());
        // A message that the broker had twice may be parked twice, and is one letter.
        Map<String, Long> parked = tap.heard(m -> m.exchange().equals("order_dead")).stream()
                .map(m -> List.of(
                        m.routingKey().replace("_dlq", "_queue"),
                        "" + m.properties().getMessageId(),
                        "" + m.properties().getHeaders().get(DeliveryHeaders.REPLAY_ROUND)))
                .distinct()
                .collect(Collectors.groupingBy(letter -> letter.get(0), TreeMap::new, Collectors.counting()));
        assertThat(lettersByQueue())
                .as("dead letters came by our routes, none by the broker's own net, and all were collected")
                .isEqualTo(parked);
        assertThat(
                        rows(
                                """
                        select o.number from orders o left join invoices i on i.order_id = o.id
                        where o.status in ('PAID', 'PAYMENT_DUE', 'SHIPPED', 'DELIVERED', 'RETURNED') and i.total is distinct from o.total
                            and (i.total is null or o.payment_method = 'prepaid' or not exists
                                (select 1 from cancellations c where c.order_id = o.id))
                        """))
                .as("what is paid or due has an invoice over it")
                .isEmpty();
        assertThat(
                        rows(
                                """
                        select o.number from orders o join invoices i on i.order_id = o.id
                        where o.refunded <>
                                coalesce((select sum(amount) from credit_notes c where c.order_id = o.id and refunded), 0)
                            or o.captured = 0 and o.status in ('CANCELLED', 'RETURNED') and i.total <>
                                coalesce((select sum(amount) from credit_notes c where c.order_id = o.id), 0)
                        """))
                .as("what was refunded of an invoice is credited, and what came to nothing unpaid")
                .isEmpty();
        assertThat(rows("select series || last from paper_numbers order by 1"))
                .as("no number is missing")
                .isEqualTo(
                        rows(
                                """
                        select '' || count(*) from invoices having count(*) > 0 union all
                        select 'C' || count(*) from credit_notes having count(*) > 0 order by 1
                        """));
        assertThat(
                        rows(
                                """
                        select o.number from orders o left join ledger_entries l on l.order_id = o.id
                        group by o.id having o.captured <> coalesce(sum(l.amount) filter (where l.amount > 0), 0)
                            or coalesce(sum(l.amount), 0) <> o.captured - o.refunded
                                - (select coalesce(sum(amount), 0) from chargebacks c where c.order_id = o.id)
                        """))
                .as("the ledger tells the money of each order")
                .isEmpty();
        assertThat(netOf(LocalDate.now(ZoneOffset.UTC))
                        .add(netOf(LocalDate.now(ZoneOffset.UTC).minusDays(1))))
                .as("the days of the ledger add up to what is left of all payments")
                .isEqualByComparingTo(column(
                        """
                        select coalesce(sum(captured - refunded), 0)
                            - (select coalesce(sum(amount), 0) from chargebacks) from orders
                        """,
                        BigDecimal.class));
        assertThat(tap.depth("unroutable_queue")).isZero();
        assertThat(column("select count(*) from outbox", Long.class)).isZero();
    }

    private BigDecimal netOf(LocalDate day) {
        JsonNode report = shop.finances(day);
        assertThat(report.path("differences")).isEmpty();
        return report.path("lines").findValues("net").stream()
                .map(JsonNode::decimalValue)
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    // --- filling in forms

    /** A name nobody else uses. */
    protected static String number(String prefix) {
        return prefix + "-" + NUMBERS.incrementAndGet();
    }

    /** A new article of which so many pieces are there. */
    protected String stocked(int pieces) {
        String sku = number("SKU");
        shop.stock(sku, pieces, "1.00", "GBP");
        return sku;
    }

    protected static ObjectNode form(String method, String token) {
        return form(method, token, "SW1Y 4JH");
    }

    protected static ObjectNode form(String method, String token, String postcode) {
        String customer = number("c");
        ObjectNode form = Shop.json().put("currency", "GBP");
        form.putObject("customer")
                .put("id", customer)
                .put("name", "Ada Lovelace")
                .put("email", customer + "@example.org");
        form.putObject("shipTo")
                .put("name", "Ada Lovelace")
                .put("city", "London")
                .put("postcode", postcode)
                .put("country", "GB")
                .putArray("lines")
                .add("12 St James's Square");
        ObjectNode payment = form.putObject("payment").put("method", method);
        if (method.equals("prepaid")) {
            payment.put("token", token);
        }
        form.putArray("lines");
        return form;
    }

    protected static ObjectNode line(ObjectNode form, String sku, int quantity, String price) {
        ObjectNode line = form.withArray("lines").addObject().put("sku", sku).put("quantity", quantity);
        if (price != null) {
            line.put("unitPrice", price);
        }
        return form;
    }

    /** The value of each invoice of the file that is no return, added up without Orderway. */
    private static Map<String, BigDecimal> totals(String csv) {
        Map<String, BigDecimal> totals = new LinkedHashMap<>();
        csv.lines()
                .skip(1)
                .map(row -> row.replaceAll("\"[^\"]*\"", "quoted").split(","))
                .forEach(cells -> {
                    if (!cells[0].startsWith("C")) {
                        totals.merge(
                                cells[0], new BigDecimal(cells[5]).multiply(new BigDecimal(cells[3])), BigDecimal::add);
                    }
                });
        return totals;
    }

    // --- looking

    protected JsonNode awaitStatus(String id, String status) {
        await("order " + id).atMost(PATIENCE).untilAsserted(() -> assertThat(status(id))
                .as("the order's status; its dead letters: %s", deadLetters(id))
                .isEqualTo(status));
        return shop.order(id);
    }

    private String status(String id) {
        return column("select status from orders where id = ?", uuid(id));
    }

    private String reason(String id) {
        return column("select reason from orders where id = ?", uuid(id));
    }

    /** The events of the timeline without the mails, in its order, once those named are in it. */
    private List<String> timeline(String id, String... awaited) {
        return await("the timeline of " + id)
                .atMost(PATIENCE)
                .until(
                        () -> shop.order(id).path("timeline").findValuesAsText("event").stream()
                                .filter(event -> !event.equals("mail"))
                                .toList(),
                        events -> events.containsAll(List.of(awaited)));
    }

    /**
     * Exactly one mail for each of these facts went to the customer, named by the fact's id. The confirmation of an order
     * that fails may be sent before it does: it counts only where order.created is named.
     */
    private void assertMails(String id, JsonNode form, String... facts) {
        List<String> expected = Stream.of(facts).map(fact -> mailOf(id, fact)).toList();
        String confirmation = mailOf(id, "order.created");
        String to = form.at("/customer/email").asText();
        await("mails to " + to).atMost(PATIENCE).untilAsserted(() -> assertThat(letters())
                .filteredOn(letter -> letter.to().equals(to))
                .extracting(Letter::id)
                .filteredOn(mail -> expected.contains(confirmation) || !mail.equals(confirmation))
                .containsExactlyInAnyOrderElementsOf(expected));
    }

    private String mailOf(String id, String fact) {
        return fact.equals("order.created") && !hasBeenCreated(id)
                ? "none"
                : tap.awaitHeard(fact + " of " + id, isOf(id).and(m -> m.routingKey()
                                        .equals(fact)))
                                .id()
                        + "@orderway.invalid";
    }

    private boolean hasBeenCreated(String id) {
        return !"unknown_sku".equals(reason(id));
    }

    private void assertStock(String sku, int onHand, int reserved) {
        assertThat(stock(sku)).isEqualTo(onHand + " on hand, " + reserved + " reserved");
    }

    private void awaitStock(String sku, int onHand, int reserved) {
        await("stock of " + sku).atMost(PATIENCE).untilAsserted(() -> assertStock(sku, onHand, reserved));
    }

    private String stock(String sku) {
        JsonNode product = shop.product(sku);
        assertThat(product.path("available").asInt())
                .isEqualTo(product.path("onHand").asInt()
                        - product.path("reserved").asInt());
        return product.path("onHand").asInt() + " on hand, "
                + product.path("reserved").asInt() + " reserved";
    }

    /** The amounts the gateway captured for an order. */
    private List<BigDecimal> charges(String id) {
        return sql.sql("select amount from simulators.charges where key like '%' || ? and status = 'captured'")
                .param(id)
                .query(BigDecimal.class)
                .list();
    }

    private long parcels(String id) {
        return column("select count(*) from simulators.shipments where key like '%' || ?", Long.class, id);
    }

    private long held(String id) {
        return column("select count(*) from reservations where order_id = ?", Long.class, uuid(id));
    }

    private long audited(String id) {
        return column("select count(*) from audit_events where order_id = ?", Long.class, uuid(id));
    }

    /** How often the carrier was asked to book the parcel of an order. */
    protected static int bookings(String id) {
        return carrier.findAll(postRequestedFor(urlPathEqualTo("/shipments"))
                        .withHeader("Idempotency-Key", equalTo("shipment-" + id)))
                .size();
    }

    private List<String> deadLetters(String id) {
        return tap.heard(isOf(id).and(m -> m.exchange().equals("order_dead"))).stream()
                .map(m -> m.routingKey() + ": " + m.header("failure-reason"))
                .toList();
    }

    private static Predicate<Heard> isOf(String orderId) {
        return m -> orderId.equals(m.orderId());
    }

    /** What all of the orders, stock, money, parcels and the trail come to. */
    private List<Object> books() {
        return List.of(
                rows("select status || ' ' || count(*) from orders group by status order by 1"),
                rows("select sku || ' ' || received || ' ' || on_hand || ' ' || reserved from products order by sku"),
                rows("select count(*) || ' ' || sum(amount) from simulators.charges"),
                rows("select count(*)::text from simulators.shipments"),
                rows("select count(*)::text from audit_events"),
                rows("select count(*)::text from imported_returns"));
    }

    private Map<String, Long> counts(String expression) {
        Map<String, Long> counts = new TreeMap<>();
        sql.sql("select " + expression + " as word, count(*) as orders from orders group by 1")
                .query((rs, n) -> counts.put(rs.getString("word"), rs.getLong("orders")))
                .list();
        return counts;
    }

    private static Map<String, Long> counts(JsonNode counts) {
        Map<String, Long> all = new TreeMap<>();
        counts.properties().forEach(e -> all.put(e.getKey(), e.getValue().asLong()));
        return all;
    }

    protected List<String> queues() {
        return declarables.getDeclarablesByType(Queue.class).stream()
                .map(Queue::getName)
                .toList();
    }

    /** The dead letters of each queue that has some. */
    private Map<String, Long> lettersByQueue() {
        Map<String, Long> letters = new TreeMap<>();
        sql.sql("select queue, count(*) as letters from dead_letters group by queue")
                .query((rs, n) -> letters.put(rs.getString("queue"), rs.getLong("letters")))
                .list();
        return letters;
    }

    private void assertOnlyGrown(Map<String, Long> before, String... queues) {
        Map<String, Long> expected = new TreeMap<>(before);
        Stream.of(queues).forEach(queue -> expected.merge(queue, 1L, Long::sum));
        awaitAllQuiet();
        assertThat(lettersByQueue()).isEqualTo(expected);
    }

    private void awaitQuiet(Collection<String> orderIds) {
        awaitQuiet(orderIds.toArray(String[]::new));
    }

    /** Waits until nothing is on its way any more and no message of these orders has passed for a while. */
    private void awaitQuiet(String... orderIds) {
        Set<String> ids = Set.of(orderIds);
        awaitQuietOf(m -> m.orderId() != null && ids.contains(m.orderId()));
    }

    protected void awaitAllQuiet() {
        awaitQuietOf(m -> true);
    }

    /** Many orders have a long way on a small machine: as long as anything moves it is waited for. */
    private void awaitQuietOf(Predicate<Heard> wanted) {
        List<Integer> last = new ArrayList<>(List.of(-1));
        Motion motion = new Motion();
        await("quiet")
                .atMost(Duration.ofMinutes(10))
                .failFast("nothing moves any more, and something is left", motion::isOver)
                .pollInterval(Duration.ofMillis(150))
                .during(Duration.ofMillis(900))
                .until(() -> {
                    int heard = tap.heard(wanted).size();
                    return heard == last.set(0, heard) && isIdle();
                });
    }

    /** Messages pass, or at least become less. */
    private class Motion {

        private long heard;
        private long left;
        private long since = System.nanoTime();

        boolean isOver() {
            long heardNow = tap.heard(m -> true).size();
            if (heardNow != heard) {
                heard = heardNow;
                since = System.nanoTime();
            }
            if (System.nanoTime() - since < PATIENCE.toNanos()) {
                return false;
            }
            // Asked of the broker only now: it is work for it.
            long leftNow = tap.depth(queues());
            boolean over = leftNow == left;
            left = leftNow;
            since = System.nanoTime();
            return over;
        }
    }

    private boolean isIdle() {
        return camel.getRoutes().stream()
                        .filter(route -> route.getEndpoint().getEndpointUri().startsWith("spring-rabbitmq"))
                        .allMatch(route -> camel.getInflightRepository().size(route.getRouteId()) == 0)
                && tap.areEmpty(queues().stream()
                        .filter(name -> !name.equals("unroutable_queue"))
                        .toList());
    }

    protected String column(String select, Object... params) {
        return column(select, String.class, params);
    }

    protected <T> T column(String select, Class<T> type, Object... params) {
        return sql.sql(select).params(params).query(type).optional().orElse(null);
    }

    private List<String> rows(String select) {
        return sql.sql(select).query(String.class).list();
    }

    protected static UUID uuid(String id) {
        return UUID.fromString(id);
    }
}
