package org.orderway.recommendations;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.orderway.messages.EventIds;
import org.orderway.messages.Events;
import org.orderway.messages.OutgoingMessage;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * What customers do in the shop, as messages. They go straight to the broker and not by the outbox: its rows are what new
 * orders are admitted by, and a busy shop window must turn no order away. What the broker does not take, the shop is told.
 */
@Component("behaviour")
public class Behaviour {

    private final Events events;
    private final Clock clock;
    private final String exchange;

    Behaviour(Events events, Clock clock, @Value("${orderway.exchange.shop}") String exchange) {
        this.events = events;
        this.clock = clock;
        this.exchange = exchange;
    }

    /**
     * The messages of one thing a customer did or of several. The same thing told again has the same id, provided that its
     * time was told; a time to come counts as now.
     *
     * @param told as the contract wants it
     */
    public List<OutgoingMessage> messages(JsonNode told) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Stream<JsonNode> all = told.isArray() ? StreamSupport.stream(told.spliterator(), false) : Stream.of(told);
        return all.map(one -> message(one, now)).toList();
    }

    /** The answer to the shop: how much the broker took. */
    public Map<String, Object> answer(List<OutgoingMessage> messages) {
        return Map.of("accepted", messages.size());
    }

    private OutgoingMessage message(JsonNode one, Instant now) {
        String customer = one.path("customer").asText();
        String sku = one.path("sku").asText();
        String type = "behaviour." + one.path("kind").asText();
        Instant at =
                one.has("at") ? OffsetDateTime.parse(one.get("at").asText()).toInstant() : now;
        if (at.isAfter(now)) {
            at = now;
        }
        String subject = String.join("\n", customer, sku, at.toString());
        return events.aboutAgain(
                UUID.nameUUIDFromBytes(subject.getBytes(StandardCharsets.UTF_8)),
                exchange,
                type,
                EventIds.ONCE,
                Map.of("customer", customer, "sku", sku, "occurredAt", at.toString()));
    }
}
