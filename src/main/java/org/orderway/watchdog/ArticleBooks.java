package org.orderway.watchdog;

import java.util.ArrayList;
import java.util.List;

/**
 * What the books say of an article at one moment.
 *
 * @param held   pieces that orders hold
 * @param bought pieces that orders bought and did not send back, or null when they were not counted
 */
record ArticleBooks(String sku, long received, long onHand, long reserved, long sold, long held, Long bought) {

    /** The rules that these books break. */
    List<Violation> violations() {
        List<Violation> broken = new ArrayList<>();
        long available = onHand - reserved;
        if (received != available + reserved + sold || available < 0) {
            broken.add(Invariant.STOCK_RECEIVED.brokenBy(
                    sku,
                    "received " + received,
                    "available " + available + " + reserved " + reserved + " + sold " + sold));
        }
        if (reserved != held) {
            broken.add(Invariant.STOCK_RESERVED.brokenBy(sku, "held by orders " + held, "reserved " + reserved));
        }
        if (bought != null && sold != bought) {
            broken.add(Invariant.STOCK_SOLD.brokenBy(sku, "bought by orders " + bought, "sold " + sold));
        }
        return broken;
    }
}
