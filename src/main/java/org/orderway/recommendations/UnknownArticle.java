package org.orderway.recommendations;

/** A request names an article that is not in the catalogue. */
public class UnknownArticle extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UnknownArticle(String sku) {
        super("There is no product " + sku);
    }
}
