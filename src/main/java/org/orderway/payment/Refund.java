package org.orderway.payment;

import java.math.BigDecimal;
import java.util.Map;
import java.util.UUID;
import org.orderway.messages.Outcome;

/**
 * Money on its way back to a customer.
 *
 * @param operation what it is refunded for: the id of the return, of the cancellation of pieces or of what was granted, or the kind of event that
 *                  ended the order
 * @param chargeId  the charge it was taken with, as the gateway calls it
 */
public record Refund(
        UUID orderId,
        String operation,
        String key,
        BigDecimal amount,
        String currency,
        String chargeId,
        boolean inDoubt,
        boolean mayCall,
        Outcome outcome)
        implements GatewayCall {

    static Refund concluded(UUID orderId, String operation, Outcome outcome) {
        return new Refund(orderId, operation, null, null, null, null, false, false, outcome);
    }

    @Override
    public String kind() {
        return "refunds";
    }

    @Override
    public Map<String, Object> request() {
        return Map.of("charge", chargeId, "amount", amount, "currency", currency, "reference", orderId.toString());
    }
}
