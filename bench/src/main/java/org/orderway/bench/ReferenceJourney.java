package org.orderway.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * Orderway's topology with as few messages an order as its settings allow: nobody hears a fact whom the hand-written
 * pipeline has no counterpart of. A queue that is left without work stays, bound to what does not happen here, for its
 * routes exist in every instance.
 */
final class ReferenceJourney {

    static final String ROLES =
            "orders,inventory,payment,shipping,notification,analytics,audit,finance,recommendations,outbox";

    /** Queues that would hear of every order, and a key of the same exchange that no order of the benchmark has. */
    private static final Map<String, String> IDLE = Map.of(
            "confirmation_delay_queue", "order.delayed",
            "invoice_queue", "order.backorder_filled",
            "fraud_queue", "payment.chargeback");

    private ReferenceJourney() {}

    /** Settings to be read beside the product's own. */
    static String of(Path settings) throws IOException {
        YAMLFactory yaml = new YAMLFactory();
        ObjectMapper mapper = new ObjectMapper(yaml);
        JsonNode topology = mapper.readerFor(JsonNode.class)
                .<JsonNode>readValues(yaml.createParser(settings.toFile()))
                .next()
                .path("orderway")
                .path("topology");
        ArrayNode queues = topology.path("queues").deepCopy();
        ArrayNode published = topology.path("published").deepCopy();
        List<String> facts = StreamSupport.stream(published.spliterator(), false)
                .filter(row -> row.path("exchange").asText().equals("order_events"))
                .map(row -> row.path("key").asText())
                .filter(key -> key.chars().filter(c -> c == '.').count() == 1 && !key.contains("*"))
                .toList();
        for (JsonNode row : queues) {
            ObjectNode queue = (ObjectNode) row;
            String name = row.path("name").asText();
            if (IDLE.containsKey(name)) {
                keys(queue, List.of(IDLE.get(name)));
            } else if (name.equals("notification_queue")) {
                keys(queue, facts.stream().filter(key -> !key.equals("order.shipping_prepared")).toList());
            } else if (name.equals("audit_queue")) {
                keys(queue, List.of("order.*", "order.normal.#", "order.priority.#", "order.failed.*", "order.alarm.*"));
            }
        }
        for (JsonNode row : published) {
            if (row.path("to") instanceof ArrayNode to && !IDLE.containsValue(row.path("key").asText())) {
                to.removeIf(queue -> IDLE.containsKey(queue.asText()));
            }
        }
        ObjectNode own = mapper.createObjectNode();
        own.withObject("/orderway").withObject("/topology").<ObjectNode>set("queues", queues).set("published", published);
        return mapper.writeValueAsString(own);
    }

    private static void keys(ObjectNode queue, List<String> keys) {
        ArrayNode own = queue.putArray("keys");
        keys.forEach(own::add);
    }
}
