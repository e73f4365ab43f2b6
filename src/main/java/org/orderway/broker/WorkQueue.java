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
        Long maxLength) {

    /** The retry queue for a message that has been retried so often already, 0 for its first retry. */
    public String retryQueue(int retriesSoFar) {
        int step = Math.max(0, Math.min(retriesSoFar, retryDelays.size() - 1));
        return retryQueue(retryDelays.get(step));
    }

    /** Where a message waits out an outage, which costs it none of its retries. */
    public String shortestRetryQueue() {
        return retryQueue(retryDelays.stream().min(Comparator.naturalOrder()).orElseThrow());
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
    String retryQueue(Duration delay) {
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
