package org.orderway.orders;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.orderway.messages.Events;
import org.orderway.messages.OutgoingMessage;
import org.springframework.stereotype.Component;

/**
 * What happens to the money of orders, told by the step that learns of it. A movement is named by its payment id, the key we
 * gave it, so that telling it again tells nothing new.
 */
@Component
public class PaymentEvents {

    private final Events events;

    PaymentEvents(Events events) {
        this.events = events;
    }

    /** Money came in: captured by the gateway, or collected at the door. */
    public OutgoingMessage succeeded(Order order, String paymentId, BigDecimal amount) {
        return message(order, "payment.succeeded", paymentId, facts(order, paymentId, amount));
    }

    /** Money went back to the customer. */
    public OutgoingMessage refunded(Order order, String paymentId, BigDecimal amount) {
        return message(order, "payment.refunded", paymentId, facts(order, paymentId, amount));
    }

    /** The customer's bank took money back. @param chargebackId the payment provider's own id of it */
    public OutgoingMessage chargeback(
            Order order, String paymentId, String chargebackId, BigDecimal amount, String reason) {
        Map<String, Object> facts = facts(order, paymentId, amount);
        facts.put("chargebackId", chargebackId);
        if (reason != null) {
            facts.put("reason", reason);
        }
        return message(order, "payment.chargeback", chargebackId, facts);
    }

    private OutgoingMessage message(Order order, String type, String operation, Map<String, Object> facts) {
        return events.money(order.id(), order.number(), type, operation, facts);
    }

    private static Map<String, Object> facts(Order order, String paymentId, BigDecimal amount) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("paymentId", paymentId);
        facts.put("method", order.paymentMethod());
        facts.put("amount", amount);
        facts.put("currency", order.currency());
        facts.put("country", order.country());
        facts.put("customerId", order.customer().id());
        return facts;
    }
}
