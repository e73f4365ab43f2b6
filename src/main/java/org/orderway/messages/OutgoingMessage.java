package org.orderway.messages;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * A complete message, ready to be published: publishing it a second time publishes the same message again, which every
 * consumer recognises by its id.
 *
 * @param exchange      the exchange it goes to
 * @param routingKey    the key it is routed by
 * @param id            AMQP {@code message_id}: the event id
 * @param type          AMQP {@code type}: the kind of event, by which consumers read it
 * @param correlationId AMQP {@code correlation_id}: the order id, or null when no order is concerned
 * @param timestamp     when the event happened
 * @param contentType   AMQP {@code content_type}, normally {@code application/json}
 * @param headers       headers of ours that travel with it, see {@code DeliveryHeaders}; never null
 * @param body          the body's bytes, UTF-8 JSON unless contentType says otherwise
 */
public record OutgoingMessage(
        String exchange,
        String routingKey,
        String id,
        String type,
        String correlationId,
        Instant timestamp,
        String contentType,
        Map<String, Object> headers,
        byte[] body) {

    /** The same with these headers besides. */
    OutgoingMessage with(Map<String, String> more) {
        Map<String, Object> all = new HashMap<>(headers);
        all.putAll(more);
        return new OutgoingMessage(
                exchange, routingKey, id, type, correlationId, timestamp, contentType, Map.copyOf(all), body);
    }
}
