package org.orderway.orders;

/** A cancel that comes to an order which ended otherwise. */
public class NotCancellable extends RuntimeException {

    NotCancellable(Order order) {
        super("The order is " + order.status() + " and cannot be cancelled");
    }
}
