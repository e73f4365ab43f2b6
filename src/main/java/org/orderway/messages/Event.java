package org.orderway.messages;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.UUID;

/**
 * An event of an order, read and checked against its schema.
 *
 * @param id         the event id
 * @param type       the kind of event, such as {@code order.created}
 * @param orderId    the order it is about
 * @param occurredAt when it happened
 * @param body       the whole body
 */
public record Event(String id, String type, UUID orderId, Instant occurredAt, JsonNode body) {

    /** A text of the body, or an empty text when the event has none of that name. */
    public String text(String field) {
        return body.path(field).asText("");
    }
}
