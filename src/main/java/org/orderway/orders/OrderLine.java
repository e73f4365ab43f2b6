package org.orderway.orders;

import java.math.BigDecimal;

/**
 * A line of an accepted order.
 *
 * @param lineNo    from 1
 * @param unitPrice null only for an article that is neither priced by the shop nor in the catalogue
 */
public record OrderLine(int lineNo, String sku, int quantity, BigDecimal unitPrice, String category) {

    /** Quantity times price, exact. */
    public BigDecimal value() {
        return unitPrice == null ? BigDecimal.ZERO : unitPrice.multiply(BigDecimal.valueOf(quantity));
    }
}
