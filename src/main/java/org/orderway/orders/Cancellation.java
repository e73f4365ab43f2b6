package org.orderway.orders;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Cancels orders at every stage. While a charge or a shipment is under way nobody can know what to make good for: the
 * order is CANCELLING until that is known. What has left the house comes back as a return.
 */
@Component("cancellation")
public class Cancellation {

    static final String BY_CUSTOMER = "customer";

    private final Orders orders;
    private final OrderEvents events;
    private final Effects effects;
    private final Returns returns;
    private final Chargebacks chargebacks;
    private final Outbox outbox;

    Cancellation(
            Orders orders,
            OrderEvents events,
            Effects effects,
            Returns returns,
            Chargebacks chargebacks,
            Outbox outbox) {
        this.orders = orders;
        this.events = events;
        this.effects = effects;
        this.returns = returns;
        this.chargebacks = chargebacks;
        this.outbox = outbox;
    }

    /**
     * Where the order is now.
     *
     * @param status  CANCELLED, CANCELLING, or RETURNED when it had left the house
     * @param entries the outbox rows of what has to be told
     */
    public record Answer(UUID id, String number, String status, List<Outbox.Entry> entries) {

        /** The answer to the shop. */
        public Map<String, Object> answer() {
            return Map.of("id", id, "number", number, "status", status);
        }
    }

    /**
     * Cancels an order, or says again that it is cancelled.
     *
     * @param reason a word, such as {@code ordered_twice}
     * @throws UnknownOrder   when there is none
     * @throws NotCancellable when it failed or was returned
     */
    @Transactional
    public Answer cancel(UUID orderId, String reason) {
        Order order = orders.lock(orderId);
        return switch (order.status()) {
            case CANCELLED, CANCELLING -> answer(order, order.status(), List.of());
            case RECEIVED, CREATED, RESERVED, PAID, PAYMENT_DUE -> {
                if (effects.hasOpenCall(orderId)) {
                    orders.cancelling(order, reason);
                    yield answer(order, OrderStatus.CANCELLING, List.of());
                }
                yield answer(order, OrderStatus.CANCELLED, conclude(order, reason));
            }
            case SHIPPED, DELIVERED -> answer(order, OrderStatus.RETURNED, returns.everything(order, reason));
            case FAILED, RETURNED -> throw new NotCancellable(order);
        };
    }

    /** The same as the API asks for it. @param request {@code reason}, where one is given */
    @Transactional
    public Answer requested(String id, JsonNode request) {
        return cancel(OrderView.id(id, "id"), request.path("reason").asText(BY_CUSTOMER));
    }

    /** Ends a locked order about which everything is known, and tells what of its money is to go back. */
    public List<OutgoingMessage> conclude(Order order, String reason) {
        orders.cancelled(order, reason);
        BigDecimal toRefund = order.captured()
                .subtract(order.refunded())
                .subtract(chargebacks.sum(order.id()))
                .max(BigDecimal.ZERO);
        return List.of(
                events.cancelled(order, reason, toRefund), events.countedEnd(order, OrderStatus.CANCELLED, reason));
    }

    private Answer answer(Order order, OrderStatus status, List<OutgoingMessage> messages) {
        return new Answer(
                order.id(),
                order.number(),
                status.name(),
                messages.stream().map(outbox::add).toList());
    }
}
