package org.orderway.orders;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** The parcel of an order, once it has one. */
public interface Parcels {

    /**
     * Who carries it and how to follow it.
     *
     * @param reported   what the carrier last said of it, such as {@code out_for_delivery}, or null
     * @param reportedAt when that was, by the carrier's clock, or null
     */
    record Parcel(String carrier, String trackingNumber, String reported, Instant reportedAt) {}

    Optional<Parcel> of(UUID orderId);

    /** Whether that is a parcel of the order. */
    boolean has(UUID orderId, String trackingNumber);
}
