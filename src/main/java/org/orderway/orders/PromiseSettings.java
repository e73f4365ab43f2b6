package org.orderway.orders;

import java.time.Duration;
import java.time.Instant;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * By when orders are promised to leave the house, and what is done to keep it.
 *
 * @param normal   time promised to a normal order that says nothing itself
 * @param priority the same of a priority order
 * @param slack    how long before its time a normal order that still waits in its lane moves to the priority lane
 * @param share    of all that waits in the priority lane, how much may have been moved there; percent, 0 to 99
 * @param least    so many may have been moved there, whatever their share is
 * @param batch    orders one look takes
 */
@ConfigurationProperties("orderway.promises")
record PromiseSettings(Duration normal, Duration priority, Duration slack, int share, int least, int batch) {

    PromiseSettings {
        if (share < 0 || share > 99) {
            throw new IllegalArgumentException("orderway.promises.share is " + share + ", not from 0 to 99 percent");
        }
    }

    Instant of(String lane, Instant placedAt) {
        return placedAt.plus(lane.equals("priority") ? priority : normal);
    }

    /** How many may wait in the priority lane that were moved there, beside so many that belong there. */
    long mostBeside(long ownOrders) {
        return Math.max(least, ownOrders * share / (100 - share));
    }
}
