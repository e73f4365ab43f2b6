package org.orderway.watchdog;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.PaymentState;

/**
 * What the books say of an order at one moment.
 *
 * @param money       captured and given back, by the order's row
 * @param effects     what gateway and carrier did, by the journal
 * @param goods       pieces by the state of their reservation, and by the lines
 * @param parcels     how many are on record
 * @param isPart      whether a part has left and the rest waits for goods, or for its parcel
 * @param isOverdue   whether it moved so long ago that refund and restock should be done
 * @param isOnItsWay  whether a message of it waits in the outbox, for a retry or as a dead letter
 */
record OrderBooks(
        UUID id,
        OrderStatus status,
        PaymentState payment,
        boolean cod,
        Money money,
        Known effects,
        Goods goods,
        int parcels,
        boolean isPart,
        boolean isOverdue,
        boolean isOnItsWay) {

    private static final Set<OrderStatus> BEFORE_PAYMENT =
            EnumSet.of(OrderStatus.RECEIVED, OrderStatus.CREATED, OrderStatus.RESERVED);
    private static final Set<OrderStatus> HOLDING =
            EnumSet.of(OrderStatus.RESERVED, OrderStatus.PAID, OrderStatus.PAYMENT_DUE);
    private static final Set<OrderStatus> LEFT =
            EnumSet.of(OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.RETURNED);
    private static final Set<OrderStatus> TO_BE_PAID =
            EnumSet.of(OrderStatus.PAID, OrderStatus.PAYMENT_DUE, OrderStatus.SHIPPED, OrderStatus.DELIVERED);
    private static final Set<PaymentState> CAPTURED =
            EnumSet.of(PaymentState.CAPTURED, PaymentState.PART_REFUNDED, PaymentState.REFUNDED);

    /**
     * Money in the order's currency.
     *
     * @param total       what the order costs
     * @param captured    what it took
     * @param refunded    what it gave back
     * @param returned    the price of goods that came back, never left although they were paid, or were paid back of goodwill
     * @param chargedBack what the customer's bank took back
     * @param ledger      what the ledger says is left of all that
     */
    record Money(
            BigDecimal total,
            BigDecimal captured,
            BigDecimal refunded,
            BigDecimal returned,
            BigDecimal chargedBack,
            BigDecimal ledger) {}

    /**
     * Known answers from outside.
     *
     * @param charges    charges that captured
     * @param charged    their sum, or null when there are none or the gateway told no amount
     * @param refunded   the sum of known refunds
     * @param refundOpen whether a refund is intended and not yet known
     * @param shipped    parcels of which the carrier said that it has them
     */
    record Known(int charges, BigDecimal charged, BigDecimal refunded, boolean refundOpen, int shipped) {}

    /**
     * Pieces of articles that are kept in stock.
     *
     * @param held     by the reservations, like released and sold
     * @param ready    by the lines: nothing but their parcel is missing
     * @param gone     by the lines: they have left the house
     */
    record Goods(long held, long released, long sold, long ready, long gone) {}

    /** The rules that these books break. */
    List<Violation> violations() {
        List<Violation> broken = new ArrayList<>();
        captured(broken);
        refunded(broken);
        kept(broken);
        charged(broken);
        booked(broken);
        paid(broken);
        parcel(broken);
        goods(broken);
        return broken;
    }

    private void captured(List<Violation> broken) {
        if (cod && isCollected()) {
            return; // as much as the carrier collected: a person was told when it was not the total
        }
        boolean isPaid = !cod && CAPTURED.contains(payment) && !BEFORE_PAYMENT.contains(status);
        BigDecimal expected = isPaid ? money.total() : BigDecimal.ZERO;
        if (differ(money.captured(), expected)) {
            broken.add(Invariant.MONEY_CAPTURED.brokenBy(
                    id,
                    "captured " + plain(expected) + ", being " + status + " and " + payment,
                    "captured " + plain(money.captured())));
        }
    }

    private void refunded(List<Violation> broken) {
        if (differ(money.refunded(), effects.refunded()) || money.refunded().compareTo(owed()) > 0) {
            broken.add(Invariant.MONEY_REFUNDED.brokenBy(
                    id,
                    "refunded " + plain(effects.refunded()) + " by the gateway, of " + plain(owed()) + " owed",
                    "refunded " + plain(money.refunded())));
        }
    }

    private void kept(List<Violation> broken) {
        boolean isBeingMended = !isOverdue || isOnItsWay || effects.refundOpen();
        if (!isBeingMended && money.refunded().add(money.chargedBack()).compareTo(owed()) < 0) {
            broken.add(Invariant.MONEY_KEPT.brokenBy(
                    id, "refunded " + plain(owed()) + ", being " + status, "refunded " + plain(money.refunded())));
        }
    }

    /**
     * What has to go back: all of an order that came to nothing, else what was taken beyond the goods that stay out and are
     * not paid back.
     */
    private BigDecimal owed() {
        if (status == OrderStatus.FAILED || status == OrderStatus.CANCELLED) {
            return money.captured();
        }
        return cod
                ? money.captured().subtract(money.total()).add(money.returned()).max(BigDecimal.ZERO)
                : money.captured().min(money.returned());
    }

    private boolean isCollected() {
        return payment == PaymentState.COLLECTED
                || payment == PaymentState.PART_REFUNDED
                || payment == PaymentState.REFUNDED;
    }

    private void booked(List<Violation> broken) {
        BigDecimal left = money.captured().subtract(money.refunded()).subtract(money.chargedBack());
        if (isOverdue && !isOnItsWay && differ(left, money.ledger())) {
            broken.add(Invariant.MONEY_BOOKED.brokenBy(
                    id, plain(left) + " left by its payments", plain(money.ledger()) + " in the ledger"));
        }
    }

    private void charged(List<Violation> broken) {
        int expected = !cod && money.captured().signum() != 0 ? 1 : 0;
        boolean anotherSum = effects.charged() != null && differ(effects.charged(), money.captured());
        if (effects.charges() != expected || anotherSum) {
            String sum = effects.charged() == null ? "" : " of " + plain(effects.charged());
            broken.add(Invariant.CHARGED_ONCE.brokenBy(
                    id, expected + " charges of " + plain(money.captured()), effects.charges() + " charges" + sum));
        }
    }

    private void paid(List<Violation> broken) {
        boolean isSettled =
                CAPTURED.contains(payment) || payment == PaymentState.DUE || payment == PaymentState.COLLECTED;
        if (TO_BE_PAID.contains(status) && !isSettled) {
            broken.add(Invariant.PAID_OR_DUE.brokenBy(id, "captured, due or collected, being " + status, payment));
        }
    }

    private void parcel(List<Violation> broken) {
        if (hasLeft() != parcels > 0 || parcels != effects.shipped()) {
            broken.add(Invariant.PARCEL_LEFT.brokenBy(
                    id,
                    (hasLeft() ? "a parcel, being " : "no parcel, being ") + status,
                    parcels + " on record, " + effects.shipped() + " booked with the carrier"));
        }
    }

    /** Whether something has, be it everything or a part. */
    private boolean hasLeft() {
        return isPart || LEFT.contains(status);
    }

    private void goods(List<Violation> broken) {
        boolean isBeingMended = status.isStopped() && status != OrderStatus.RETURNED && (!isOverdue || isOnItsWay);
        boolean ended = status.isStopped() || LEFT.contains(status);
        if (ended && goods.held() > 0 && !isBeingMended) {
            broken.add(Invariant.GOODS_RELEASED.brokenBy(
                    id, "no pieces held, being " + status, goods.held() + " pieces held"));
        }
        if (HOLDING.contains(status) && goods.released() > 0) {
            broken.add(Invariant.GOODS_HELD.brokenBy(
                    id, "no pieces released, being " + status, goods.released() + " pieces released"));
        } else if (HOLDING.contains(status) && goods.held() != goods.ready()) {
            broken.add(Invariant.GOODS_HELD.brokenBy(
                    id, goods.ready() + " pieces held, being " + status, goods.held() + " pieces held"));
        }
        long expected = hasLeft() ? goods.gone() : 0;
        if (goods.sold() != expected) {
            broken.add(Invariant.GOODS_SOLD.brokenBy(
                    id,
                    (expected == 0 ? "no" : expected) + " pieces sold, being " + status,
                    goods.sold() + " pieces sold"));
        }
    }

    private static boolean differ(BigDecimal one, BigDecimal other) {
        return one.compareTo(other) != 0;
    }

    private static String plain(BigDecimal amount) {
        return amount.stripTrailingZeros().toPlainString();
    }
}
