package org.orderway.routes;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How files of routes are taken over while Orderway runs.
 *
 * @param watch     whether a saved file goes live by itself; else only by a request
 * @param lookEvery time between two looks at the files; one that changed must be the same at two looks
 * @param patience  how long a route may take to finish what it has in hand before its swap is put off
 * @param probation how a new version is watched
 */
@ConfigurationProperties("orderway.routes")
record RouteSettings(boolean watch, Duration lookEvery, Duration patience, Probation probation) {

    /**
     * When the old version of a route comes back by itself.
     *
     * @param lasts       how long a new version is watched
     * @param failureRate percent of its exchanges that fail from which it goes
     * @param minimum     exchanges before it is judged
     */
    record Probation(Duration lasts, int failureRate, int minimum) {}
}
