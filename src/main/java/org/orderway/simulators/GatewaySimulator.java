package org.orderway.simulators;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Map;
import java.util.UUID;
import org.springframework.context.annotation.Profile;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** A payment gateway that remembers idempotency keys. */
@Component("gatewaySimulator")
@Profile("simulators")
public class GatewaySimulator {

    private final JdbcClient jdbc;

    GatewaySimulator(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Charges once per key; a repeated key gets its first answer. {@code tok_declined} is declined. */
    @Transactional
    public Map<String, Object> charge(String key, JsonNode request) {
        String status = request.path("token").asText().equals("tok_declined") ? "declined" : "captured";
        jdbc.sql(
                        """
                        insert into simulators.charges (key, charge_id, status, amount, currency)
                        values (?, ?, ?, ?, ?) on conflict (key) do nothing
                        """)
                .params(
                        key,
                        "ch_" + UUID.randomUUID(),
                        status,
                        new BigDecimal(request.path("amount").asText()),
                        request.path("currency").asText())
                .update();
        return find(key);
    }

    /**
     * Refunds once per key, never more than the charge captured; a repeated key gets its first answer.
     *
     * @return null when there is no such charge, or not that much left of it
     */
    @Transactional
    public Map<String, Object> refund(String key, JsonNode request) {
        String chargeId = request.path("charge").asText();
        BigDecimal amount = new BigDecimal(request.path("amount").asText());
        jdbc.sql("select 1 from simulators.charges where charge_id = ? for update")
                .param(chargeId)
                .query(Integer.class)
                .optional();
        jdbc.sql(
                        """
                        insert into simulators.refunds (key, refund_id, charge_id, amount)
                        select ?, ?, c.charge_id, ? from simulators.charges c
                        where c.charge_id = ? and c.status = 'captured' and c.amount >= ? + coalesce(
                            (select sum(r.amount) from simulators.refunds r where r.charge_id = c.charge_id), 0)
                        on conflict (key) do nothing
                        """)
                .params(key, "re_" + UUID.randomUUID(), amount, chargeId, amount)
                .update();
        return findRefund(key);
    }

    /** What was refunded under a key, or null when nothing was. */
    @Transactional(readOnly = true)
    public Map<String, Object> findRefund(String key) {
        return jdbc.sql("select refund_id, amount from simulators.refunds where key = ?")
                .param(key)
                .query((rs, n) -> Map.<String, Object>of(
                        "refundId",
                        rs.getString("refund_id"),
                        "status",
                        "refunded",
                        "amount",
                        rs.getBigDecimal("amount")))
                .optional()
                .orElse(null);
    }

    /** What was charged under a key, or null when nothing was. */
    @Transactional(readOnly = true)
    public Map<String, Object> find(String key) {
        return jdbc.sql("select charge_id, status, amount, currency from simulators.charges where key = ?")
                .param(key)
                .query((rs, n) -> Map.<String, Object>of(
                        "chargeId",
                        rs.getString("charge_id"),
                        "status",
                        rs.getString("status"),
                        "amount",
                        rs.getBigDecimal("amount"),
                        "currency",
                        rs.getString("currency")))
                .optional()
                .orElse(null);
    }
}
