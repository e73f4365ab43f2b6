package org.orderway.orders;

import java.math.BigDecimal;

/**
 * A line of an accepted order.
 *
 * @param lineNo    from 1
 * @param quantity  pieces ordered, whatever became of them
 * @param unitPrice null only for an article that is neither priced by the shop nor in the catalogue
 */
public record OrderLine(int lineNo, String sku, int quantity, BigDecimal unitPrice, String category, Tally tally) {

    /** A line of whose pieces nothing has become yet. */
    public OrderLine(int lineNo, String sku, int quantity, BigDecimal unitPrice, String category) {
        this(lineNo, sku, quantity, unitPrice, category, Tally.NONE);
    }

    /** Quantity times price, exact. */
    public BigDecimal value() {
        return valueOf(quantity);
    }

    /** What so many pieces of it cost, exact. */
    public BigDecimal valueOf(int pieces) {
        return unitPrice == null ? BigDecimal.ZERO : unitPrice.multiply(BigDecimal.valueOf(pieces));
    }

    /** Pieces that are not cancelled. */
    public int wanted() {
        return quantity - tally.cancelled();
    }

    /** Pieces that are to be paid for, or were. */
    public int charged() {
        return quantity - tally.uncharged();
    }

    /** Pieces that are still to leave the house. */
    public int open() {
        return wanted() - tally.shipped();
    }

    /** Pieces that need not wait for goods: the next parcel takes them. */
    public int ready() {
        return open() - tally.backOrdered();
    }

    /** The same line with so many more pieces that wait for goods, or, below 0, so many fewer. */
    public OrderLine backOrder(int pieces) {
        return with(tally.backOrder(pieces));
    }

    /** Pieces that the customer has. */
    public int out() {
        return tally.shipped() - tally.returned();
    }

    /** Pieces whose price is the customer's again. One that was granted and comes back after all is paid back once. */
    int paidBack() {
        return Math.min(charged(), tally.cancelled() - tally.uncharged() + tally.returned() + tally.granted());
    }

    OrderLine with(Tally now) {
        return new OrderLine(lineNo, sku, quantity, unitPrice, category, now);
    }
}
