package org.orderway.inventory;

/** A stock count that is lower than what is held for orders: the pieces promised are not there. */
public class StockCountTooLow extends RuntimeException {

    StockCountTooLow(String sku, long counted, long reserved) {
        super("Article " + sku + " has " + reserved + " pieces reserved for orders; a count of " + counted
                + " would break those promises. Cancel orders first, or count again.");
    }
}
