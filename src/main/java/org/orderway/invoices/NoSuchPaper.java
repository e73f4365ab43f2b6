package org.orderway.invoices;

/** The order has no such paper, or not yet. */
public class NoSuchPaper extends RuntimeException {

    NoSuchPaper(String message) {
        super(message);
    }
}
