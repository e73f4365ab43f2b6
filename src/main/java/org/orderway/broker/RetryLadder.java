package org.orderway.broker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.orderway.messages.Delivery;
import org.orderway.messages.DeliveryHeaders;
import org.orderway.messages.Events;
import org.orderway.messages.OutgoingMessage;
import org.orderway.messages.ReadsOnly;
import org.orderway.messages.Retries;
import org.springframework.stereotype.Component;

/** Where a failed message goes: down the retry queues of its own queue, and then to its dead letters. */
@Component("retryLadder")
public class RetryLadder {

    private final Topology topology;
    private final Events events;
    private final FailureReasons reasons;
    private final HttpFailures httpFailures;
    private final Clock clock;

    RetryLadder(Topology topology, Events events, FailureReasons reasons, HttpFailures httpFailures, Clock clock) {
        this.topology = topology;
        this.events = events;
        this.reasons = reasons;
        this.httpFailures = httpFailures;
        this.clock = clock;
    }

    /** Whether the queue's row permits one more retry of this message. */
    @ReadsOnly
    public boolean permitsRetry(Delivery delivery) {
        return delivery.retries() < topology.workQueue(delivery.queue()).maxRetries();
    }

    /** A message on its way to a retry queue, and the notice of its wait. */
    public record Step(OutgoingMessage message, Retries.Wait notice) {}

    /**
     * The message on its way to the retry queue of its next step, with one retry more on its count. Who answered
     * "too many requests" with a time is left alone for that time.
     */
    public Step retry(Delivery delivery, Exception cause, String routeId) {
        WorkQueue queue = topology.workQueue(delivery.queue());
        Duration asked = httpFailures.retryAfter(cause).orElse(Duration.ZERO);
        Map<String, Object> headers = headers(delivery, cause, routeId);
        headers.put(DeliveryHeaders.RETRIES, delivery.retries() + 1);
        headers.put(DeliveryHeaders.OUTAGE_SINCE, null);
        return step(delivery, queue, queue.retryDelay(delivery.retries(), asked), headers);
    }

    /** The message on its way to its shortest retry queue, where it waits for the end of an outage and loses nothing. */
    public Step waitOut(Delivery delivery, Exception cause, String routeId) {
        WorkQueue queue = topology.workQueue(delivery.queue());
        Map<String, Object> headers = headers(delivery, cause, routeId);
        headers.put(
                DeliveryHeaders.OUTAGE_SINCE,
                delivery.headers().getOrDefault(DeliveryHeaders.OUTAGE_SINCE, headers.get(DeliveryHeaders.FAILED_AT)));
        return step(delivery, queue, queue.shortestRetryDelay(), headers);
    }

    private Step step(Delivery delivery, WorkQueue queue, Duration delay, Map<String, Object> headers) {
        OutgoingMessage message = delivery.forward(Topology.RETRY, queue.retryQueue(delay), headers);
        Instant now = clock.instant();
        return new Step(
                message,
                new Retries.Wait(
                        queue.name(),
                        delivery.id(),
                        uuid(delivery.correlationId()).orElse(null),
                        (Integer) headers.get(DeliveryHeaders.RETRIES),
                        now.plus(delay),
                        (String) headers.get(DeliveryHeaders.FAILURE_REASON),
                        now));
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

    private static Optional<UUID> uuid(String text) {
        try {
            return Optional.ofNullable(text).map(UUID::fromString);
        } catch (IllegalArgumentException notAnId) {
            return Optional.empty();
        }
    }
}
