package org.orderway.bench.spring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.springframework.amqp.core.Message;
import org.springframework.stereotype.Component;

/** Events to JSON and back. */
@Component
class Codec {

    private final ObjectReader events;
    private final ObjectReader orders;
    private final ObjectWriter writer;

    Codec(ObjectMapper mapper) {
        events = mapper.readerFor(Event.class);
        orders = mapper.readerFor(Order.class);
        writer = mapper.writer();
    }

    Event event(Message message) {
        return read(events, message.getBody());
    }

    Order order(Message message) {
        return read(orders, message.getBody());
    }

    byte[] json(Object value) {
        try {
            return writer.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    String text(Object value) {
        return new String(json(value), StandardCharsets.UTF_8);
    }

    /** The message that tells of it, by its type. */
    Outgoing outgoing(Event event) {
        return outgoing(event, event.type());
    }

    Outgoing outgoing(Event event, String key) {
        return new Outgoing(event.orderId(), event.id(), event.type(), key, json(event));
    }

    /** A message's id: its own, or for strangers who give it none a hash of its body. */
    static String idOf(Message message) {
        String id = message.getMessageProperties().getMessageId();
        return id != null ? id : UUID.nameUUIDFromBytes(message.getBody()).toString();
    }

    static String text(Message message) {
        return new String(message.getBody(), StandardCharsets.UTF_8);
    }

    private static <T> T read(ObjectReader reader, byte[] body) {
        try {
            return reader.readValue(body);
        } catch (IOException e) {
            throw new InvalidOrder("The body is not what it should be");
        }
    }
}
