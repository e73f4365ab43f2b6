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
 */
@ConfigurationProperties("orderway.outages")
record OutageSettings(
        Duration shortestPause,
        Duration longestPause,
        Duration calm,
        Duration longestRetryAfter,
        Duration pingTimeout) {}
