package org.orderway.orders;

/** A return of goods that the customer does not have, as far as is known here. */
public class NotReturnable extends RuntimeException {

    NotReturnable(String message) {
        super(message);
    }

    static NotReturnable notShipped(Order order) {
        return new NotReturnable("The order is " + order.status()
                + (order.status().isStopped() ? "" : "; cancel it, for nothing has left the house yet"));
    }

    static NotReturnable tooMany(String sku, long left) {
        return new NotReturnable("Of article " + sku + " " + left + " can still be returned");
    }
}
