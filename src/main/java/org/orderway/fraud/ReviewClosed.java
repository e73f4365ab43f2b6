package org.orderway.fraud;

/** Nothing more can be decided on a payment: somebody decided otherwise, or its order ended. */
public class ReviewClosed extends RuntimeException {

    ReviewClosed(String message) {
        super(message);
    }
}
