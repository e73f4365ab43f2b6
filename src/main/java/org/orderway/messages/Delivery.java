package org.orderway.messages;

import java.time.Instant;
import java.util.Map;

/**
 * A message as it came out of a queue, with nothing in it that its sender could use against us: only the headers of
 * ours are kept.
 *
 * @param queue         the work queue it was consumed from
 * @param routingKey    the key it was published with, or that of the retry queue it came back from
 * @param id            AMQP {@code message_id}; when the sender gave none, a hash of type and body
 * @param type          AMQP {@code type}; when the sender gave none, the routing key of the first delivery
 * @param correlationId AMQP {@code correlation_id}, or null
 * @param timestamp     AMQP {@code timestamp}; when the sender gave none, the time of reading
 * @param contentType   AMQP {@code content_type}, or null
 * @param retries       how often it has been through a retry queue, 0 or more
 * @param headers       headers of ours
 * @param body          the bytes
 */
public record Delivery(
        String queue,
        String routingKey,
        String id,
        String type,
        String correlationId,
        Instant timestamp,
        String contentType,
        int retries,
        Map<String, Object> headers,
        byte[] body) {

    /** Whether it comes back from a retry queue. */
    public boolean hasWaited() {
        return retries > 0 || headers.containsKey(DeliveryHeaders.OUTAGE_SINCE);
    }

    /** How often a person sent it again after it had become a dead letter, 0 for a message on its first way. */
    public int replayRound() {
        return headers.get(DeliveryHeaders.REPLAY_ROUND) instanceof Integer round ? round : 0;
    }

    /** The same message on its way to another exchange, with more headers; a null takes one away. */
    public OutgoingMessage forward(String exchange, String key, Map<String, Object> moreHeaders) {
        var all = new java.util.HashMap<>(headers);
        all.putAll(moreHeaders);
        all.values().removeIf(java.util.Objects::isNull);
        return new OutgoingMessage(exchange, key, id, type, correlationId, timestamp, contentType, all, body);
    }
}
