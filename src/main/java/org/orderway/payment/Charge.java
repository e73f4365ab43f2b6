package org.orderway.payment;

import java.math.BigDecimal;
import java.util.Map;
import java.util.UUID;
import org.orderway.messages.Outcome;

/**
 * A charge on its way to the gateway.
 *
 * @param key     the idempotency key the gateway knows it by
 * @param inDoubt true when an earlier attempt may have reached the gateway: ask before charging
 * @param mayCall false when the intent is older than the gateway keeps keys: only its answer by key may settle it
 * @param outcome set when nothing is left to charge
 */
public record Charge(
        UUID orderId,
        String key,
        BigDecimal amount,
        String currency,
        String token,
        boolean inDoubt,
        boolean mayCall,
        Outcome outcome)
        implements GatewayCall {

    static Charge concluded(UUID orderId, Outcome outcome) {
        return new Charge(orderId, null, null, null, null, false, false, outcome);
    }

    /** One that the gateway tells of without being asked. */
    static Charge reported(UUID orderId, String key) {
        return new Charge(orderId, key, null, null, null, true, false, null);
    }

    @Override
    public String kind() {
        return "charges";
    }

    @Override
    public Map<String, Object> request() {
        return Map.of("amount", amount, "currency", currency, "token", token, "reference", orderId.toString());
    }
}
