package org.orderway.messages;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The names of events, and messages written into the database and read back. */
class MessagesTest {

    private static final UUID ORDER = UUID.fromString("0193a5c0-0000-7000-8000-000000000001");

    @Test
    void theSameOccurrenceHasTheSameNameEverywhereAndForEver() {
        assertThat(EventIds.of(ORDER, "order.created", EventIds.ONCE))
                .isEqualTo(EventIds.of(UUID.fromString(ORDER.toString()), "order.created", "-"))
                .isEqualTo("e3d7b146-2b6c-5a88-892c-02368159a8d2");
        assertThat(UUID.fromString(EventIds.of(ORDER, "order.created", "-")).version())
                .isEqualTo(5);
    }

    @Test
    void anotherOccurrenceHasAnotherName() {
        List<String> names = List.of(
                EventIds.of(ORDER, "order.created", "-"),
                EventIds.of(ORDER, "order.shipped", "-"),
                EventIds.of(ORDER, "order.refunded", "refund-1"),
                EventIds.of(ORDER, "order.refunded", "refund-2"),
                EventIds.of(UUID.fromString("0193a5c0-0000-7000-8000-000000000002"), "order.created", "-"));

        assertThat(names).doesNotHaveDuplicates();
    }

    @Test
    void aMessageWithoutANameIsNamedByTypeAndBody() {
        byte[] body = bytes("{}");

        assertThat(EventIds.ofContent("order.normal.in", body))
                .isEqualTo(EventIds.ofContent("order.normal.in", bytes("{}")))
                .isNotEqualTo(EventIds.ofContent("order.normal.gb", body))
                .isNotEqualTo(EventIds.ofContent("order.normal.in", bytes("{ }")));
        assertThat(EventIds.ofContent("a", bytes("bc"))).isNotEqualTo(EventIds.ofContent("ab", bytes("c")));
        assertThat(EventIds.ofContent(null, new byte[0])).isNotBlank();
    }

    @Test
    void messagesComeBackByteForByte() {
        MessageCodec codec = new MessageCodec(new ObjectMapper());
        Map<String, Object> headers = new HashMap<>(Map.of("retries", 2, "failure-reason", "Bug"));
        List<OutgoingMessage> messages = List.of(
                message("application/json", "{\"b\": 1.50,  \"a\" :\"Ž😀\\u0000\"}\n", headers),
                message("application/json", "", Map.of()),
                message("text/plain", "plain", Map.of()),
                new OutgoingMessage("e", "k", "id", "t", null, Instant.ofEpochMilli(1), null, Map.of(), new byte[] {
                    0, (byte) 0xFF, (byte) 0xFE, 10
                }));

        List<OutgoingMessage> read = codec.read(codec.write(messages));

        assertThat(read).hasSameSizeAs(messages);
        for (int i = 0; i < messages.size(); i++) {
            assertThat(read.get(i)).usingRecursiveComparison().isEqualTo(messages.get(i));
        }
        assertThat(codec.read(codec.write(List.of()))).isEmpty();
        assertThat(codec.read(codec.write(new ArrayList<>(read)))).hasSameSizeAs(messages);
    }

    private static OutgoingMessage message(String contentType, String body, Map<String, Object> headers) {
        return new OutgoingMessage(
                "order_events",
                "order.created",
                "id",
                "order.created",
                ORDER.toString(),
                Instant.parse("2026-11-20T10:00:00.123Z"),
                contentType,
                headers,
                bytes(body));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
