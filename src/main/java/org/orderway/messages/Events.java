package org.orderway.messages;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Makes the messages that orders send. Every body begins with the same envelope, see {@code schemas/}. */
@Component
public class Events {

    private static final int VERSION = 1;

    private final ObjectMapper mapper;
    private final Clock clock;
    private final String orderEvents;
    private final String orderPayment;
    private final String paymentEvents;

    Events(
            ObjectMapper mapper,
            Clock clock,
            @Value("${orderway.exchange.orders}") String orderEvents,
            @Value("${orderway.exchange.payments}") String orderPayment,
            @Value("${orderway.exchange.payment-events}") String paymentEvents) {
        this.mapper = mapper;
        this.clock = clock;
        this.orderEvents = orderEvents;
        this.orderPayment = orderPayment;
        this.paymentEvents = paymentEvents;
    }

    /** An event that happens once in the life of an order; its type is its routing key. */
    public OutgoingMessage once(UUID orderId, String number, String type, Map<String, ?> details) {
        return message(orderEvents, type, orderId, number, type, EventIds.ONCE, details);
    }

    /** An event that may happen several times; the operation is what makes this occurrence single. */
    public OutgoingMessage again(UUID orderId, String number, String type, String operation, Map<String, ?> details) {
        return message(orderEvents, type, orderId, number, type, operation, details);
    }

    /** The placed order on its way into a lane, which its routing key tells; the operation is what makes this placing single. */
    public OutgoingMessage placed(
            UUID orderId, String number, String routingKey, String operation, Map<String, ?> details) {
        return message(orderEvents, routingKey, orderId, number, "order.placed", operation, details);
    }

    /** The payment of an order, handed to whoever serves its payment method. */
    public OutgoingMessage paymentRequested(UUID orderId, String number, String method, Map<String, ?> details) {
        return message(orderPayment, method, orderId, number, "payment.requested", EventIds.ONCE, details);
    }

    /** What happened to money of an order; the operation is what makes this occurrence single. */
    public OutgoingMessage money(UUID orderId, String number, String type, String operation, Map<String, ?> details) {
        return message(paymentEvents, type, orderId, number, type, operation, details);
    }

    /**
     * A step gave up on a message.
     *
     * @param queue the work queue of the step
     */
    public OutgoingMessage stepFailed(String queue, Delivery delivery, Map<String, ?> details) {
        UUID orderId = EventIds.namespace(delivery.correlationId(), delivery.id());
        String type = EventIds.stepFailed(queue);
        return message(orderEvents, type, orderId, null, type, EventIds.givingUp(delivery), details);
    }

    /**
     * A rule of the books is broken. The subject and the time since when make the occurrence single; the order is null when
     * the subject is none.
     */
    public OutgoingMessage alarm(String rule, String subject, UUID orderId, Instant since, Map<String, ?> details) {
        String type = "order.alarm." + rule;
        UUID about = orderId != null ? orderId : UUID.nameUUIDFromBytes(subject.getBytes(StandardCharsets.UTF_8));
        return message(orderEvents, type, EventIds.of(about, type, since.toString()), orderId, null, type, details);
    }

    /**
     * An event that is about no order and happens to its subject once, for an exchange that looks at no key.
     *
     * @param headers what a headers exchange looks at
     */
    public OutgoingMessage about(
            UUID subject, String exchange, String type, Map<String, String> headers, Map<String, ?> details) {
        OutgoingMessage plain =
                message(exchange, "", EventIds.of(subject, type, EventIds.ONCE), null, null, type, details);
        return plain.with(headers);
    }

    /**
     * An event that is about no order and may happen several times; its type is its routing key.
     *
     * @param operation what makes this occurrence single
     */
    public OutgoingMessage aboutAgain(
            UUID subject, String exchange, String type, String operation, Map<String, ?> details) {
        return message(exchange, type, EventIds.of(subject, type, operation), null, null, type, details);
    }

    private OutgoingMessage message(
            String exchange,
            String key,
            UUID orderId,
            String number,
            String type,
            String operation,
            Map<String, ?> details) {
        return message(exchange, key, EventIds.of(orderId, type, operation), orderId, number, type, details);
    }

    private OutgoingMessage message(
            String exchange, String key, String id, UUID orderId, String number, String type, Map<String, ?> details) {
        // What one step tells at once must stay in its order in the timeline: milliseconds would be the same.
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        String order = orderId == null ? null : orderId.toString();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("eventId", id);
        body.put("type", type);
        body.put("version", VERSION);
        body.put("occurredAt", now.toString());
        if (order != null) {
            body.put("orderId", order);
        }
        if (number != null) {
            body.put("number", number);
        }
        body.putAll(details);
        try {
            return new OutgoingMessage(
                    exchange,
                    key,
                    id,
                    type,
                    order,
                    now,
                    "application/json",
                    TraceParent.header(),
                    mapper.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The event " + type + " could not be written as JSON", e);
        }
    }
}
