package org.orderway.messages;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Writes messages into the database and reads them back, byte for byte; text stays readable for a person. */
@Component
class MessageCodec {

    private static final TypeReference<List<Stored>> STORED = new TypeReference<>() {};

    private final ObjectMapper mapper;

    MessageCodec(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    String write(List<OutgoingMessage> messages) {
        try {
            return mapper.writeValueAsString(
                    messages.stream().map(MessageCodec::store).toList());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An outgoing message could not be written as JSON", e);
        }
    }

    List<OutgoingMessage> read(String json) {
        try {
            return mapper.readValue(json, STORED).stream()
                    .map(MessageCodec::restore)
                    .toList();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A recorded message could not be read back", e);
        }
    }

    private static Stored store(OutgoingMessage m) {
        String text = new String(m.body(), StandardCharsets.UTF_8);
        boolean readable = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), m.body());
        return new Stored(
                m.exchange(),
                m.routingKey(),
                m.id(),
                m.type(),
                m.correlationId(),
                m.timestamp() == null ? null : m.timestamp().toString(),
                m.contentType(),
                m.headers(),
                readable ? text : null,
                readable ? null : m.body());
    }

    private static OutgoingMessage restore(Stored s) {
        return new OutgoingMessage(
                s.exchange,
                s.routingKey,
                s.id,
                s.type,
                s.correlationId,
                s.timestamp == null ? null : Instant.parse(s.timestamp),
                s.contentType,
                s.headers,
                s.body == null ? s.bytes : s.body.getBytes(StandardCharsets.UTF_8));
    }

    private record Stored(
            String exchange,
            String routingKey,
            String id,
            String type,
            String correlationId,
            String timestamp,
            String contentType,
            Map<String, Object> headers,
            String body,
            byte[] bytes) {}
}
