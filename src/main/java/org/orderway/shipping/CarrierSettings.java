package org.orderway.shipping;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What is known of the carrier.
 *
 * @param connectTimeout  ms a connection may take
 * @param responseTimeout ms an answer may take
 * @param callMargin      what else may hold a call up, such as the wait for a free connection
 * @param keysKept        how long it remembers an idempotency key
 */
@ConfigurationProperties("orderway.shipping.carrier")
record CarrierSettings(long connectTimeout, long responseTimeout, Duration callMargin, Duration keysKept) {

    /** After this time a step that intended a shipment has certainly ended: it may ask first and book then. */
    Duration longestCall() {
        return Duration.ofMillis(2 * (connectTimeout + responseTimeout)).plus(callMargin);
    }
}
