package org.orderway.inventory;

import java.math.BigDecimal;

/**
 * An article of the catalogue.
 *
 * @param onHand    pieces in the house, null for an article that needs no stock
 * @param reserved  pieces held for orders, null likewise
 * @param available pieces that may still be promised, null likewise
 */
public record Product(
        String sku,
        String name,
        String category,
        BigDecimal price,
        String currency,
        Long onHand,
        Long reserved,
        Long available) {}
