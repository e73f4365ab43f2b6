package org.orderway.payment;

/** An intended charge or refund that the gateway does not know and that is too old to be repeated safely: a person decides. */
public class ChargeInDoubt extends RuntimeException {

    ChargeInDoubt(String key) {
        super(key
                + " was intended longer ago than the gateway keeps idempotency keys, and the gateway does not know it."
                + " Find out by hand whether it was carried out.");
    }
}
