package org.orderway.orders;

import java.util.Optional;
import java.util.UUID;

/** The parcel of an order, once it has one. */
public interface Parcels {

    /** Who carries it and how to follow it. */
    record Parcel(String carrier, String trackingNumber) {}

    Optional<Parcel> of(UUID orderId);

    /** Whether that is a parcel of the order. */
    boolean has(UUID orderId, String trackingNumber);
}
