package org.orderway.broker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.orderway.messages.Delivery;
import org.orderway.messages.DeliveryHeaders;
import org.orderway.messages.EventIds;
import org.orderway.messages.EventReader;
import org.springframework.stereotype.Component;

/**
 * Takes a message out of its wrapping at the entrance of a consumer. Whatever else its sender put on it (a reply
 * address, mail headers, headers that steer Camel) is left behind: the only room that knows Camel's form of a message.
 */
@Component("deliveries")
public class Deliveries {

    /** Header that names the queue a message was consumed from; set by {@link ConsumedQueueConverter}. */
    public static final String QUEUE = "CamelOrderwayQueue";

    private static final int HIGHEST_COUNT = 1_000;
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    private final Clock clock;
    private final MeterRegistry meters;

    Deliveries(Clock clock, MeterRegistry meters) {
        this.clock = clock;
        this.meters = meters;
    }

    /** Others like these that count nowhere: for messages that nobody works on. */
    public Deliveries uncounted() {
        return new Deliveries(clock, new SimpleMeterRegistry());
    }

    /** The delivery in this exchange, whose message is stripped of every header; counted by queue and type. */
    public Delivery open(Exchange exchange) {
        Delivery delivery = unwrap(exchange);
        Counter.builder("orderway.deliveries")
                .description("Messages taken from a queue; attempt tells why: first, retry, after an outage, replay")
                .tag("queue", delivery.queue())
                .tag("type", EventReader.label(delivery.type()))
                .tag("attempt", attempt(delivery))
                .register(meters)
                .increment();
        return delivery;
    }

    /** The same of a message that nobody works on. */
    Delivery unwrap(Exchange exchange) {
        Message message = exchange.getMessage();
        byte[] body = body(message);
        String routingKey = message.getHeader(SpringRabbitMQConstants.ROUTING_KEY, "", String.class);
        String type = message.getHeader(SpringRabbitMQConstants.TYPE, routingKey, String.class);
        String id = message.getHeader(SpringRabbitMQConstants.MESSAGE_ID, String.class);
        Date timestamp = message.getHeader(SpringRabbitMQConstants.TIMESTAMP, Date.class);
        Map<String, Object> ours = new HashMap<>();
        for (String name : DeliveryHeaders.ALL) {
            Object value = message.getHeader(name);
            if (value != null) {
                ours.put(name, text(value));
            }
        }
        int retries = count(ours.get(DeliveryHeaders.RETRIES));
        ours.put(DeliveryHeaders.RETRIES, retries);
        ours.computeIfPresent(DeliveryHeaders.REPLAY_ROUND, (name, round) -> count(round));
        Delivery delivery = new Delivery(
                message.getHeader(QUEUE, "", String.class),
                routingKey,
                id == null || id.isBlank() ? EventIds.ofContent(type, body) : id,
                type,
                message.getHeader(SpringRabbitMQConstants.CORRELATION_ID, String.class),
                time(timestamp),
                message.getHeader(SpringRabbitMQConstants.CONTENT_TYPE, String.class),
                retries,
                Map.copyOf(ours),
                body);
        // Camel counts its quick redeliveries in a header: without it they would never end.
        message.removeHeaders("*", Exchange.REDELIVERED, Exchange.REDELIVERY_COUNTER, Exchange.REDELIVERY_MAX_COUNTER);
        return delivery;
    }

    private static String attempt(Delivery delivery) {
        if (delivery.headers().containsKey(DeliveryHeaders.OUTAGE_SINCE)) {
            return "outage";
        }
        if (delivery.retries() > 0) {
            return "retry";
        }
        return delivery.replayRound() > 0 ? "replay" : "first";
    }

    /**
     * Whether a message that a person had sent again is done with. Camel counts a route that came to its end by way of an
     * onException among the complete ones: there the doors of the retry queues and the dead letters set the variable {@code unfinished}.
     */
    public boolean isFinishedReplay(Exchange exchange) {
        Delivery delivery = exchange.getVariable("delivery", Delivery.class);
        return delivery != null && delivery.replayRound() > 0 && exchange.getVariable("unfinished") == null;
    }

    /** The sender's time, unless it is one that no database holds. */
    private Instant time(Date sent) {
        return sent == null || sent.getTime() < 0 || sent.getTime() > LATEST.toEpochMilli()
                ? clock.instant()
                : sent.toInstant();
    }

    private static byte[] body(Message message) {
        byte[] body = message.getBody(byte[].class);
        return body == null ? new byte[0] : body;
    }

    /** Long strings and foreign types arrive as bytes or wrappers; a header of ours is a short text or a number. */
    static Object text(Object value) {
        if (value instanceof Number) {
            return value;
        }
        String text = value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : value.toString();
        return text.length() > 500 ? text.substring(0, 500) : text;
    }

    /** The count is ours, but anybody may write a header: what makes no sense counts as not once yet. */
    private static int count(Object header) {
        try {
            long count = header == null ? 0 : Long.parseLong(header.toString().strip());
            return count < 0 || count > HIGHEST_COUNT ? 0 : (int) count;
        } catch (NumberFormatException notANumber) {
            return 0;
        }
    }
}
