package org.orderway.orders;

import java.util.Optional;
import java.util.UUID;

/** The papers of an order. */
public interface Papers {

    /** A paper to hand over. @param number its number, unlike any other's */
    record Paper(String number, byte[] pdf) {

        public String fileName() {
            return number + ".pdf";
        }
    }

    /** The number of the order's invoice, once it has one. */
    Optional<String> invoiceNumber(UUID orderId);

    /** The order's invoice, once it has one. */
    Optional<Paper> invoice(UUID orderId);
}
