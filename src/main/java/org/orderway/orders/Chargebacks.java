package org.orderway.orders;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Money that customers' banks took back. It counts as gone like a refund, but it is none: nobody of ours gave it. */
@Component
public class Chargebacks {

    private final JdbcClient jdbc;

    Chargebacks(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Records one, in the caller's transaction.
     *
     * @param id the payment provider's own
     * @return false when it was recorded before
     */
    public boolean add(String id, UUID orderId, BigDecimal amount, String reason) {
        return jdbc.sql(
                                "insert into chargebacks (id, order_id, amount, reason) values (?, ?, ?, ?) on conflict do nothing")
                        .params(id, orderId, amount, reason)
                        .update()
                == 1;
    }

    /** What was taken back of an order, in its currency. */
    public BigDecimal sum(UUID orderId) {
        return jdbc.sql("select coalesce(sum(amount), 0) from chargebacks where order_id = ?")
                .param(orderId)
                .query(BigDecimal.class)
                .single();
    }

    /** The chargebacks of an order as the API shows them, oldest first. */
    List<Map<String, Object>> of(UUID orderId) {
        return jdbc.sql(
                        "select id, amount, reason, received_at from chargebacks where order_id = ? order by received_at, id")
                .param(orderId)
                .query((rs, n) -> {
                    Map<String, Object> view = new LinkedHashMap<>();
                    view.put("id", rs.getString("id"));
                    view.put("amount", rs.getBigDecimal("amount"));
                    view.put("reason", rs.getString("reason"));
                    view.put("time", rs.getTimestamp("received_at").toInstant().toString());
                    return view;
                })
                .list();
    }
}
