package org.orderway.orders;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The parcels of an order that have left the house. */
public interface Parcels {

    /** The carrier's last word on a parcel. */
    String DELIVERED = "delivered";

    /**
     * Who carries it, how to follow it, and what is in it.
     *
     * @param no         from 1
     * @param reported   what the carrier last said of it, such as {@code out_for_delivery}, or null
     * @param reportedAt when that was, by the carrier's clock, or null
     * @param pieces     empty for a parcel from before they were written down
     * @param sentAt     when it left the house
     */
    record Parcel(
            int no,
            String carrier,
            String trackingNumber,
            String reported,
            Instant reportedAt,
            List<Content> pieces,
            Instant sentAt) {}

    /** So many pieces of a line. */
    record Content(int line, int quantity) {}

    /** In the order in which they left. */
    List<Parcel> of(UUID orderId);

    /** Whether that is a parcel of the order. */
    boolean has(UUID orderId, String trackingNumber);

    /** When the last of all parcels that have left came to its customer, or nothing while one is on its way. */
    default Optional<Instant> delivered(UUID orderId) {
        List<Parcel> all = of(orderId);
        return all.stream().allMatch(parcel -> DELIVERED.equals(parcel.reported()))
                ? all.stream().map(Parcel::reportedAt).max(Comparator.naturalOrder())
                : Optional.empty();
    }
}
