package org.orderway.payment;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What is known of the payment gateway.
 *
 * @param connectTimeout  ms a connection may take
 * @param responseTimeout ms an answer may take
 * @param callMargin      what else may hold a call up, such as the wait for a free connection
 * @param keysKept        how long it remembers an idempotency key
 */
@ConfigurationProperties("orderway.payment.gateway")
record GatewaySettings(long connectTimeout, long responseTimeout, Duration callMargin, Duration keysKept) {

    /** After this time a step that intended a charge has certainly ended: it may ask first and call then. */
    Duration longestCall() {
        return Duration.ofMillis(2 * (connectTimeout + responseTimeout)).plus(callMargin);
    }
}
