package org.orderway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Delivery;
import org.orderway.orders.Timeline;
import org.orderway.testing.DatabaseTest;
import org.orderway.testing.EventBodies;
import org.orderway.testing.Incoming;
import org.springframework.beans.factory.annotation.Autowired;

class AuditDatabaseTest extends DatabaseTest {

    @Autowired
    private Audit audit;

    private final UUID order = UUID.randomUUID();

    @Test
    void keepsAnEventOnce() {
        audit.append(delivery("m-1", "order.created", "{\"orderId\": \"" + order + "\"}"));
        audit.append(delivery("m-1", "order.created", "{\"orderId\": \"" + order + "\"}"));
        audit.append(delivery("m-2", "order.created", "{\"orderId\": \"" + order + "\"}"));

        assertThat(count("audit_events")).isEqualTo(2);
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
