package org.orderway.shipping;

/** An intended shipment that the carrier does not know and that is too old to be repeated safely: a person decides. */
public class ShipmentInDoubt extends RuntimeException {

    ShipmentInDoubt(String key) {
        super("The shipment " + key
                + " was intended longer ago than the carrier keeps idempotency keys, and the carrier"
                + " does not know it. Find out by hand whether a parcel left.");
    }
}
