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
 * @param shadow    what is tried with recorded orders before
 */
@ConfigurationProperties("orderway.routes")
record RouteSettings(boolean watch, Duration lookEvery, Duration patience, Probation probation, Shadow shadow) {

    /**
     * When the old version of a route comes back by itself.
     *
     * @param lasts       how long a new version is watched
     * @param failureRate percent of its exchanges that fail from which it goes
     * @param minimum     exchanges before it is judged
     */
    record Probation(Duration lasts, int failureRate, int minimum) {}

    /**
     * The shadow run of an edit.
     *
     * @param orders  the latest recorded orders that are looked at; 0: none, it is switched off
     * @param lasts   after that time it goes by those looked at so far
     * @param confirm whether an edit waits for a person
     */
    record Shadow(int orders, Duration lasts, Confirm confirm) {}

    /** When an edit waits for a person: never, or when recorded orders would not all go the same way. */
    enum Confirm {
        NEVER,
        DIFFERENCES
    }
}
