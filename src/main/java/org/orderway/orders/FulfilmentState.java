package org.orderway.orders;

/** What is known about the parcel of an order. */
public enum FulfilmentState {
    NONE,
    PREPARED,
    PART,
    SHIPPED,
    DELIVERED,
    RETURNED;

    /** Whether the parcel may move from here to there in one step. */
    public boolean mayBecome(FulfilmentState next) {
        return switch (this) {
            case NONE -> next == PREPARED || next == PART || next == SHIPPED;
            case PREPARED -> next == PART || next == SHIPPED;
            case PART -> next == SHIPPED || next == RETURNED;
            case SHIPPED -> next == DELIVERED || next == RETURNED;
            case DELIVERED -> next == RETURNED;
            case RETURNED -> false;
        };
    }
}
