package org.orderway.orders;

import java.math.BigDecimal;

/** A refund of money that was not taken, or is the customer's again already. */
public class NotRefundable extends RuntimeException {

    NotRefundable(Order order) {
        super("The order is " + order.status() + " and its payment "
                + order.paymentState().name().toLowerCase() + ": nothing can be given back");
    }

    NotRefundable(BigDecimal left, String currency) {
        super("Of what was paid " + left.toPlainString() + " " + currency + " can still be given back");
    }

    private NotRefundable(String message) {
        super(message);
    }

    static NotRefundable tooMany(String sku, long left) {
        return new NotRefundable("Of article " + sku + " the customer has " + left + " that are not paid back");
    }
}
