package org.orderway.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.orderway.broker.Deliveries;

/** A message as a queue's consumer hands it to its route. */
public final class Incoming {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Object> headers = new HashMap<>();
    private byte[] body;

    private Incoming(String queue) {
        headers.put(Deliveries.QUEUE, queue);
    }

    /** An event of an order, its body as the schema of its type wants it. */
    public static Incoming event(String queue, String type, UUID orderId) {
        return raw(queue, type, json(EventBodies.of(type, orderId)))
                .with(SpringRabbitMQConstants.ROUTING_KEY, type)
                .with(SpringRabbitMQConstants.CORRELATION_ID, orderId.toString());
    }

    /** Any bytes under a type. */
    public static Incoming raw(String queue, String type, String body) {
        return raw(queue, type, body.getBytes(StandardCharsets.UTF_8));
    }

    /** The same of what is no text. */
    public static Incoming raw(String queue, String type, byte[] body) {
        Incoming incoming = new Incoming(queue)
                .with(SpringRabbitMQConstants.MESSAGE_ID, "message-1")
                .with(SpringRabbitMQConstants.TYPE, type)
                .with(SpringRabbitMQConstants.CONTENT_TYPE, "application/json")
                .with(SpringRabbitMQConstants.TIMESTAMP, new Date(1_790_000_000_000L));
        incoming.body = body.clone();
        return incoming;
    }

    /** The same with one header more, or another value of it. */
    public Incoming with(String header, Object value) {
        headers.put(header, value);
        return this;
    }

    /** The same without a header. */
    public Incoming without(String header) {
        headers.remove(header);
        return this;
    }

    public Map<String, Object> headers() {
        return new HashMap<>(headers);
    }

    public byte[] body() {
        return body.clone();
    }

    /** Any value as JSON. */
    public static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
