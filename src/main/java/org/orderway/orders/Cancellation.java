package org.orderway.orders;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import java.util.function.ToIntFunction;
import org.orderway.messages.EventIds;
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

    private static final String OUT_OF_STOCK = "out_of_stock";
    private static final String CHARGEBACK = "chargeback";

    private final Orders orders;
    private final OrderEvents events;
    private final Effects effects;
    private final Returns returns;
    private final Chargebacks chargebacks;
    private final LineCancellation lines;
    private final PromisedBack promised;
    private final Outbox outbox;

    Cancellation(
            Orders orders,
            OrderEvents events,
            Effects effects,
            Returns returns,
            Chargebacks chargebacks,
            LineCancellation lines,
            PromisedBack promised,
            Outbox outbox) {
        this.orders = orders;
        this.events = events;
        this.effects = effects;
        this.returns = returns;
        this.chargebacks = chargebacks;
        this.lines = lines;
        this.promised = promised;
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
                List<OutgoingMessage> messages = conclude(order, reason);
                yield answer(order, orders.lock(orderId).status(), messages);
            }
            case SHIPPED, DELIVERED -> answer(order, OrderStatus.RETURNED, returns.everything(order, reason));
            case FAILED, RETURNED -> throw new NotCancellable(order);
        };
    }

    /**
     * Cancels some pieces of an order that have not left yet. When nothing else is left of the order it is cancelled.
     *
     * @param key the Idempotency-Key, under which a repetition changes nothing; null or empty for none
     * @throws UnknownOrder   when there is no such order
     * @throws NotCancellable when it ended or is to be cancelled as a whole, when not so many pieces are still to leave, or
     *     while a charge or a shipment is under way: what it was about cannot be changed any more
     * @throws KeyTaken       when the key belongs to another cancellation of the order
     */
    @Transactional
    public Answer cancelPieces(UUID orderId, List<Returns.Pieces> wanted, String reason, String key) {
        Order order = orders.lock(orderId);
        SortedMap<String, Long> bySku = Fulfilment.bySku(wanted);
        String request = bySku.toString();
        UUID id =
                key == null || key.isEmpty() ? lines.id() : UUID.fromString(EventIds.of(orderId, "cancellation", key));
        if (lines.isKnown(id, request)) {
            return answer(order, order.status(), List.of());
        }
        if (order.status().isStopped() || order.status() == OrderStatus.CANCELLING) {
            throw new NotCancellable(order);
        }
        if (effects.hasOpenCall(orderId)) {
            throw NotCancellable.underWay();
        }
        Map<Integer, Integer> taken = Fulfilment.allot(order.lines(), OrderLine::open, bySku, NotCancellable::tooMany);
        List<OutgoingMessage> messages = take(order, id, taken, reason, request);
        return answer(order, orders.lock(orderId).status(), messages);
    }

    private List<OutgoingMessage> take(
            Order order, UUID id, Map<Integer, Integer> taken, String reason, String request) {
        if (taken.equals(Fulfilment.all(order.lines(), OrderLine::wanted))) {
            lines.record(order, id, taken, reason, request, order.total(), BigDecimal.ZERO);
            return conclude(order, reason);
        }
        return lines.cut(order, id, taken, reason, request);
    }

    /**
     * Gives up what of an order still waits for goods: they did not come in time.
     *
     * @return the outbox rows of what has to be told; none while a shipment is under way, or when nothing waits any more
     */
    @Transactional
    public List<Outbox.Entry> giveUpBackOrder(UUID orderId) {
        return giveUp(orders.lock(orderId), line -> line.tally().backOrdered(), OUT_OF_STOCK);
    }

    /**
     * Keeps in the house what of a paid order has not left it, because its money is gone again: {@code chargeback}. What has
     * left stays where it is, and what is leaving leaves.
     */
    @Transactional
    public List<Outbox.Entry> keepBack(UUID orderId) {
        Order order = orders.lock(orderId);
        return order.fulfilmentState() == FulfilmentState.PART
                ? giveUp(order, OrderLine::open, CHARGEBACK)
                : cancel(orderId, CHARGEBACK).entries();
    }

    private List<Outbox.Entry> giveUp(Order order, ToIntFunction<OrderLine> pieces, String reason) {
        Map<Integer, Integer> taken = Fulfilment.all(order.lines(), pieces);
        if (order.status() != OrderStatus.PAID || taken.isEmpty() || effects.hasOpenCall(order.id())) {
            return List.of();
        }
        return take(order, lines.id(), taken, reason, taken.toString()).stream()
                .map(outbox::add)
                .toList();
    }

    /**
     * The same as the API asks for it: the whole order, or some pieces.
     *
     * @param parameters {@code id}, and {@code Idempotency-Key} where there is one
     * @param request    {@code reason} and {@code lines}, where they are given
     */
    @Transactional
    public Answer requested(Map<String, Object> parameters, JsonNode request) {
        UUID id = OrderView.id((String) parameters.get("id"), "id");
        String reason = request.path("reason").asText(BY_CUSTOMER);
        return request.has("lines")
                ? cancelPieces(id, Returns.pieces(request), reason, (String) parameters.get("Idempotency-Key"))
                : cancel(id, reason);
    }

    /**
     * Ends a locked order about which everything is known, and tells what of its money is to go back. When a part of it has
     * left, the rest is cancelled and the part taken back.
     */
    public List<OutgoingMessage> conclude(Order order, String reason) {
        Map<Integer, Integer> open = Fulfilment.all(order.lines(), OrderLine::open);
        if (order.lines().stream().noneMatch(line -> line.tally().shipped() > 0)) {
            orders.cancelled(order, reason);
            BigDecimal toRefund = order.captured()
                    .subtract(promised.sum(order.id()).max(order.refunded()))
                    .subtract(chargebacks.sum(order.id()))
                    .max(BigDecimal.ZERO);
            return List.of(
                    events.cancelled(order, reason, toRefund), events.countedEnd(order, OrderStatus.CANCELLED, reason));
        }
        List<OutgoingMessage> messages = new ArrayList<>();
        if (!open.isEmpty()) {
            messages.addAll(lines.cut(order, lines.id(), open, reason, open.toString()));
        }
        messages.addAll(returns.everything(orders.lock(order.id()), reason));
        return messages;
    }

    private Answer answer(Order order, OrderStatus status, List<OutgoingMessage> messages) {
        return new Answer(
                order.id(),
                order.number(),
                status.name(),
                messages.stream().map(outbox::add).toList());
    }
}
