package org.orderway.payment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.orderway.messages.Outbox;
import org.orderway.orders.Cancellation;
import org.orderway.orders.Chargebacks;
import org.orderway.orders.Effects;
import org.orderway.orders.FieldError;
import org.orderway.orders.InvalidOrder;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.PaymentEvents;
import org.orderway.orders.UnknownOrder;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What the payment provider reports on its own. What is known already stays as it is: a report that is late, or comes out
 * of order, sets nothing back.
 */
@Component("paymentReports")
public class PaymentReports {

    private static final String CAPTURED = "captured";

    private final Orders orders;
    private final OrderEvents events;
    private final PaymentEvents moneyEvents;
    private final Effects effects;
    private final Chargebacks chargebacks;
    private final Cancellation cancellation;
    private final Payment payment;
    private final Refunds refunds;
    private final Outbox outbox;

    PaymentReports(
            Orders orders,
            OrderEvents events,
            PaymentEvents moneyEvents,
            Effects effects,
            Chargebacks chargebacks,
            Cancellation cancellation,
            Payment payment,
            Refunds refunds,
            Outbox outbox) {
        this.orders = orders;
        this.events = events;
        this.moneyEvents = moneyEvents;
        this.effects = effects;
        this.chargebacks = chargebacks;
        this.cancellation = cancellation;
        this.payment = payment;
        this.refunds = refunds;
        this.outbox = outbox;
    }

    /**
     * Takes a report.
     *
     * @param report {@code type}, and {@code key}, the idempotency key of the charge or refund it is about; of a chargeback
     *               also {@code chargebackId}, {@code amount}, {@code currency} and, where there is one, {@code reason}
     * @return the outbox rows of what it causes, none when it is no news
     * @throws UnknownPayment when there is no such charge or refund
     * @throws InvalidOrder   when a chargeback is over nothing, or in another currency than the order
     */
    @Transactional
    public List<Outbox.Entry> report(JsonNode report) {
        String key = report.path("key").asText();
        Order order = lock(key);
        String type = report.path("type").asText();
        boolean isOfItsKind = type.equals("refund.succeeded")
                ? key.startsWith(PaymentKeys.REFUND)
                : key.equals(PaymentKeys.charge(order.id()));
        if (!isOfItsKind) {
            throw new UnknownPayment(key);
        }
        return switch (type) {
            case "charge.captured" -> charged(order, key, CAPTURED, report);
            case "charge.declined" -> charged(order, key, "declined", report);
            case "refund.succeeded" -> refunded(key, report);
            default -> chargedBack(order, key, report);
        };
    }

    private Order lock(String key) {
        UUID orderId = PaymentKeys.orderId(key);
        try {
            return orders.lock(orderId);
        } catch (UnknownOrder noOrder) {
            throw new UnknownPayment(key);
        }
    }

    private List<Outbox.Entry> charged(Order order, String key, String status, JsonNode report) {
        String known = known(key);
        boolean isNews = known == null || (known.equals("never_happened") && status.equals(CAPTURED));
        if (isNews) {
            return payment.resolve(Charge.reported(order.id(), key), answer(status, "chargeId", report));
        }
        if (known.equals("declined") && status.equals(CAPTURED)) {
            return List.of(outbox.add(events.paymentAlarm(order, "declined", CAPTURED)));
        }
        return List.of();
    }

    private List<Outbox.Entry> refunded(String key, JsonNode report) {
        return known(key) == null ? refunds.resolve(key, answer("refunded", "refundId", report)) : List.of();
    }

    private List<Outbox.Entry> chargedBack(Order order, String key, JsonNode report) {
        if (!CAPTURED.equals(known(key))) {
            throw new UnknownPayment(key);
        }
        if (!report.path("currency").asText().equals(order.currency())) {
            throw new InvalidOrder(
                    List.of(new FieldError("/currency", "is not that of the charge, " + order.currency())));
        }
        BigDecimal amount = new BigDecimal(report.path("amount").asText());
        if (amount.signum() == 0) {
            throw new InvalidOrder(List.of(new FieldError("/amount", "must be more than 0")));
        }
        String id = report.path("chargebackId").asText();
        String reason = report.path("reason").asText(null);
        if (!chargebacks.add(id, order.id(), amount, reason)) {
            return List.of();
        }
        List<Outbox.Entry> entries = new ArrayList<>();
        entries.add(outbox.add(moneyEvents.chargeback(order, key, id, amount, reason)));
        if (order.status() == OrderStatus.PAID) {
            // The goods are still in the house.
            entries.addAll(cancellation.keepBack(order.id()));
        }
        return entries;
    }

    /** What is known of a movement of money, or null while nobody knows. @throws UnknownPayment when there is none */
    private String known(String key) {
        if (effects.isOpen(key)) {
            return null;
        }
        return effects.result(key)
                .orElseThrow(() -> new UnknownPayment(key))
                .path("status")
                .asText();
    }

    private static JsonNode answer(String status, String id, JsonNode report) {
        ObjectNode answer = report.deepCopy();
        return answer.put("status", status).retain("status", id, "amount", "currency");
    }
}
