package org.orderway.orders;

/** A number or key that already belongs to an order with another content. */
public class OrderConflict extends RuntimeException {

    /** Which of the two was used again. */
    public enum Over {
        NUMBER,
        IDEMPOTENCY_KEY
    }

    private final Over over;

    OrderConflict(Over over, String message) {
        super(message);
        this.over = over;
    }

    public Over over() {
        return over;
    }
}
