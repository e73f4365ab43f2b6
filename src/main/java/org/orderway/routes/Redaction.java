package org.orderway.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.orderway.messages.Delivery;
import org.orderway.messages.MalformedJson;
import org.orderway.messages.StrictJson;

/**
 * Takes out of a recorded message who it is about: names, addresses, mail addresses, telephone numbers, tokens and what was written to somebody. In
 * their place stands something of the same shape (letters become x, digits 1), so that schemas hold. What flows are decided by
 * (amounts, articles, countries, methods) stays.
 */
final class Redaction {

    private static final Set<String> PERSONAL =
            Set.of("name", "email", "phone", "to", "token", "subject", "text", "city", "postcode");

    /** Lines of an order are objects, those of an address are texts. */
    private static final String LINES = "lines";

    private Redaction() {}

    static Delivery of(Delivery delivery) {
        return new Delivery(
                delivery.queue(),
                delivery.routingKey(),
                delivery.id(),
                delivery.type(),
                delivery.correlationId(),
                delivery.timestamp(),
                delivery.contentType(),
                delivery.retries(),
                delivery.headers(),
                body(delivery.body()));
    }

    private static byte[] body(byte[] body) {
        try {
            JsonNode json = StrictJson.read(body);
            redact(json);
            return (json.isObject() ? json.toString() : shapeOf(json.toString())).getBytes(StandardCharsets.UTF_8);
        } catch (MalformedJson text) {
            return shapeOf(new String(body, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        }
    }

    private static void redact(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.fieldNames().forEachRemaining(name -> {
                JsonNode value = object.get(name);
                if (PERSONAL.contains(name) && value.isTextual()) {
                    object.set(name, TextNode.valueOf(shapeOf(value.asText())));
                } else if (name.equals(LINES) && value instanceof ArrayNode lines) {
                    redactTexts(lines);
                }
            });
        }
        node.forEach(Redaction::redact);
    }

    private static void redactTexts(ArrayNode lines) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).isTextual()) {
                lines.set(i, TextNode.valueOf(shapeOf(lines.get(i).asText())));
            }
        }
    }

    private static String shapeOf(String text) {
        StringBuilder shape = new StringBuilder(text.length());
        text.codePoints()
                .forEach(sign -> shape.appendCodePoint(
                        Character.isDigit(sign)
                                ? '1'
                                : Character.isUpperCase(sign) ? 'X' : Character.isLetter(sign) ? 'x' : sign));
        return shape.toString();
    }
}
