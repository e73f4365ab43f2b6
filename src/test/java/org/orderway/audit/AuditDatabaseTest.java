package org.orderway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Delivery;
import org.orderway.messages.EventIds;
import org.orderway.messages.FlowVersion;
import org.orderway.orders.OrderProcessing;
import org.orderway.orders.Timeline;
import org.orderway.orders.Trails;
import org.orderway.orders.UnknownOrder;
import org.orderway.testing.DatabaseTest;
import org.orderway.testing.EventBodies;
import org.orderway.testing.Incoming;
import org.springframework.beans.factory.annotation.Autowired;

class AuditDatabaseTest extends DatabaseTest {

    @Autowired
    private Audit audit;

    @Autowired
    private FlowVersion flow;

    @Autowired
    private AuditTrail trails;

    @Autowired
    private OrderProcessing processing;

    private final UUID order = UUID.randomUUID();

    @Test
    void keepsAnEventOnce() {
        audit.append(delivery("m-1", "order.created", "{\"orderId\": \"" + order + "\"}"));
        audit.append(delivery("m-1", "order.created", "{\"orderId\": \"" + order + "\"}"));
        audit.append(delivery("m-2", "order.created", "{\"orderId\": \"" + order + "\"}"));

        assertThat(count("audit_events")).isEqualTo(2);
    }

    @Test
    void everyEntrySaysUnderWhichVersionOfTheRoutesItWasMade() {
        audit.append(delivery("m-1", "order.created", "{\"orderId\": \"" + order + "\"}"));

        assertThat(jdbc.sql("select flow_version from audit_events")
                        .query(String.class)
                        .single())
                .matches("[0-9a-f]{12}")
                .isEqualTo(flow.current());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "not json",
                "{",
                "[1, 2]",
                "\"text\"",
                "null",
                "{\"a\": \"\\u0000\"}",
                "{\"a\": \"\\ud800\"}",
                "a\u0000b",
                "{\"orderId\": 17, \"occurredAt\": \"yesterday\"}",
                "{\"orderId\": \"x\", \"occurredAt\": \"+999999999-01-01T00:00:00Z\"}",
                "{\"n\": 1e400000}",
                "{\"a\": 1, \"a\": 2}"
            })
    void keepsWhateverCame(String body) {
        audit.append(delivery("m-1", "order.anything", body));

        assertThat(count("audit_events")).isEqualTo(1);
    }

    @Test
    void tellsAllThatTheLatestOrdersSentAndNothingOfStrangers() {
        List<UUID> orders = IntStream.range(0, 3)
                .mapToObj(i -> UUID.fromString("0193a5c0-0000-7000-8000-00000000000" + i))
                .toList();
        for (UUID one : orders) {
            audit.append(delivery("c-" + one, "order.created", "{\"orderId\": \"" + one + "\"}"));
            audit.append(delivery("s-" + one, "order.shipped", "{\"orderId\": \"" + one + "\"}"));
        }
        audit.append(delivery(
                "m-1",
                "order.anything",
                "{\"orderId\": \"" + UUID.fromString("ffffffff-0000-4000-8000-000000000000") + "\"}"));

        assertThat(audit.latest(2))
                .extracting(Delivery::id)
                .containsExactly(
                        "c-" + orders.get(2), "s-" + orders.get(2), "c-" + orders.get(1), "s-" + orders.get(1));
    }

    @Test
    void keepsBytesThatAreNoText() {
        audit.append(new Delivery(
                "audit_queue",
                "order.x",
                "m-1",
                "order.x",
                order.toString(),
                Instant.EPOCH,
                null,
                0,
                Map.of(),
                new byte[] {(byte) 0xC3, 0x28, 0, (byte) 0xFF}));

        assertThat(audit.of(order)).hasSize(1);
    }

    @Test
    void tellsAnOrdersStoryOldestFirstWhicheverEventArrivedFirst() {
        audit.append(delivery("m-2", "order.shipped", body("order.shipped", "2026-11-20T10:00:05Z")));
        audit.append(delivery("m-1", "order.created", body("order.created", "2026-11-20T10:00:01.5Z")));
        audit.append(delivery("m-3", "order.failed.shipping", body("order.failed.shipping", "2026-11-20T10:00:09Z")));

        assertThat(audit.of(order))
                .extracting(Timeline.Entry::event)
                .containsExactly("order.created", "order.shipped", "order.failed.shipping");
        assertThat(audit.of(UUID.randomUUID())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "order.placed, normal lane",
        "order.inventory_checked, every line is held",
        "order.payment_success, 17.85 GBP captured",
        "order.shipping_prepared, Parcels OW1GB",
        "order.shipped, Parcels OW1GB",
        "order.failed, out_of_stock",
        "order.failed.inventory, Bug",
        "'order.invoiced', '2026-000001, 17.85 GBP'",
        "order.analytics.ended, FAILED"
    })
    void saysInAFewWordsWhatHappened(String type, String detail) {
        audit.append(delivery("m-1", type, body(type, "2026-11-20T10:00:05Z")));

        assertThat(audit.of(order)).extracting(Timeline.Entry::detail).containsExactly(detail);
    }

    @Test
    void saysWhatIsDueAtTheDoor() {
        Map<String, Object> body = EventBodies.of("order.payment_success", order);
        body.putAll(Map.of("method", "cod", "captured", 0, "due", 17.85));
        audit.append(delivery("m-1", "order.payment_success", Incoming.json(body)));

        assertThat(audit.of(order)).extracting(Timeline.Entry::detail).containsExactly("17.85 GBP due at the door");
    }

    @Test
    void aStrangersEventDoesNotSpoilTheStory() {
        audit.append(
                delivery("m-1", "order.payment_success", "{\"orderId\": \"" + order + "\", \"captured\": \"much\"}"));
        audit.append(delivery("m-2", "order.shipped", "{\"orderId\": \"" + order + "\"}"));
        audit.append(delivery("m-3", "order.failed", "{\"orderId\": \"" + order + "\", \"reason\": {\"a\": 1}}"));

        assertThat(audit.of(order)).hasSize(3);
    }

    // --- the chain

    @Test
    void anUntouchedTrailIsAsItWasWritten() {
        trail(5);
        audit.append(delivery("m-2", "order.fact", "{\"orderId\": \"" + order + "\"}"));
        audit.append(delivery("other", "order.fact", "{\"orderId\": \"" + UUID.randomUUID() + "\"}"));
        audit.append(delivery("of no order", "order.alarm.x", "{}"));

        assertThat(trails.faults(List.of(order))).isEmpty();
        assertThat(jdbc.sql("select link from audit_events where order_id = ? order by seq")
                        .param(order)
                        .query(Integer.class)
                        .list())
                .containsExactly(1, 2, 3, 4, 5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update audit_events set body = '{\"amount\": 1.0}' where event_id = 'm-3'",
                "update audit_events set body = null, body_text = 'x' where event_id = 'm-3'",
                "update audit_events set type = 'order.refunded' where event_id = 'm-3'",
                "update audit_events set routing_key = 'order.x' where event_id = 'm-3'",
                "update audit_events set event_id = 'm-9' where event_id = 'm-3'",
                "update audit_events set occurred_at = occurred_at + interval '1 microsecond' where event_id = 'm-3'",
                "update audit_events set recorded_at = recorded_at - interval '1 day' where event_id = 'm-3'",
                "update audit_events set hash = '' where event_id = 'm-3'",
                "update audit_events set order_id = gen_random_uuid() where event_id = 'm-3'",
                "update audit_events set link = 6 where event_id = 'm-3'",
                "delete from audit_events where event_id = 'm-1'",
                "delete from audit_events where event_id = 'm-3'",
                "delete from audit_events where event_id = 'm-5'",
                "delete from audit_events",
                "delete from audit_chains",
                "update audit_chains set links = 4, hash = (select hash from audit_events where event_id = 'm-4')",
                "insert into audit_events (event_id, order_id, type, routing_key, occurred_at, link, hash) select"
                        + " 'm-6', order_id, type, routing_key, now(), 6, hash from audit_events where event_id = 'm-5'",
                "insert into audit_events (event_id, order_id, type, routing_key, occurred_at, link, hash) select"
                        + " 'm-0', order_id, type, routing_key, now(), link, hash from audit_events where event_id = 'm-2'"
            })
    void whatWasTamperedWithIsFound(String tampering) {
        trail(5);

        transaction.executeWithoutResult(begun -> {
            jdbc.sql("set local session_replication_role = replica").update();
            assertThat(jdbc.sql(tampering).update()).isPositive();
        });

        assertThat(trails.faults(List.of(order))).singleElement().satisfies(fault -> {
            assertThat(fault.isMissing()).isFalse();
            assertThat(fault.found()).contains("entries there");
        });
    }

    @Test
    void nothingInTheTrailIsChangedOrTakenOut() {
        trail(1);

        for (String change : List.of("update audit_events set type = 'x'", "delete from audit_events")) {
            assertThatThrownBy(() -> jdbc.sql(change).update()).hasMessageContaining("audit_events is never changed");
        }
    }

    @Test
    void severalConsumersMakeOneChainOfAnOrder() throws Exception {
        List<Callable<Boolean>> deliveries = IntStream.rangeClosed(1, 40)
                .<Callable<Boolean>>mapToObj(n -> () -> {
                    audit.append(delivery("m-" + n, "order.fact", "{\"orderId\": \"" + order + "\"}"));
                    return true;
                })
                .toList();

        together(deliveries);

        assertThat(trails.faults(List.of(order))).isEmpty();
        assertThat(count("audit_events")).isEqualTo(40);
    }

    /** The lock of the chain is not the order's: recording waits for no step, and no step for the recording. */
    @Test
    void recordingDoesNotWaitForAStepOfTheOrder() {
        UUID placed = placed("S-1", line(1, "A", 1));

        transaction.executeWithoutResult(begun -> {
            jdbc.sql("select 1 from orders where id = ? for update")
                    .param(placed)
                    .query(Integer.class)
                    .single();
            assertThat(CompletableFuture.runAsync(
                            () -> audit.append(delivery("m-1", "order.fact", "{\"orderId\": \"" + placed + "\"}"))))
                    .succeedsWithin(Duration.ofSeconds(10));
        });
    }

    @Test
    void whatAnOrderSentAndTheTrailDoesNotHoldIsMissing() {
        UUID sent = placed("S-1", line(1, "A", 1));
        processing.create(sent);
        assertThat(trails.faults(List.of(sent))).as("it may be on its way").isEmpty();

        jdbc.sql("update orders set created_at = created_at - interval '1 hour'")
                .update();
        jdbc.sql("update outcomes set recorded_at = recorded_at - interval '1 hour'")
                .update();
        assertThat(missing(sent)).containsExactlyInAnyOrder("order.failed", "order.analytics.ended");
        jdbc.sql("delete from outbox").update();
        assertThat(missing(sent)).containsExactlyInAnyOrder("order.failed", "order.analytics.ended", "order.placed");

        jdbc.sql(
                        """
                        insert into retries (queue, message_id, order_id, retries, due_at, reason)
                        values ('audit_queue', ?, ?, 1, now(), 'HTTP 500')
                        """)
                .params(EventIds.of(sent, "order.failed", "-"), sent)
                .update();
        assertThat(missing(sent)).as("one waits for its retry").doesNotContain("order.failed");
        jdbc.sql("delete from retries").update();

        for (String type : List.of("order.failed", "order.analytics.ended", "order.placed")) {
            audit.append(delivery(EventIds.of(sent, type, "-"), type, "{\"orderId\": \"" + sent + "\"}"));
        }
        assertThat(trails.faults(List.of(sent))).isEmpty();
    }

    @Test
    void ofAnOrderThatCameOverTheExchangeNothingToldThatItWasPlaced() {
        UUID foreign = intake.acceptDelivered(request(null), List.of(line(1, "A", 1)), "normal", "m-1")
                .id();
        jdbc.sql("update orders set created_at = created_at - interval '1 hour'")
                .update();

        assertThat(trails.faults(List.of(foreign))).isEmpty();
    }

    @Test
    void whatCameOfTheOrderLaterIsMissedToo() {
        UUID sent = placed("S-1", line(1, "A", 1));
        jdbc.sql("delete from outbox").update();
        jdbc.sql("update orders set status = 'CANCELLED', moved_at = now() - interval '1 hour',"
                        + " promoted_at = now() - interval '1 hour', delayed_at = now() - interval '1 hour'")
                .update();

        assertThat(missing(sent)).containsExactlyInAnyOrder("order.cancelled", "order.delayed", "order.placed");
    }

    @Test
    void showsEachEntryWithItsPlaceAndHash() throws Exception {
        UUID placed = placed("S-1", line(1, "A", 1));
        audit.append(delivery("m-1", "order.fact", "{\"orderId\": \"" + placed + "\", \"amount\": 1.50}"));
        audit.append(delivery("m-2", "order.fact", "{\"orderId\": \"" + placed + "\"}"));

        String answer = mapper.writeValueAsString(trails.read(placed.toString()));
        JsonNode view = mapper.readTree(answer);

        assertThat(view.path("intact").asBoolean()).isTrue();
        assertThat(view.path("missing")).isEmpty();
        assertThat(view.path("entries").findValuesAsText("eventId")).containsExactly("m-1", "m-2");
        assertThat(view.path("entries").findValuesAsText("genuine")).containsExactly("true", "true");
        assertThat(view.path("entries").findValuesAsText("hash"))
                .allSatisfy(hash -> assertThat(hash).matches("[0-9a-f]{64}"))
                .doesNotHaveDuplicates();
        assertThat(answer).as("as exact as it came").contains("\"amount\":1.50");
        assertThatThrownBy(() -> trails.read(UUID.randomUUID().toString())).isInstanceOf(UnknownOrder.class);
    }

    private List<String> missing(UUID of) {
        return trails.faults(List.of(of)).stream()
                .filter(Trails.Fault::isMissing)
                .flatMap(fault ->
                        Stream.of(fault.found().replace("missing: ", "").split(", ")))
                .toList();
    }

    private void trail(int entries) {
        for (int n = 1; n <= entries; n++) {
            audit.append(delivery(
                    "m-" + n, "order.fact", "{\"amount\": 1.50, \"b\": " + n + ", \"orderId\": \"" + order + "\"}"));
        }
    }

    private String body(String type, String at) {
        Map<String, Object> body = EventBodies.of(type, order);
        body.put("occurredAt", at);
        return Incoming.json(body);
    }

    private static Delivery delivery(String id, String type, String body) {
        return new Delivery(
                "audit_queue",
                type,
                id,
                type,
                null,
                Instant.parse("2026-11-20T10:00:00Z"),
                "application/json",
                0,
                Map.of(),
                body.getBytes(StandardCharsets.UTF_8));
    }
}
