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

    /** What was done under a key, or null when nothing was. */
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
