package org.orderway.orders;

import java.util.UUID;

/** An event or a request names an order that does not exist. */
public class UnknownOrder extends RuntimeException {

    public UnknownOrder(UUID orderId) {
        super("There is no order " + orderId);
    }
}
