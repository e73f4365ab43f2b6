package org.orderway.broker;

import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.orderway.messages.Delivery;
import org.orderway.messages.DeliveryHeaders;
import org.orderway.messages.Events;
import org.orderway.messages.OutgoingMessage;
import org.springframework.stereotype.Component;

/** Where a failed message goes: down the retry queues of its own queue, and then to its dead letters. */
@Component("retryLadder")
public class RetryLadder {

    private final Topology topology;
    private final Events events;
    private final FailureReasons reasons;
    private final Clock clock;

    RetryLadder(Topology topology, Events events, FailureReasons reasons, Clock clock) {
        this.topology = topology;
        this.events = events;
        this.reasons = reasons;
        this.clock = clock;
    }

    /** Whether the queue's row permits one more retry of this message. */
    public boolean permitsRetry(Delivery delivery) {
        return delivery.retries() < topology.workQueue(delivery.queue()).maxRetries();
    }

    /** The message on its way to the retry queue of its next step, with one retry more on its count. */
    public OutgoingMessage retry(Delivery delivery, Exception cause, String routeId) {
        WorkQueue queue = topology.workQueue(delivery.queue());
        Map<String, Object> headers = headers(delivery, cause, routeId);
        headers.put(DeliveryHeaders.RETRIES, delivery.retries() + 1);
        return delivery.forward(Topology.RETRY, queue.retryQueue(delivery.retries()), headers);
    }

    /**
     * The message on its way to the dead letters of its queue, and the event that tells of it. An event that would come
     * back to the very queue it tells of is not sent: audit and the failed orders see every failure and would feed
     * themselves. Theirs are made known by the collector of dead letters.
     */
    public List<OutgoingMessage> park(Delivery delivery, Exception cause, String routeId) {
        WorkQueue queue = topology.workQueue(delivery.queue());
        List<OutgoingMessage> messages = new ArrayList<>();
        messages.add(delivery.forward(Topology.DEAD, queue.dlq(), headers(delivery, cause, routeId)));
        Map<String, Object> details = Map.of(
                "queue", queue.name(),
                "messageId", delivery.id(),
                "reason", reasons.of(cause),
                "retries", delivery.retries());
        OutgoingMessage failed = events.stepFailed(queue.name(), delivery, details);
        if (!topology.queuesFor(failed.exchange(), failed.routingKey()).contains(queue.name())) {
            messages.add(failed);
        }
        return messages;
    }

    private Map<String, Object> headers(Delivery delivery, Exception cause, String routeId) {
        Map<String, Object> headers = new java.util.HashMap<>();
        headers.put(DeliveryHeaders.RETRIES, delivery.retries());
        headers.put(DeliveryHeaders.FAILURE_REASON, reasons.of(cause));
        headers.put(DeliveryHeaders.FAILURE_ROUTE, routeId);
        headers.put(
                DeliveryHeaders.FAILED_AT,
                clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
        headers.put(DeliveryHeaders.ORIGIN_QUEUE, delivery.queue());
        return headers;
    }
}
