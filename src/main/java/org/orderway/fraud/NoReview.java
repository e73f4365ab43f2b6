package org.orderway.fraud;

import java.util.UUID;

/** The payment of an order was never held up for review. */
public class NoReview extends RuntimeException {

    NoReview(UUID orderId) {
        super("The payment of the order " + orderId + " was not held up for review");
    }
}
