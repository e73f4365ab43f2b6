package org.orderway.inventory;

import java.time.Duration;
import org.orderway.orders.Order;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Orders that leave in several parcels.
 *
 * @param allowed whether the shop sends what is there ahead of what is not
 * @param kept    how long, since it was placed, an order waits for goods; then the rest is cancelled and refunded
 */
@ConfigurationProperties("orderway.inventory.back-orders")
record BackOrderSettings(boolean allowed, Duration kept) {

    /** What is paid at the door is paid once, for everything: it is sent whole. */
    boolean permits(Order order) {
        return allowed && order.partial() && order.paymentMethod().equals("prepaid");
    }
}
