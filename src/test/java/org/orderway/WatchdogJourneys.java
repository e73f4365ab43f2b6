package org.orderway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.orderway.testing.ChildJvm;
import org.orderway.testing.Shop;
import org.orderway.testing.Tap;
import org.orderway.testing.Tap.Heard;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.Binding.DestinationType;
import org.springframework.amqp.core.Queue;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The watchdog beside a shop at work: silent while all is well, loud and helpful when something is lost. */
@SpringBootTest(
        webEnvironment = WebEnvironment.DEFINED_PORT,
        properties = {
            "orderway.samples.feed=false",
            "orderway.simulators.delivered-after=0s",
            "orderway.topology.retry-delays=200ms,300ms",
            "orderway.payment.gateway.response-timeout=1000",
            "orderway.simulators.lost-answer=2000",
            "orderway.watchdog.look-every=200",
            "orderway.watchdog.sum-every=2s",
            "orderway.watchdog.nudge-every=200",
            "orderway.watchdog.confirm-after=4s",
            "orderway.watchdog.stuck-after=6s",
            "orderway.watchdog.grace=15s",
            "orderway.watchdog.compare-every=500",
        })
@Import(OrderJourneys.Listening.class)
@DirtiesContext
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class WatchdogJourneys {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int FIRST = 1;

    @Autowired
    private JdbcClient sql;

    @Autowired
    private Tap tap;

    @Autowired
    private CamelContext camel;

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private AmqpAdmin amqp;

    @LocalServerPort
    private int port;

    private Shop shop;

    @DynamicPropertySource
    static void address(DynamicPropertyRegistry registry) {
        int port = ChildJvm.freePort();
        registry.add("server.port", () -> port);
    }

    @BeforeEach
    void openShop() {
        shop = new Shop(port);
    }

    @Test
    @Order(FIRST)
    void aHundredMixedOrdersRaiseNoAlarm() {
        shop.stock("PLENTY", 1000, "2.50", "GBP");
        shop.stock("FEW", 3, "2.50", "GBP");
        shop.stock("PATIENCE", null, "2.50", "GBP");
        List<String> placed = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            placed.add(place("prepaid", "tok_ok", "PLENTY", "2.50"));
            placed.add(place("cod", null, "PLENTY", "2.50"));
            placed.add(place("prepaid", "tok_declined", "PLENTY", "2.50"));
            placed.add(place("prepaid", "tok_ok", "FEW", "2.50"));
            placed.add(place("prepaid", "tok_ok", "NOBODY-KNOWS", "2.50"));
            placed.add(place("prepaid", "tok_ok", "PATIENCE", "2.50"));
            placed.add(place("prepaid", "tok_ok", "PLENTY", "0"));
            placed.add(place("prepaid", i == 0 ? "tok_timeout" : "tok_ok", "PLENTY", "2.50"));
            String cancelled = place("prepaid", "tok_ok", "PLENTY", "2.50");
            shop.send("POST", "/orders/" + cancelled + "/cancel", "application/json", "{}");
            placed.add(cancelled);
            placed.add(place("cod", null, "FEW", "2.50"));
        }
        await("all came to an end").atMost(PATIENCE).untilAsserted(() -> assertThat(statuses(placed))
                .isSubsetOf("SHIPPED", "FAILED", "CANCELLED", "RETURNED"));
        placed.stream()
                .filter(id -> status(id).equals("SHIPPED"))
                .limit(3)
                .forEach(id -> shop.send("POST", "/orders/" + id + "/return", "application/json", "{}"));

        Instant end = Instant.now();
        await("it looked for longer than the time it gives to mend things")
                .atMost(PATIENCE)
                .until(() -> Instant.parse(shop.invariants().path("lookedAt").asText())
                        .isAfter(end.plusSeconds(17)));

        assertThat(tap.heard(m -> m.routingKey().startsWith("order.alarm."))).isEmpty();
        assertThat(column("select count(*) from violations", Long.class))
                .as("not even a suspicion")
                .isZero();
        assertThat(column("select count(*) from nudges", Long.class)).isZero();
        JsonNode report = shop.invariants();
        assertThat(report.path("invariants")).hasSizeGreaterThan(10).allSatisfy(invariant -> assertThat(
                        invariant.path("violations").asInt())
                .as(invariant.path("rule").asText())
                .isZero());
        assertThat(report.path("money")).hasSize(1).allSatisfy(sums -> {
            assertThat(sums.path("owed").decimalValue()).isZero();
            assertThat(sums.path("captured")
                            .decimalValue()
                            .subtract(sums.path("refunded").decimalValue()))
                    .isPositive()
                    .isEqualByComparingTo(sums.path("value").decimalValue());
        });
    }

    @Test
    void anOrderWhoseMessageIsLostIsShippedAllTheSame() throws Exception {
        shop.stock("LOST", 100, "2.50", "GBP");
        Map<String, String> consumers = new LinkedHashMap<>();
        consumers.put("orders-process-normal", "order_queue");
        consumers.put("inventory-reserve", "inventory_queue");
        consumers.put("payment-hand-over", "payment_queue");
        consumers.put("payment-charge", "prepaid_payment_queue");
        consumers.put("shipping-ship", "shipping_queue");
        List<String> lost = new ArrayList<>();
        for (Map.Entry<String, String> consumer : consumers.entrySet()) {
            camel.getRouteController().stopRoute(consumer.getKey());
            String id = place("prepaid", "tok_ok", "LOST", "2.50");
            assertThat(tap.steal(consumer.getValue()).orderId()).isEqualTo(id);
            camel.getRouteController().startRoute(consumer.getKey());
            lost.add(id);
        }

        assertThat(lost).allSatisfy(id -> {
            Heard alarm = tap.awaitHeard(
                    "an alarm about " + id,
                    m -> id.equals(m.orderId()) && m.routingKey().equals("order.alarm.order_moving"));
            assertThat(alarm.text()).contains("waits for the step").doesNotContain("Ada");
            await("order " + id).atMost(PATIENCE).untilAsserted(() -> assertThat(status(id))
                    .isEqualTo("SHIPPED"));
            assertThat(column(
                            "select count(*) from simulators.charges where key like '%' || ? and status = 'captured'",
                            Long.class, id))
                    .isEqualTo(1);
            assertThat(column("select count(*) from simulators.shipments where key like '%' || ?", Long.class, id))
                    .isEqualTo(1);
            assertThat(column("select times from nudges where order_id = ?", Integer.class, UUID.fromString(id)))
                    .isEqualTo(1);
        });
        assertThat(shop.product("LOST").path("onHand").asInt()).isEqualTo(95);
        await("nothing is wrong any more").atMost(PATIENCE).untilAsserted(() -> assertThat(evidence("order_moving"))
                .isEmpty());
    }

    @Test
    void aDriftOfTheStockIsToldWithItsEvidenceUntilItIsMended() {
        shop.stock("DRIFT", 10, "2.50", "GBP");
        sql.sql("update products set reserved = reserved + 1 where sku = 'DRIFT'")
                .update();

        await("the evidence").atMost(PATIENCE).untilAsserted(() -> assertThat(evidence("stock_reserved"))
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.path("sku").asText()).isEqualTo("DRIFT");
                    assertThat(one.path("expected").asText()).isEqualTo("held by orders 0");
                    assertThat(one.path("found").asText()).isEqualTo("reserved 1");
                }));
        tap.awaitHeard("the alarm", m -> m.routingKey().equals("order.alarm.stock_reserved"));
        await("the trail").atMost(PATIENCE).untilAsserted(() -> assertThat(column(
                        "select body ->> 'subject' from audit_events where type = 'order.alarm.stock_reserved'",
                        String.class))
                .isEqualTo("DRIFT"));
        assertThat(meters.get("orderway.invariant.violations")
                        .tag("invariant", "stock_reserved")
                        .gauge()
                        .value())
                .isEqualTo(1);

        sql.sql("update products set reserved = reserved - 1 where sku = 'DRIFT'")
                .update();

        await("mended").atMost(PATIENCE).untilAsserted(() -> assertThat(evidence("stock_reserved"))
                .isEmpty());
    }

    @Test
    void aBindingThatSomebodyTookAwayAndAQueueThatSomebodyAddedAreToldUntilAllIsAsItWas() {
        Binding taken =
                new Binding("warehouse_queue", DestinationType.QUEUE, "inventory_events", "inventory.low", Map.of());
        Queue added = new Queue("a_spy", true);
        amqp.removeBinding(taken);
        amqp.declareQueue(added);
        amqp.declareBinding(new Binding("a_spy", DestinationType.QUEUE, "order_events", "order.created", Map.of()));

        await("the evidence").atMost(PATIENCE).untilAsserted(() -> assertThat(evidence("topology_as_written"))
                .extracting(one ->
                        one.path("broker").asText() + ": " + one.path("found").asText())
                .containsExactlyInAnyOrder(
                        "binding inventory_events inventory.low of warehouse_queue: not there",
                        "queue a_spy: there, but not in the table"));
        tap.awaitHeard(
                "the alarm",
                m -> m.routingKey().equals("order.alarm.topology_as_written")
                        && m.text().contains("warehouse_queue"));

        amqp.deleteQueue("a_spy");
        amqp.declareBinding(taken);

        await("as it was").atMost(PATIENCE).untilAsserted(() -> assertThat(evidence("topology_as_written"))
                .isEmpty());
    }

    private String place(String method, String token, String sku, String price) {
        ObjectNode form = OrderJourneys.line(OrderJourneys.form(method, token), sku, 1, price);
        return shop.place(form.put("priority", sku.equals("FEW")));
    }

    private List<JsonNode> evidence(String invariant) {
        List<JsonNode> evidence = new ArrayList<>();
        shop.invariants().path("invariants").forEach(one -> {
            if (one.path("invariant").asText().equals(invariant)) {
                one.path("evidence").forEach(evidence::add);
            }
        });
        return evidence;
    }

    private Set<String> statuses(List<String> ids) {
        return Set.copyOf(ids.stream().map(this::status).toList());
    }

    private String status(String id) {
        return column("select status from orders where id = ?", String.class, UUID.fromString(id));
    }

    private <T> T column(String select, Class<T> type, Object... params) {
        return sql.sql(select).params(params).query(type).optional().orElse(null);
    }
}
