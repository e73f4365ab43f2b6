package org.orderway.broker;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * A queue with a consumer, its row's settings and the defaults put together. It owns one retry queue for each delay and
 * one dead-letter queue.
 *
 * @param name         name on the broker, ends in {@code _queue}
 * @param purpose      what it is for, in words
 * @param path         an order cannot end without it
 * @param observer     it only looks on: a key that reaches observers alone is not consumed
 * @param queueType    quorum or classic
 * @param maxRetries   how often a failed message is tried again before it is dead-lettered
 * @param retryDelays  the wait before each retry; the last one repeats
 * @param consumers    consumers of one instance
 * @param maxConsumers consumers of one instance at most, under load
 * @param prefetch     unacknowledged messages one consumer may hold
 * @param maxLength    messages from which publishing is refused, or null for no limit
 * @param needs        what its consumers need, of {@link Topology#DEPENDENCIES}; they pause while it is away
 */
public record WorkQueue(
        String name,
        String purpose,
        boolean path,
        boolean observer,
        QueueType queueType,
        int maxRetries,
        List<Duration> retryDelays,
        int consumers,
        int maxConsumers,
        int prefetch,
        Long maxLength,
        List<String> needs) {

    /** The wait of a message that has been retried so often already, 0 for its first retry. */
    public Duration retryDelay(int retriesSoFar) {
        return retryDelays.get(Math.max(0, Math.min(retriesSoFar, retryDelays.size() - 1)));
    }

    /** The same when somebody asked for a wait: the shortest delay that is no shorter, or else the longest there is. */
    public Duration retryDelay(int retriesSoFar, Duration asked) {
        Duration own = retryDelay(retriesSoFar);
        return own.compareTo(asked) >= 0
                ? own
                : retryDelays.stream()
                        .filter(delay -> delay.compareTo(asked) >= 0)
                        .min(Comparator.naturalOrder())
                        .orElseGet(this::longestRetryDelay);
    }

    /** How long a message waits at a time for the end of an outage, which costs it none of its retries. */
    public Duration shortestRetryDelay() {
        return retryDelays.stream().min(Comparator.naturalOrder()).orElseThrow();
    }

    /** The longest that a message can be made to wait. */
    public Duration longestRetryDelay() {
        return retryDelays.stream().max(Comparator.naturalOrder()).orElseThrow();
    }

    /** Every retry queue, one for each different delay. */
    public List<String> retryQueues() {
        return distinctDelays().stream().map(this::retryQueue).toList();
    }

    /** Where a message ends that was retried in vain, and where the broker puts what is rejected. */
    public String dlq() {
        return stem() + "_dlq";
    }

    List<Duration> distinctDelays() {
        return retryDelays.stream().distinct().toList();
    }

    /** The delay is part of the name: changing it makes a new queue, where a broker would refuse other arguments. */
    public String retryQueue(Duration delay) {
        return stem() + "_retry_" + inWords(delay) + "_queue";
    }

    private String stem() {
        return name.substring(0, name.length() - "_queue".length());
    }

    /** The largest unit that leaves no rest: 200ms, 90s, 5m, 1h. */
    static String inWords(Duration delay) {
        long millis = delay.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds % 60 != 0) {
            return seconds + "s";
        }
        return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds / 60 + "m";
    }
}
