package org.orderway.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.testing.EventBodies;
import org.orderway.testing.Incoming;

/** What a consumer takes for an event, and what it refuses to look at. */
class EventReaderTest {

    private static final UUID ORDER = UUID.fromString("0193a5c0-0000-7000-8000-000000000001");
    private static final Path SCHEMAS = Path.of("src/main/resources/schemas");

    private final EventReader reader = new EventReader(1_048_576);

    static List<String> types() throws IOException {
        try (Stream<Path> files = Files.list(SCHEMAS)) {
            return files.map(file -> file.getFileName().toString().replace(".schema.json", ""))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void readsAnEventOfEachSchema(String type) {
        Event event = reader.read(delivery(type, Incoming.json(EventBodies.of(type, ORDER))));

        assertThat(event.type()).isEqualTo(type);
        assertThat(event.orderId()).isEqualTo(ORDER);
        assertThat(event.occurredAt()).isEqualTo(Instant.parse("2026-11-20T10:00:01.234Z"));
    }

    @ParameterizedTest
    @MethodSource("types")
    void refusesAnEventThatLacksARequiredFieldOrHasItNullOrOfAnotherKind(String type) throws IOException {
        JsonNode schema = new ObjectMapper()
                .readTree(SCHEMAS.resolve(type + ".schema.json").toFile());
        assertThat(schema.get("required")).isNotEmpty();
        for (JsonNode required : schema.get("required")) {
            Map<String, Object> body = EventBodies.of(type, ORDER);
            assertThat(body.remove(required.asText())).as(required.asText()).isNotNull();
            refused(type, Incoming.json(body));
            if (!mayBeNull(schema, required.asText())) {
                body.put(required.asText(), null);
                refused(type, Incoming.json(body));
            }
            body.put(required.asText(), List.of("x"));
            refused(type, Incoming.json(body));
        }
    }

    private static boolean mayBeNull(JsonNode schema, String property) {
        for (JsonNode type : schema.at("/properties/" + property + "/type")) {
            if (type.asText().equals("null")) {
                return true;
            }
        }
        return false;
    }

    @Test
    void readsTheFailureOfAnyStepByOneSchema() {
        String body = Incoming.json(EventBodies.of("order.failed.inventory", ORDER));

        assertThat(reader.read(delivery("order.failed.inventory", body)).text("queue"))
                .isEqualTo("inventory_queue");
    }

    @Test
    void takesTheTimeOfTheMessageWhereTheBodyTellsNone() {
        Map<String, Object> body = EventBodies.of("order.created", ORDER);
        body.remove("occurredAt");

        assertThat(reader.read(delivery("order.created", Incoming.json(body))).occurredAt())
                .isEqualTo(Instant.EPOCH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "1",
                "\"text\"",
                "{",
                "{}{}",
                "{} trailing",
                "{/* comment */}",
                "{'orderId': 1}",
                "{\"orderId\": NaN}",
                "{\"a\": \"\\u0000\"}",
                "{\"orderId\": \"0193a5c0-0000-7000-8000-000000000001\", \"orderId\": \"x\"}",
                "{\"orderId\": \"../../etc/passwd\"}",
                "{\"total\": 1e999999999}"
            })
    void refusesWhatIsNoEvent(String body) {
        refused("order.created", body);
    }

    @Test
    void refusesABodyThatIsTooLargeTooDeepOrNotText() {
        refused("order.created", "{\"a\": \"" + "x".repeat(2_000_000) + "\"}");
        refused("order.created", "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000));
        refused("order.created", "[".repeat(1_000_000));
        assertThatThrownBy(() -> reader.read(delivery("order.created", new byte[] {(byte) 0xC3, 0x28, 0, 1})))
                .isInstanceOf(Unreadable.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "order.guessed",
                "",
                "..",
                "../db/migration/V1",
                "order.created.schema.json\u0000",
                "ORDER.CREATED"
            })
    void refusesATypeWithoutASchema(String type) {
        refused(type, Incoming.json(EventBodies.of("order.created", ORDER)));
    }

    @Test
    void saysWhereTheMistakeIsButNeverWhatStandsThere() {
        Map<String, Object> body = EventBodies.of("order.created", ORDER);
        body.put("total", "ada@example.org");

        assertThatThrownBy(() -> reader.read(delivery("order.created", Incoming.json(body))))
                .isInstanceOf(Unreadable.class)
                .hasMessageContaining("total")
                .hasMessageNotContaining("ada@example.org");
    }

    private void refused(String type, String body) {
        assertThatThrownBy(() -> reader.read(delivery(type, body)))
                .as(body.length() < 300 ? body : "a large body")
                .isInstanceOf(Unreadable.class)
                .hasNoCause();
    }

    private static Delivery delivery(String type, String body) {
        return delivery(type, body.getBytes(StandardCharsets.UTF_8));
    }

    private static Delivery delivery(String type, byte[] body) {
        return new Delivery(
                "inventory_queue", type, "m-1", type, null, Instant.EPOCH, "application/json", 0, Map.of(), body);
    }
}
