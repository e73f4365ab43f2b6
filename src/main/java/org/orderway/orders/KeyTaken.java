package org.orderway.orders;

/** An Idempotency-Key that was used for another request. */
public class KeyTaken extends RuntimeException {

    public KeyTaken() {
        super("This Idempotency-Key was used for another request; each needs a key of its own");
    }
}
