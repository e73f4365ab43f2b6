package org.orderway.orders;

/** An event asked an order for a step that its state does not permit. No retry can change that. */
public class IllegalTransition extends RuntimeException {

    public IllegalTransition(java.util.UUID orderId, Enum<?> from, Enum<?> to) {
        super("Order " + orderId + " is " + from + " and cannot become " + to);
    }
}
