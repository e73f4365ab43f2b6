package org.orderway.payment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.Effects;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.Orders;
import org.orderway.orders.PaymentEvents;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Money that is owed to customers who paid at the door. There is no charge that could be refunded: a person pays it out, and
 * it counts as refunded when that person says so.
 */
@Component("payouts")
public class Payouts {

    private final Orders orders;
    private final OrderEvents events;
    private final PaymentEvents moneyEvents;
    private final Effects effects;
    private final Outbox outbox;
    private final ObjectMapper mapper;

    Payouts(
            Orders orders,
            OrderEvents events,
            PaymentEvents moneyEvents,
            Effects effects,
            Outbox outbox,
            ObjectMapper mapper) {
        this.orders = orders;
        this.events = events;
        this.moneyEvents = moneyEvents;
        this.effects = effects;
        this.outbox = outbox;
        this.mapper = mapper;
    }

    /** A payout that was made. @param entries the outbox rows of what has to be told, none when it was known before */
    public record Paid(String id, UUID orderId, List<Outbox.Entry> entries) {

        /** The answer to whoever paid. */
        public Map<String, Object> answer() {
            return Map.of("id", id, "order", orderId, "status", "paid");
        }
    }

    /** What is owed and not paid out yet, oldest first, a thousand at most. */
    @Transactional(readOnly = true)
    public List<Map<String, Object>> open() {
        return effects.open(Refunds.REFUND, PaymentKeys.PAYOUT).stream()
                .map(payout -> {
                    Order order = orders.find(payout.orderId()).orElseThrow();
                    Map<String, Object> view = new LinkedHashMap<>();
                    view.put("id", payout.key());
                    view.put("order", order.id());
                    view.put("number", order.number());
                    view.put("customer", order.customer().id());
                    view.put("amount", payout.amount());
                    view.put("currency", order.currency());
                    view.put("since", payout.since().toString());
                    return view;
                })
                .toList();
    }

    /**
     * Records that a payout was made; a repetition changes nothing.
     *
     * @param request {@code by}, who paid, and {@code reference}, by which the bank knows it
     * @throws UnknownPayment when nothing is owed under that id
     */
    @Transactional
    public Paid paid(String id, JsonNode request) {
        UUID orderId = PaymentKeys.orderId(id);
        String operation = PaymentKeys.operation(id);
        if (!id.startsWith(PaymentKeys.PAYOUT) || orders.find(orderId).isEmpty()) {
            throw new UnknownPayment(id);
        }
        Order order = orders.lock(orderId);
        if (!effects.isOpen(id)) {
            effects.result(id).orElseThrow(() -> new UnknownPayment(id));
            return new Paid(id, orderId, List.of());
        }
        BigDecimal amount = effects.openAmountOf(id).orElseThrow();
        effects.known(
                id,
                mapper.valueToTree(Map.of(
                        "status",
                        "refunded",
                        "by",
                        request.path("by").asText(),
                        "reference",
                        request.path("reference").asText())));
        orders.refunded(order, amount);
        List<OutgoingMessage> messages =
                List.of(events.refunded(order, operation, amount), moneyEvents.refunded(order, id, amount));
        return new Paid(id, orderId, messages.stream().map(outbox::add).toList());
    }
}
