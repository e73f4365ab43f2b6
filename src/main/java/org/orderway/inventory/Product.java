package org.orderway.inventory;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * An article of the catalogue.
 *
 * @param onHand    pieces in the house, null for an article that needs no stock
 * @param reserved  pieces held for orders, null likewise
 * @param available pieces that may still be promised, null likewise
 * @param lowAt     with so many available pieces or fewer it is low, null likewise
 * @param sequence  grows with each change, so that of two states the newer one is known
 */
public record Product(
        String sku,
        String name,
        String category,
        BigDecimal price,
        String currency,
        Long onHand,
        Long reserved,
        Long available,
        Long lowAt,
        long sequence) {

    /** A row of the table. @param lowAt what holds for a product that does not say otherwise */
    static Product row(ResultSet rs, long lowAt) throws SQLException {
        boolean stocked = rs.getBoolean("stocked");
        long onHand = rs.getLong("on_hand");
        long reserved = rs.getLong("reserved");
        Long ownLowAt = rs.getObject("low_at", Long.class);
        return new Product(
                rs.getString("sku"),
                rs.getString("name"),
                rs.getString("category"),
                rs.getBigDecimal("price"),
                rs.getString("currency"),
                stocked ? onHand : null,
                stocked ? reserved : null,
                stocked ? onHand - reserved : null,
                stocked ? (ownLowAt == null ? Long.valueOf(lowAt) : ownLowAt) : null,
                rs.getLong("sequence"));
    }
}
