package org.orderway;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
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
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.stubbing.StubMapping;
import com.rabbitmq.client.AMQP.BasicProperties;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.testing.Browser;
import org.orderway.testing.ChildJvm;
import org.orderway.testing.Shop;
import org.orderway.testing.Shop.Answer;
import org.orderway.testing.Tap;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.Queue;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * What becomes of messages that fail for good: they are collected, told to the operator, and replayed or discarded by a
 * person, without an order being charged or shipped twice. The same on every broker; a subclass says on which.
 */
@SpringBootTest(
        webEnvironment = WebEnvironment.DEFINED_PORT,
        properties = {
            "orderway.samples.feed=false",
            "orderway.simulators.delivered-after=0s",
            "orderway.topology.max-retries=" + DeadLetterJourneys.MAX_RETRIES,
            "orderway.topology.retry-delays=100ms,200ms",
            "orderway.retry.quick-redeliveries=0",
            "orderway.payment.gateway.call-margin=2s",
            "orderway.shipping.carrier.call-margin=2s",
            "orderway.payment.gateway.response-timeout=2000",
            "orderway.shipping.carrier.response-timeout=2000",
            "spring.test.observability.auto-configure=true",
            "orderway.tracing.enabled=true",
            "orderway.failures.alert-check=300",
            "orderway.failures.measure-every=300",
            "orderway.failures.replay.every=100",
            "orderway.failures.replay.per-second=40",
        })
@Import({OrderJourneys.Listening.class, DeadLetterJourneys.Spans.class})
@DirtiesContext
abstract class DeadLetterJourneys {

    static final int MAX_RETRIES = 2;

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String JSON = "application/json";
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /** Stands before the carrier: passes calls on to the simulated one, unless a test breaks it for some postcodes. */
    private static WireMockServer carrier;

    @Autowired
    private JdbcClient sql;

    @Autowired
    private Tap tap;

    @Autowired
    private Declarables declarables;

    @Autowired
    private InMemorySpanExporter spans;

    @LocalServerPort
    private int port;

    private Shop shop;

    /** A mail as it left. */
    record Letter(String to, String subject, String text) {}

    /** All mails that left so far. */
    abstract List<Letter> mails();

    /** Keeps what would be sent to a collector of traces. */
    @TestConfiguration(proxyBeanMethods = false)
    static class Spans {

        @Bean
        InMemorySpanExporter spans() {
            return InMemorySpanExporter.create();
        }
    }

    @DynamicPropertySource
    static void addresses(DynamicPropertyRegistry registry) {
        int port = ChildJvm.freePort();
        carrier = new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
        carrier.start();
        carrier.stubFor(any(anyUrl())
                .atPriority(10)
                .willReturn(aResponse().proxiedFrom("http://127.0.0.1:" + port + "/simulators/carrier")));
        String carrierUrl = carrier.baseUrl();
        registry.add("server.port", () -> port);
        registry.add("orderway.shipping.carrier.url", () -> carrierUrl);
    }

    @AfterAll
    static void stopCarrier() {
        carrier.stop();
    }

    @BeforeEach
    void openShop() {
        shop = new Shop(port);
    }

    // --- what can be seen from outside

    /** The trace that the shop began, through its retries too. */
    @Test
    void aTraceFollowsAnOrderThroughEveryQueueItPasses() {
        carrier.stubFor(post(urlPathEqualTo("/shipments"))
                .atPriority(1)
                .inScenario("the carrier fails once")
                .whenScenarioStateIs(Scenario.STARTED)
                .withRequestBody(matchingJsonPath("$.shipTo.postcode", equalTo("TRACED")))
                .willReturn(aResponse().withStatus(500))
                .willSetStateTo("it is well again"));
        String trace = UUID.randomUUID().toString().replace("-", "");
        String shopsSpan = trace.substring(16);
        String id = Shop.accepted(shop.send(
                "POST",
                "/orders",
                JSON,
                form("TRACED").toString(),
                "traceparent",
                "00-" + trace + "-" + shopsSpan + "-01"));
        awaitStatus(id, "SHIPPED");
        Set<String> passed = Set.of(
                "POST",
                "order_queue process",
                "inventory_queue process",
                "payment_queue process",
                "prepaid_payment_queue process",
                "shipping_queue process",
                "invoice_queue process",
                "notification_queue process",
                "analytics_queue process",
                "audit_queue process");

        // A span is known once it ends: after what it published has gone on, and after those that follow it.
        await("the whole trace").atMost(PATIENCE).untilAsserted(() -> {
            List<SpanData> all = ofTrace(trace);
            assertThat(all).extracting(SpanData::getName).containsAll(passed);
            Set<String> known = all.stream().map(SpanData::getSpanId).collect(Collectors.toSet());
            known.add(shopsSpan);
            assertThat(all).as("one tree").allSatisfy(span -> assertThat(known).contains(span.getParentSpanId()));
            assertThat(all).filteredOn(span -> !span.getName().equals("POST")).allSatisfy(span -> assertThat(
                            span.getAttributes().get(AttributeKey.stringKey("orderway.order")))
                    .isEqualTo(id));
            assertThat(all)
                    .as("once in vain, and once again")
                    .filteredOn(span -> span.getName().equals("shipping_queue process"))
                    .hasSize(2);
        });
    }

    @Test
    void whatAlertsAndDashboardAskForIsTold() throws Exception {
        Set<String> asked = new TreeSet<>();
        for (String file : List.of("ops/prometheus/alerts.yml", "ops/grafana/dashboards/orderway.json")) {
            Pattern.compile("\\b(orderway|camel|hikaricp|jvm|process)_[a-z_]+")
                    .matcher(Files.readString(Path.of(file)))
                    .results()
                    .forEach(name -> asked.add(name.group()));
        }
        assertThat(asked).hasSizeGreaterThan(10);
        StubMapping broken = broken("METRICS", 511);
        String parked = place("METRICS");
        JsonNode letter = awaitLetter(parked);
        awaitStatus(place("LS1"), "SHIPPED");

        await("all of them").atMost(PATIENCE).untilAsserted(() -> {
            String told = metrics();
            assertThat(asked).allSatisfy(name -> assertThat(told).containsPattern("\n" + name + "[{ ]"));
            assertThat(told).as("ids as labels").doesNotContain(parked);
        });

        carrier.removeStub(broken);
        decide(letter, "replay");
        awaitStatus(parked, "SHIPPED");
    }

    private List<SpanData> ofTrace(String trace) {
        return spans.getFinishedSpanItems().stream()
                .filter(span -> span.getTraceId().equals(trace))
                .toList();
    }

    // --- one letter

    /** Whoever answers for the carrier may not send us to another machine. */
    @Test
    void anAnswerThatPointsElsewhereIsAFailureAndNobodyIsAskedThere() {
        StubMapping moved = carrier.stubFor(post(urlPathEqualTo("/shipments"))
                .withRequestBody(matchingJsonPath("$.shipTo.postcode", equalTo("MOVED")))
                .willReturn(aResponse().withStatus(307).withHeader("Location", carrier.baseUrl() + "/elsewhere")));
        String id = place("MOVED");

        JsonNode letter = awaitLetter(id);

        assertThat(letter.path("reason").asText()).startsWith("HTTP 307 from ");
        assertThat(carrier.findAll(anyRequestedFor(urlPathEqualTo("/elsewhere"))))
                .isEmpty();
        carrier.removeStub(moved);
        decide(letter, "replay");
        awaitStatus(id, "SHIPPED");
    }

    @Test
    void aMessageThatAlwaysFailsIsOneLetterAndReplayedOnceItsCauseIsGone() {
        StubMapping broken = broken("FAILS-1", 500);
        String id = place("FAILS-1");

        JsonNode letter = awaitLetter(id);
        assertThat(letter.path("queue").asText()).isEqualTo("shipping_queue");
        assertThat(letter.path("reason").asText()).startsWith("HTTP 500 from ");
        assertThat(bookings(id)).as("attempts").isEqualTo(MAX_RETRIES + 1);
        assertThat(letters(id)).isEqualTo(1);
        JsonNode order = shop.order(id);
        assertThat(order.path("needsAttention").asBoolean()).isTrue();
        assertThat(order.path("status").asText()).isEqualTo("PAID");
        JsonNode whole = get("/ops/dead-letters/" + letter.path("id").asLong());
        assertThat(whole.path("order").asText()).isEqualTo(id);
        assertThat(whole.at("/headers/origin-queue").asText()).isEqualTo("shipping_queue");
        assertThat(whole.path("retries").asInt()).isEqualTo(MAX_RETRIES);
        assertThat(whole.path("body").asText()).contains(id);
        String fingerprint = whole.path("fingerprint").asText();

        await("the operator hears of it").atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(mails())
                .filteredOn(mail -> mail.text().contains(fingerprint))
                .singleElement()
                .satisfies(mail -> assertThat(mail.to()).isEqualTo("operator@example.invalid"))
                .satisfies(mail -> assertThat(mail.subject()).isEqualTo("Orderway: shipping_queue fails: HTTP 500")));
        await("the metrics tell it").atMost(PATIENCE).untilAsserted(() -> assertThat(metrics())
                .containsPattern(
                        "orderway_failures_total\\{[^}]*kind=\"technical\"[^}]*queue=\"shipping_queue\"[^}]*} [1-9]")
                .containsPattern("orderway_dead_letters_open\\{[^}]*queue=\"shipping_queue\"[^}]*} [1-9]"));

        carrier.removeStub(broken);
        assertThat(decide(letter, "replay").status()).isEqualTo(200);

        awaitStatus(id, "SHIPPED");
        assertThat(shop.order(id).path("needsAttention").asBoolean()).isFalse();
        await("handled").atMost(PATIENCE).untilAsserted(() -> assertThat(
                        get("/ops/dead-letters/" + letter.path("id").asLong())
                                .path("handledAt")
                                .isTextual())
                .isTrue());
        assertThat(charges(id)).isEqualTo(1);
        assertThat(parcels(id)).isEqualTo(1);
        assertThat(letters(id)).isEqualTo(1);
    }

    @Test
    void aReplayThatFailsAgainIsALetterOfItsOwnAndTwoPeopleReplayItOnce() {
        StubMapping broken = broken("FAILS-2", 501);
        String id = place("FAILS-2");
        JsonNode first = awaitLetter(id);

        List<Integer> answers = Stream.generate(() -> shop.sendAsync(
                        "POST",
                        "/ops/dead-letters/" + first.path("id").asLong() + "/replay",
                        JSON,
                        decision().toString()))
                .limit(5)
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .map(Answer::status)
                .toList();

        assertThat(answers).containsExactlyInAnyOrder(200, 409, 409, 409, 409);
        await("dead again").atMost(PATIENCE).untilAsserted(() -> assertThat(letters(id))
                .isEqualTo(2));
        JsonNode second = awaitLetter(id);
        JsonNode whole = get("/ops/dead-letters/" + second.path("id").asLong());
        assertThat(whole.path("round").asInt()).isEqualTo(1);
        assertThat(whole.path("messageId").asText())
                .isEqualTo(get("/ops/dead-letters/" + first.path("id").asLong())
                        .path("messageId")
                        .asText());
        assertThat(bookings(id)).isEqualTo(2 * (MAX_RETRIES + 1));
        await("told twice").atMost(PATIENCE).untilAsserted(() -> assertThat(
                        shop.order(id).path("timeline").findValuesAsText("event"))
                .filteredOn("order.failed.shipping"::equals)
                .hasSize(2));

        carrier.removeStub(broken);
        assertThat(decide(second, "replay").status()).isEqualTo(200);
        awaitStatus(id, "SHIPPED");
        assertThat(charges(id)).isEqualTo(1);
        assertThat(parcels(id)).isEqualTo(1);
    }

    @Test
    void anOrderThatWasCancelledMeanwhileIsNotSetBackByAReplay() {
        StubMapping broken = broken("FAILS-3", 505);
        String id = place("FAILS-3");
        JsonNode letter = awaitLetter(id);
        assertThat(shop.send("POST", "/orders/" + id + "/cancel", JSON, "{}").status())
                .isEqualTo(202);
        awaitStatus(id, "CANCELLED");
        carrier.removeStub(broken);

        assertThat(decide(letter, "replay").status()).isEqualTo(200);

        await("handled").atMost(PATIENCE).until(() -> get("/ops/dead-letters/"
                        + letter.path("id").asLong())
                .path("handledAt")
                .isTextual());
        assertThat(status(id)).isEqualTo("CANCELLED");
        assertThat(parcels(id)).isZero();
    }

    @Test
    void anOrderWhoseLetterIsDiscardedIsCancelledAndMadeGoodFor() {
        StubMapping broken = broken("FAILS-4", 506);
        String id = place("FAILS-4");
        JsonNode letter = awaitLetter(id);

        Answer answer = decide(letter, "discard");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().at("/order/cancelled").asBoolean()).isTrue();
        awaitStatus(id, "CANCELLED");
        await("the money back").atMost(PATIENCE).untilAsserted(() -> assertThat(
                        shop.order(id).at("/payment/state").asText())
                .isEqualTo("refunded"));
        assertThat(held(id)).isZero();
        assertThat(parcels(id)).isZero();
        assertThat(shop.order(id).path("needsAttention").asBoolean()).isFalse();
        assertThat(decide(letter, "replay").status()).isEqualTo(409);
        assertThat(get("/ops/dead-letters/" + letter.path("id").asLong())
                        .at("/actions/0/by")
                        .asText())
                .isEqualTo("Ada");
        carrier.removeStub(broken);
    }

    // --- all letters of a kind

    @Test
    void aKindOfLettersIsReplayedInGrowingBatches() {
        StubMapping broken = broken("FAILS-5", 507);
        List<String> ids =
                IntStream.range(0, 30).mapToObj(n -> place("FAILS-5")).toList();
        ids.forEach(this::awaitLetter);
        String fingerprint = fingerprint(ids.get(0));
        assertThat(get("/ops/dead-letters?fingerprint=" + fingerprint)
                        .at("/groups/0/count")
                        .asInt())
                .isEqualTo(30);
        assertThat(mails())
                .filteredOn(mail -> mail.text().contains(fingerprint))
                .hasSizeLessThanOrEqualTo(1);
        carrier.removeStub(broken);

        JsonNode replay = startReplay(fingerprint);
        assertThat(replay.path("letters").asInt()).isEqualTo(30);

        JsonNode done = awaitEnd(replay);
        assertThat(done.path("state").asText()).as("%s", done).isEqualTo("done");
        assertThat(done.path("handled").asInt()).isEqualTo(30);
        assertThat(done.path("batch").asInt()).as("batches of 1, 2, 5, 20, 20").isGreaterThanOrEqualTo(5);
        ids.forEach(id -> {
            awaitStatus(id, "SHIPPED");
            assertThat(charges(id)).isEqualTo(1);
            assertThat(parcels(id)).isEqualTo(1);
        });
    }

    @Test
    void aReplayStopsByItselfWhileTheCauseIsStillThere() {
        broken("FAILS-6", 508);
        List<String> ids = IntStream.range(0, 8).mapToObj(n -> place("FAILS-6")).toList();
        ids.forEach(this::awaitLetter);

        JsonNode replay = startReplay(fingerprint(ids.get(0)));
        JsonNode stopped = awaitEnd(replay);

        assertThat(stopped.path("state").asText()).isEqualTo("stopped");
        assertThat(stopped.path("because").asText()).contains("failed again");
        assertThat(stopped.path("failed").asInt()).isEqualTo(1);
        assertThat(stopped.path("waiting").asInt()).isEqualTo(7);
        assertThat(ids.stream().mapToLong(this::letters).sum()).isEqualTo(9);
        assertThat(ids).allSatisfy(id -> assertThat(
                        shop.order(id).path("needsAttention").asBoolean())
                .isTrue());
    }

    // --- poison

    static Stream<Arguments> poison() {
        String nested = "[".repeat(20_000) + "]".repeat(20_000);
        String large = "{\"id\": \"" + "x".repeat(15 << 20) + "\"}";
        String foreign = "{\"id\": 1, \"product\": \"A\", \"quantity\": 0, \"price\": 1}";
        Map<String, Object> hostile = hostile("99");
        return Stream.of(
                Arguments.of("bad JSON for a lane", "order.normal.in", "order_queue", null, "{\"id\": 1", Map.of()),
                Arguments.of("wrong schema for a lane", "order.normal.in", "order_queue", null, foreign, Map.of()),
                Arguments.of("no text at all", "order.priority.in", "priority_order_queue", null, "\u0000", Map.of()),
                Arguments.of("deep nesting for a lane", "order.normal.in", "order_queue", null, nested, Map.of()),
                Arguments.of("fifteen mebibytes", "order.normal.in", "order_queue", null, large, Map.of()),
                Arguments.of("hostile headers", "order.normal.in", "order_queue", null, "{]", hostile),
                Arguments.of("bad JSON", "inventory_queue", "inventory_queue", "order.created", "{", Map.of()),
                Arguments.of("wrong schema", "inventory_queue", "inventory_queue", "order.created", "{}", hostile),
                Arguments.of("unknown type", "inventory_queue", "inventory_queue", "../../x", "{}", Map.of()),
                Arguments.of("deep nesting", "inventory_queue", "inventory_queue", "order.created", nested, hostile),
                Arguments.of("a forged failure", "order.failed.x", "failed_order_queue", null, "{\"a\": 1}", hostile));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("poison")
    void poisonIsOneLetterAndNowhereElse(
            String what, String key, String queue, String type, String body, Map<String, Object> headers) {
        long letters = count("select count(*) from dead_letters");
        long orders = count("select count(*) from orders");
        BasicProperties properties = new BasicProperties.Builder()
                .type(type)
                .headers(headers)
                .replyTo(headers.isEmpty() ? null : "audit_queue")
                .messageId(headers.isEmpty() ? null : "poison-" + NUMBERS.incrementAndGet())
                .build();

        String exchange = key.equals(queue) ? "order_return" : "order_events";
        tap.publish(exchange, key, properties, body.getBytes(StandardCharsets.UTF_8), 1);

        await("a letter").atMost(PATIENCE).untilAsserted(() -> assertThat(count("select count(*) from dead_letters"))
                .isEqualTo(letters + 1));
        awaitEmptyQueues();
        assertThat(count("select count(*) from dead_letters")).isEqualTo(letters + 1);
        assertThat(count("select count(*) from orders")).isEqualTo(orders);
        JsonNode letter = get("/ops/dead-letters/"
                + sql.sql("select max(id) from dead_letters").query(Long.class).single());
        assertThat(letter.path("queue").asText()).isEqualTo(queue);
        assertThat(letter.path("body").asText()).isEqualTo(body);
        assertThat(letter.path("retries").asInt()).isEqualTo(headers.isEmpty() ? 0 : 99);
        assertThat(tap.heard(m -> m.exchange().equals("order_retry") && m.text().equals(body)))
                .isEmpty();
        assertThat(tap.heard(m -> m.exchange().equals("order_dead") && m.text().equals(body)))
                .last()
                .satisfies(m -> assertThat(m.properties().getReplyTo()).isNull())
                .satisfies(m -> assertThat(m.header("To")).isNull());
        assertThat(mails()).noneMatch(mail -> mail.to().contains("victim"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "abc", "99"})
    void harmlessWordsInHostileHeadersDoNotHarmAGoodOrder(String retries) {
        String sku = stocked(5);
        String number = "H-" + NUMBERS.incrementAndGet();
        long letters = count("select count(*) from dead_letters");
        byte[] order = "{\"id\": \"%s\", \"product\": \"%s\", \"quantity\": 1, \"price\": 1}"
                .formatted(number, sku)
                .getBytes(StandardCharsets.UTF_8);
        BasicProperties properties = new BasicProperties.Builder()
                .headers(hostile(retries))
                .replyTo("audit_queue")
                .build();

        tap.publish("order_events", "order.normal.in", properties, order, 1);

        await("the order")
                .atMost(PATIENCE)
                .until(() -> shop.ordersByNumber(number).size() == 1);
        String id = shop.ordersByNumber(number).at("/0/id").asText();
        awaitStatus(id, "SHIPPED");
        awaitEmptyQueues();
        assertThat(count("select count(*) from dead_letters")).isEqualTo(letters);
        assertThat(parcels(id)).isEqualTo(1);
        assertThat(mails()).noneMatch(mail -> mail.to().contains("victim"));
    }

    // --- in a browser

    @Test
    @EnabledIfEnvironmentVariable(
            named = Browser.CHROMIUM,
            matches = ".+",
            disabledReason = "need a Chromium with its driver")
    void anOrderPlacedInTheBrowserIsSeenToArriveByKeyboardAlone() throws Exception {
        offered();
        try (Browser browser = new Browser("http://127.0.0.1:" + port, 1280, 900)) {
            browser.open("/");
            browser.tabTo("#quantity");
            assertThat(browser.showsFocus()).isTrue();
            browser.tabTo("form.try button");
            browser.press(Browser.ENTER);

            browser.awaitText("#order-status", "ed");
            String id = browser.path().replaceAll(".*order=", "");
            awaitStatus(id, "SHIPPED");
            browser.awaitText("#order-status", "shipped");
            browser.awaitText(".timeline", "order.shipped");
            assertThat(browser.script("return document.querySelector('[data-box=parcel]').classList.contains('done')")
                            .asBoolean())
                    .as("the parcel in the picture")
                    .isTrue();
            browser.awaitText("#live", "shipped");
            assertThat(browser.barriers()).isEmpty();
        }
    }

    @Test
    @EnabledIfEnvironmentVariable(
            named = Browser.CHROMIUM,
            matches = ".+",
            disabledReason = "need a Chromium with its driver")
    void anOperatorSeesOnTheDeskThatTheCarrierIsBrokenAndSendsTheLetterAgainByKeyboardAlone() throws Exception {
        StubMapping broken = broken("FAILS-9", 509);
        String id = place("FAILS-9");
        long letter = awaitLetter(id).path("id").asLong();
        try (Browser browser = new Browser("http://127.0.0.1:" + port, 1280, 900)) {
            browser.open("/desk");
            browser.awaitText(".verdict", "of shipping_queue failed for good: HTTP 509");
            assertThat(browser.barriers()).isEmpty();
            browser.open("/desk/orders/" + id);
            browser.awaitText(".troubles", "Failed for good in shipping_queue");
            browser.tabTo("#letter-" + letter);
            browser.press(Browser.ENTER);
            browser.awaitText("h1", "Dead letter " + letter);
            assertThat(browser.barriers()).isEmpty();

            carrier.removeStub(broken);
            browser.tabTo("#why-replay");
            browser.press("the carrier is back");
            browser.press(Browser.ENTER);

            browser.awaitText(".told", "sent again");
            browser.awaitText(".lead", "replayed");
            awaitStatus(id, "SHIPPED");
            assertThat(get("/ops/dead-letters/" + letter).path("actions").findValuesAsText("reason"))
                    .containsExactly("the carrier is back");
            browser.open("/desk/orders/" + id);
            browser.awaitText(".lead", "shipped");
        }
    }

    @Test
    @EnabledIfEnvironmentVariable(
            named = Browser.CHROMIUM,
            matches = ".+",
            disabledReason = "need a Chromium with its driver")
    void anOperatorLetsARoleRestAndStartsItAgainByKeyboardAlone() throws Exception {
        try (Browser browser = new Browser("http://127.0.0.1:" + port, 1280, 900)) {
            browser.open("/desk/routes");
            browser.tabTo("#role");
            browser.press("recommendations");
            browser.tabTo("#why-stop");
            browser.press("nobody recommends anything today");
            browser.press(Browser.ENTER);

            browser.awaitText(".told", "recommendations rests");
            browser.awaitText("[aria-labelledby=roles]", "nobody recommends anything today");
            assertThat(shop.roles())
                    .filteredOn(role -> !role.path("atWork").asBoolean())
                    .extracting(role -> role.path("role").asText())
                    .containsExactly("recommendations");
            assertThat(browser.barriers()).isEmpty();
            assertThat(browser.widthIn(360)).isLessThanOrEqualTo(360);

            browser.tabTo("#why-start-recommendations");
            browser.press("they do again");
            browser.press(Browser.ENTER);

            browser.awaitText(".told", "recommendations is at work");
        } finally {
            shop.role("recommendations", "start");
        }
    }

    @Test
    @EnabledIfEnvironmentVariable(
            named = Browser.CHROMIUM,
            matches = ".+",
            disabledReason = "need a Chromium with its driver")
    void everyPageFitsAPhoneAndKeepsNobodyOut() throws Exception {
        try (Browser browser = new Browser("http://127.0.0.1:" + port, 500, 800)) {
            for (String page : List.of(
                    "/",
                    "/desk",
                    "/desk/orders",
                    "/desk/dead-letters",
                    "/desk/reviews",
                    "/desk/routes",
                    "/desk/mails",
                    "/desk/api",
                    "/desk/api/messages",
                    "/ops/topology.html")) {
                browser.open(page);
                assertThat(browser.widthIn(360))
                        .as("the width of " + page + " on a small phone")
                        .isLessThanOrEqualTo(360);
                assertThat(browser.barriers()).as(page).isEmpty();
            }
        }
    }

    /** From now on the start page has an article to order. */
    private void offered() {
        stocked(50);
        await("the catalogue").atMost(PATIENCE).until(() -> !shop.products("available=true")
                .isEmpty());
    }

    private static Map<String, Object> hostile(String retries) {
        Map<String, Object> headers = new HashMap<>();
        headers.put("retries", retries);
        headers.put("replay-round", "-7");
        headers.put("To", "victim@example.org");
        headers.put("Subject", "Win");
        headers.put("CamelHttpUri", "http://127.0.0.1:1/elsewhere");
        headers.put("CamelSpringRabbitmqRoutingOverrideKey", "order.cancelled");
        headers.put("CamelSpringRabbitmqReplyTo", "audit_queue");
        headers.put("failure-reason", "of ada@example.org");
        headers.put("x-death", List.of(Map.of("queue", "order_queue", "count", 1_000_000L, "reason", "rejected")));
        return headers;
    }

    // --- doing

    /** From now on the carrier answers so when a parcel goes to that postcode. */
    private static StubMapping broken(String postcode, int status) {
        return carrier.stubFor(post(urlPathEqualTo("/shipments"))
                .withRequestBody(matchingJsonPath("$.shipTo.postcode", equalTo(postcode)))
                .willReturn(aResponse().withStatus(status)));
    }

    private String stocked(int pieces) {
        String sku = "SKU-" + NUMBERS.incrementAndGet();
        shop.stock(sku, pieces, "1.00", "GBP");
        return sku;
    }

    private String place(String postcode) {
        return shop.place(form(postcode));
    }

    private ObjectNode form(String postcode) {
        String customer = "c-" + NUMBERS.incrementAndGet();
        ObjectNode form = Shop.json().put("currency", "GBP");
        form.putObject("customer").put("id", customer).put("name", "Ada").put("email", customer + "@example.org");
        form.putObject("shipTo")
                .put("name", "Ada")
                .put("city", "London")
                .put("postcode", postcode)
                .put("country", "GB")
                .putArray("lines")
                .add("12 St James's Square");
        form.putObject("payment").put("method", "prepaid").put("token", "tok_ok");
        form.putArray("lines")
                .addObject()
                .put("sku", stocked(5))
                .put("quantity", 2)
                .put("unitPrice", "3");
        return form;
    }

    private static ObjectNode decision() {
        return Shop.json().put("by", "Ada").put("reason", "the carrier is well again");
    }

    private Answer decide(JsonNode letter, String decision) {
        return shop.send(
                "POST",
                "/ops/dead-letters/" + letter.path("id").asLong() + "/" + decision,
                JSON,
                decision().toString());
    }

    private JsonNode startReplay(String fingerprint) {
        Answer answer = shop.send(
                "POST",
                "/ops/dead-letters/replays",
                JSON,
                decision().put("fingerprint", fingerprint).toString());
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(202);
        return answer.body();
    }

    // --- looking

    private JsonNode get(String path) {
        Answer answer = shop.get(path);
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
        return answer.body();
    }

    /** The open dead letter that an order shows. */
    private JsonNode awaitLetter(String id) {
        return await("a dead letter of " + id)
                .atMost(PATIENCE)
                .until(() -> shop.order(id).path("deadLetters"), letters -> letters.size() == 1)
                .get(0);
    }

    private JsonNode awaitEnd(JsonNode replay) {
        return await("the end of the replay")
                .atMost(PATIENCE)
                .until(
                        () -> get(
                                "/ops/dead-letters/replays/" + replay.path("id").asLong()),
                        now -> !now.path("state").asText().equals("running"));
    }

    private void awaitStatus(String id, String status) {
        await("order " + id).atMost(PATIENCE).untilAsserted(() -> assertThat(status(id))
                .isEqualTo(status));
    }

    private void awaitEmptyQueues() {
        await("nothing on its way")
                .atMost(PATIENCE)
                .during(Duration.ofMillis(500))
                .until(() -> tap.areEmpty(declarables.getDeclarablesByType(Queue.class).stream()
                        .map(Queue::getName)
                        .filter(name -> !name.startsWith("confirmation_delay"))
                        .toList()));
    }

    private String fingerprint(String orderId) {
        return sql.sql("select fingerprint from dead_letters where order_id = ?")
                .param(UUID.fromString(orderId))
                .query(String.class)
                .single();
    }

    private String status(String id) {
        return shop.order(id).path("status").asText();
    }

    private long letters(String id) {
        return count("select count(*) from dead_letters where order_id = ?", UUID.fromString(id));
    }

    private long charges(String id) {
        return count("select count(*) from simulators.charges where key like '%' || ? and status = 'captured'", id);
    }

    private long parcels(String id) {
        return count("select count(*) from simulators.shipments where key like '%' || ?", id);
    }

    private long held(String id) {
        return count("select count(*) from reservations where order_id = ? and state = 'held'", UUID.fromString(id));
    }

    private static int bookings(String id) {
        return carrier.findAll(postRequestedFor(urlPathEqualTo("/shipments"))
                        .withHeader("Idempotency-Key", equalTo("shipment-" + id)))
                .size();
    }

    private long count(String select, Object... params) {
        return sql.sql(select).params(params).query(Long.class).single();
    }

    private String metrics() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/prometheus"))
                .header("Authorization", Shop.VIEWER)
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }
}
