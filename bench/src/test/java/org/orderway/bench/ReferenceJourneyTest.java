package org.orderway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReferenceJourneyTest {

    /** Whoever hears of an order that is paid in advance, shipped whole, and nothing else. */
    private static final List<String> OF_EVERY_ORDER = List.of(
            "order_events order.normal.gb.home",
            "order_events order.created",
            "order_events order.inventory_checked",
            "order_payment prepaid",
            "order_events order.payment_success",
            "order_events order.shipped");

    @Test
    void whoHearsOfAnOrderIsAsManyAsInTheHandWrittenPipeline() {
        List<List<String>> receivers = OF_EVERY_ORDER.stream().map(this::receivers).toList();

        assertThat(receivers.get(0)).containsExactly("order_queue", "audit_queue");
        assertThat(receivers.get(1)).containsExactly("inventory_queue", "notification_queue", "audit_queue");
        assertThat(receivers.get(2)).containsExactly("payment_queue", "notification_queue", "audit_queue");
        assertThat(receivers.get(3)).containsExactly("prepaid_payment_queue");
        assertThat(receivers.get(4)).containsExactly("shipping_queue", "notification_queue", "audit_queue");
        assertThat(receivers.get(5)).containsExactly("notification_queue", "audit_queue", "recommendation_queue");
    }

    @Test
    void factsThatOnlyOrderwayTellsReachOneQueueEach() {
        assertThat(receivers("order_events order.analytics.created")).containsExactly("analytics_queue");
        assertThat(receivers("order_events order.analytics.ended")).containsExactly("analytics_queue");
        assertThat(receivers("order_events order.shipping_prepared")).containsExactly("audit_queue");
        assertThat(receivers("payment_events payment.succeeded")).containsExactly("finance_queue");
    }

    @Test
    void nobodyIsPromisedAMessageThatDoesNotReachHim() {
        for (JsonNode row : topology().path("published")) {
            List<String> receivers = receivers(row.path("exchange").asText() + " "
                    + row.path("key").asText().replace("*", "x"));
            row.path("to").forEach(queue -> {
                if (!row.path("key").asText().isEmpty()) {
                    assertThat(receivers).as(row.toString()).contains(queue.asText());
                }
            });
        }
    }

    private List<String> receivers(String message) {
        String exchange = message.substring(0, message.indexOf(' '));
        String key = message.substring(message.indexOf(' ') + 1);
        List<String> receivers = new ArrayList<>();
        for (JsonNode queue : topology().path("queues")) {
            if (queue.path("enabled").asText("").startsWith("${orderway.examples")) {
                continue;
            }
            boolean bound = isBound(queue, exchange, key);
            for (JsonNode also : queue.path("also")) {
                bound |= isBound(also, exchange, key);
            }
            if (bound) {
                receivers.add(queue.path("name").asText());
            }
        }
        return receivers;
    }

    private static boolean isBound(JsonNode binding, String exchange, String key) {
        boolean bound = false;
        for (JsonNode pattern : binding.path("keys")) {
            String regex = pattern.asText()
                    .replace(".", "\\.")
                    .replace("*", "[^.]+")
                    .replace("\\.#", "(\\..+)?");
            bound |= binding.path("exchange").asText().equals(exchange) && key.matches(regex);
        }
        return bound;
    }

    private static JsonNode topology() {
        try {
            return new ObjectMapper(new YAMLFactory())
                    .readTree(ReferenceJourney.of(Path.of("..", "application.yml")))
                    .path("orderway")
                    .path("topology");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
