package org.orderway.shipping;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What is known of the carrier.
 *
 * @param connectTimeout  ms a connection may take
 * @param responseTimeout ms an answer may take
 * @param keysKept        how long it remembers an idempotency key
 */
@ConfigurationProperties("orderway.shipping.carrier")
record CarrierSettings(long connectTimeout, long responseTimeout, Duration keysKept) {

    /** For the waits for a free connection, and for whatever else holds a step up. */
    private static final Duration MARGIN = Duration.ofSeconds(15);

    /** After this time a step that intended a shipment has certainly ended: it may ask first and book then. */
    Duration longestCall() {
        return Duration.ofMillis(2 * (connectTimeout + responseTimeout)).plus(MARGIN);
    }
}
