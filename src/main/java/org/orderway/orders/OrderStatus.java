package org.orderway.orders;

import java.util.EnumSet;
import java.util.Set;

/** Where an order is. It only moves along the arrows: a late or repeated event never sets it back. */
public enum OrderStatus {
    RECEIVED,
    CREATED,
    RESERVED,
    PAID,
    PAYMENT_DUE,
    SHIPPED,
    DELIVERED,
    CANCELLING,
    CANCELLED,
    FAILED,
    RETURNED;

    /** Whether the order may move from here to there in one step. */
    public boolean mayBecome(OrderStatus next) {
        return next(this).contains(next);
    }

    /** Whether the order will take no further step of the pipeline. */
    public boolean isStopped() {
        return this == CANCELLED || this == FAILED || this == RETURNED;
    }

    private static Set<OrderStatus> next(OrderStatus from) {
        return switch (from) {
            case RECEIVED -> EnumSet.of(CREATED, FAILED, CANCELLED);
            case CREATED -> EnumSet.of(RESERVED, FAILED, CANCELLED);
            case RESERVED -> EnumSet.of(PAID, PAYMENT_DUE, FAILED, CANCELLING, CANCELLED);
            case PAID, PAYMENT_DUE -> EnumSet.of(SHIPPED, FAILED, CANCELLING, CANCELLED);
            case CANCELLING -> EnumSet.of(CANCELLED, SHIPPED, FAILED);
            case SHIPPED -> EnumSet.of(DELIVERED, RETURNED);
            case DELIVERED -> EnumSet.of(RETURNED);
            case CANCELLED, FAILED, RETURNED -> EnumSet.noneOf(OrderStatus.class);
        };
    }
}
