package org.orderway.outages;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings of outages.
 *
 * @param shortestPause     how long consumers pause at least
 * @param longestPause      the shortest pause doubles up to this while a dependency comes and goes
 * @param calm              after so long without an outage the next one begins with the shortest pause again
 * @param longestRetryAfter a Retry-After of more counts as this
 * @param pingTimeout       how long a dependency may take to answer a ping
 * @param breaker           the circuit breakers
 */
@ConfigurationProperties("orderway.outages")
record OutageSettings(
        Duration shortestPause,
        Duration longestPause,
        Duration calm,
        Duration longestRetryAfter,
        Duration pingTimeout,
        Breaker breaker) {

    /**
     * A circuit breaker.
     *
     * @param failureRate  percent of failures at which it opens
     * @param window       calls it looks back at
     * @param minimumCalls calls before it opens
     * @param openFor      how long it lets no call through
     * @param trialCalls   calls it then lets through to decide
     */
    record Breaker(int failureRate, int window, int minimumCalls, Duration openFor, int trialCalls) {}
}
