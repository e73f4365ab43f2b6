package org.orderway.orders;

/** A cancel that comes too late, or at a moment when nobody can know what it would have to make good for. */
public class NotCancellable extends RuntimeException {

    NotCancellable(Order order) {
        super("The order is " + order.status() + " and cannot be cancelled");
    }

    private NotCancellable(String message) {
        super(message);
    }

    static NotCancellable tooMany(String sku, long open) {
        return new NotCancellable(
                "Of article " + sku + " " + open + " can still be cancelled; what has left the house can be returned");
    }

    static NotCancellable underWay() {
        return new NotCancellable(
                "A charge or a shipment of the order is under way: cancel single pieces when it is known"
                        + " what came of it, or the whole order now");
    }
}
