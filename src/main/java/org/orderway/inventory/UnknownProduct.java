package org.orderway.inventory;

/** A request names an article that is not in the catalogue. */
public class UnknownProduct extends RuntimeException {

    UnknownProduct(String sku) {
        super("There is no product " + sku);
    }
}
