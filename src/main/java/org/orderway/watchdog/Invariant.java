package org.orderway.watchdog;

import java.util.Locale;

/** What is true of stock, money and orders at every moment, whatever fails. */
enum Invariant {
    STOCK_RECEIVED(About.ARTICLE, "What was received is available, reserved or sold"),
    STOCK_RESERVED(About.ARTICLE, "What is reserved is what orders hold"),
    STOCK_SOLD(About.ARTICLE, "What is sold is what orders bought and did not send back"),
    MONEY_CAPTURED(About.ORDER, "A paid order captured its total, any other nothing"),
    MONEY_REFUNDED(About.ORDER, "What is refunded was owed, and is what the gateway gave back"),
    MONEY_KEPT(About.ORDER, "No money is kept of orders that came to nothing and of goods that came back"),
    CHARGED_ONCE(About.ORDER, "What is captured is what the gateway took, in one charge"),
    MONEY_BOOKED(About.ORDER, "The ledger tells of each order what its payments say"),
    PAID_OR_DUE(About.ORDER, "An order that is paid or shipped has its money captured, due or collected"),
    PARCEL_LEFT(About.ORDER, "What left the house has its parcels, each booked once, and no other order has one"),
    GOODS_HELD(About.ORDER, "An order on its way to its parcel holds all of its goods that wait for nothing else"),
    GOODS_RELEASED(About.ORDER, "An order that ended holds no goods"),
    GOODS_SOLD(About.ORDER, "An order bought the goods that have left the house, and no others"),
    TRAIL_INTACT(About.ORDER, "The trail of an order is as it was written"),
    TRAIL_COMPLETE(About.ORDER, "What an order sent is in its trail"),
    ORDER_MOVING(About.ORDER, "No open order is stuck"),
    REVIEW_DECIDED(About.ORDER, "No order waits for too long until its payment is reviewed"),
    TOPOLOGY_AS_WRITTEN(
            About.BROKER, "The broker has what the table of exchanges and queues says, and nothing else is bound");

    /** What a rule is about, and how that is called in answers. */
    enum About {
        ARTICLE("sku"),
        ORDER("order"),
        BROKER("broker");

        private final String key;

        About(String key) {
            this.key = key;
        }

        String key() {
            return key;
        }
    }

    private final About about;
    private final String rule;

    Invariant(About about, String rule) {
        this.about = about;
        this.rule = rule;
    }

    /** Its name in metrics, events and answers. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Invariant of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }

    /** An article, named by its SKU, an order, named by its id, or a thing on the broker. */
    About about() {
        return about;
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
