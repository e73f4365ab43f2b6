package org.orderway.orders;

/** An Idempotency-Key that was used for an order with another content. */
public class KeyTaken extends RuntimeException {

    KeyTaken() {
        super("This Idempotency-Key was used for an order with another content; a new order needs a new key");
    }
}
