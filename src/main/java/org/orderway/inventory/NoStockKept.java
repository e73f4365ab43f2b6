package org.orderway.inventory;

/** Pieces came in of an article that needs no stock. */
public class NoStockKept extends RuntimeException {

    NoStockKept(String sku) {
        super("Article " + sku + " needs no stock. Count it first: PUT /products/{sku} with onHand.");
    }
}
