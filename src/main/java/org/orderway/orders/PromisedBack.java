package org.orderway.orders;

import java.math.BigDecimal;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What of the money of orders is their customers' again: for goods that came back or never left, and of goodwill. Some of it
 * is still on its way.
 */
@Component
public class PromisedBack {

    private final JdbcClient jdbc;

    PromisedBack(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** All of it of one order, in its currency. */
    public BigDecimal sum(UUID orderId) {
        return jdbc.sql("select coalesce(sum(amount), 0) from promised_back where order_id = ?")
                .param(orderId)
                .query(BigDecimal.class)
                .single();
    }
}
