package org.orderway.watchdog;

import java.util.Locale;

/** What is true of stock, money and orders at every moment, whatever fails. */
enum Invariant {
    STOCK_RECEIVED(true, "What was received is available, reserved or sold"),
    STOCK_RESERVED(true, "What is reserved is what orders hold"),
    STOCK_SOLD(true, "What is sold is what orders bought and did not send back"),
    MONEY_CAPTURED(false, "A paid order captured its total, any other nothing"),
    MONEY_REFUNDED(false, "What is refunded was owed, and is what the gateway gave back"),
    MONEY_KEPT(false, "No money is kept of orders that came to nothing and of goods that came back"),
    CHARGED_ONCE(false, "What is captured is what the gateway took, in one charge"),
    MONEY_BOOKED(false, "The ledger tells of each order what its payments say"),
    PAID_OR_DUE(false, "An order that is paid or shipped has its money captured, due or collected"),
    PARCEL_LEFT(false, "What left the house has its parcels, each booked once, and no other order has one"),
    GOODS_HELD(false, "An order on its way to its parcel holds all of its goods that wait for nothing else"),
    GOODS_RELEASED(false, "An order that ended holds no goods"),
    GOODS_SOLD(false, "An order bought the goods that have left the house, and no others"),
    TRAIL_INTACT(false, "The trail of an order is as it was written"),
    TRAIL_COMPLETE(false, "What an order sent is in its trail"),
    ORDER_MOVING(false, "No open order is stuck"),
    REVIEW_DECIDED(false, "No order waits for too long until its payment is reviewed");

    private final boolean ofArticles;
    private final String rule;

    Invariant(boolean ofArticles, String rule) {
        this.ofArticles = ofArticles;
        this.rule = rule;
    }

    /** Its name in metrics, events and answers. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Invariant of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }

    /** Whether it is about an article, named by its SKU; else about an order, named by its id. */
    boolean isOfArticles() {
        return ofArticles;
    }

    /** The rule in words. */
    String rule() {
        return rule;
    }

    /** The subject breaks this rule. */
    Violation brokenBy(Object subject, Object expected, Object found) {
        return new Violation(this, subject.toString(), expected.toString(), found.toString());
    }
}
