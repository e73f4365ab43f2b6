package org.orderway.orders;

/** What is known about the money of an order. */
public enum PaymentState {
    NONE,
    AUTHORISED,
    CAPTURED,
    DUE,
    COLLECTED,
    PART_REFUNDED,
    REFUNDED;

    /** Whether the payment may move from here to there in one step. */
    public boolean mayBecome(PaymentState next) {
        return switch (this) {
            case NONE -> next == AUTHORISED || next == CAPTURED || next == DUE;
            case AUTHORISED -> next == CAPTURED || next == NONE;
            case DUE -> next == COLLECTED || next == NONE;
            case CAPTURED, COLLECTED -> next == PART_REFUNDED || next == REFUNDED;
            case PART_REFUNDED -> next == PART_REFUNDED || next == REFUNDED;
            case REFUNDED -> false;
        };
    }
}
