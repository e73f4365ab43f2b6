package org.orderway.broker;

import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.orderway.messages.DeadDelivery;
import org.orderway.messages.Delivery;
import org.springframework.stereotype.Component;

/**
 * Takes a message of a dead-letter queue out of its wrapping. Not all of them were put there by a route: the broker itself
 * rejects and gives up on messages, whose headers are then those of a stranger.
 */
@Component("deadDeliveries")
public class DeadDeliveries {

    private static final int MOST_HEADERS = 100;

    private final Deliveries deliveries;
    private final Topology topology;

    DeadDeliveries(Deliveries deliveries, Topology topology) {
        this.deliveries = deliveries;
        this.topology = topology;
    }

    /** The dead letter in this exchange, whose message is stripped of every header. */
    public DeadDelivery open(Exchange exchange) {
        Message message = exchange.getMessage();
        boolean typed = message.getHeader(SpringRabbitMQConstants.TYPE) != null;
        Map<String, String> headers = headers(message);
        Delivery dead = deliveries.unwrap(exchange);
        WorkQueue origin = topology.workQueues().stream()
                .filter(queue -> queue.dlq().equals(dead.queue()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "The queue \"" + dead.queue() + "\" is no dead-letter queue of orderway.topology"));
        Delivery failed = new Delivery(
                origin.name(),
                dead.routingKey(),
                dead.id(),
                typed ? dead.type() : null,
                dead.correlationId(),
                dead.timestamp(),
                dead.contentType(),
                dead.retries(),
                dead.headers(),
                dead.body());
        return new DeadDelivery(failed, origin.path(), headers);
    }

    /** AMQP properties are told by their own fields, what steers Camel by nobody. */
    private static Map<String, String> headers(Message message) {
        Map<String, String> headers = new TreeMap<>();
        message.getHeaders().forEach((name, value) -> {
            if (value != null && !name.startsWith("Camel") && headers.size() < MOST_HEADERS) {
                headers.put(name, Deliveries.text(value).toString());
            }
        });
        return headers;
    }
}
