package org.orderway.orders;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Payments that wait for a person's decision before they are taken. */
public interface PaymentReviews {

    /**
     * A review of an order's payment.
     *
     * @param state    {@code open}, {@code approved}, {@code declined}, or {@code void} when the order ended meanwhile
     * @param closedAt null while it is open
     */
    record Review(String state, Instant openedAt, Instant closedAt) {

        boolean isOpen() {
            return state.equals("open");
        }
    }

    Optional<Review> of(UUID orderId);
}
