package org.orderway.orders;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.orderway.messages.OutgoingMessage;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Takes single pieces out of an order before they leave. Their goods are free at once. What nobody has paid for yet is not
 * charged, and what was paid goes back.
 */
@Component
public class LineCancellation {

    private final Orders orders;
    private final OrderEvents events;
    private final Goods goods;
    private final Parcels parcels;
    private final JdbcClient jdbc;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    LineCancellation(Orders orders, OrderEvents events, Goods goods, Parcels parcels, JdbcClient jdbc) {
        this.orders = orders;
        this.events = events;
        this.goods = goods;
        this.parcels = parcels;
        this.jdbc = jdbc;
    }

    /** What had been paid for cancelled pieces, or nothing when the order has no such cancellation. */
    public Optional<BigDecimal> refund(UUID orderId, UUID cancellationId) {
        return amount("refund", orderId, cancellationId);
    }

    /** What the cancelled pieces cost, or nothing when the order has no such cancellation. */
    public Optional<BigDecimal> value(UUID orderId, UUID cancellationId) {
        return amount("value", orderId, cancellationId);
    }

    /** The cancellations of pieces of an order. */
    public List<UUID> of(UUID orderId) {
        return jdbc.sql("select id from cancellations where order_id = ?")
                .param(orderId)
                .query(UUID.class)
                .list();
    }

    private Optional<BigDecimal> amount(String column, UUID orderId, UUID cancellationId) {
        return jdbc.sql("select " + column + " from cancellations where id = ? and order_id = ?")
                .params(cancellationId, orderId)
                .query(BigDecimal.class)
                .optional();
    }

    /** Whether it was asked for before under this id. @throws KeyTaken when something else was */
    boolean isKnown(UUID id, String request) {
        Optional<String> before = jdbc.sql("select request from cancellations where id = ?")
                .param(id)
                .query(String.class)
                .optional();
        if (before.isPresent() && !before.get().equals(request)) {
            throw new KeyTaken();
        }
        return before.isPresent();
    }

    /** A new id. */
    UUID id() {
        return ids.generate();
    }

    /**
     * Cancels some, not all, of what is still to leave of a locked order about which everything is known.
     *
     * @param taken pieces by line number
     * @return what has to be told
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<OutgoingMessage> cut(Order order, UUID id, Map<Integer, Integer> taken, String reason, String request) {
        boolean charged = order.paymentState() != PaymentState.NONE && order.paymentState() != PaymentState.DUE;
        List<OrderLine> now = order.lines().stream()
                .map(line -> line.with(line.tally().cancel(taken.getOrDefault(line.lineNo(), 0), charged)))
                .toList();
        BigDecimal total = charged ? order.total() : Fulfilment.value(order.currency(), now, OrderLine::charged);
        BigDecimal refund = Fulfilment.paidBack(order.currency(), order.lines(), now);
        BigDecimal value = charged ? refund : order.total().subtract(total);
        record(order, id, taken, reason, request, value, refund);
        Map<String, Long> bySku = new HashMap<>();
        for (OrderLine line : order.lines()) {
            long held = taken.getOrDefault(line.lineNo(), 0) - line.tally().backOrdered();
            if (held > 0) {
                bySku.merge(line.sku(), held, Long::sum);
            }
        }
        goods.release(order.id(), bySku);
        OrderStatus status = orders.tally(order, now, total, reason);
        List<OutgoingMessage> messages = new ArrayList<>();
        messages.add(events.lineCancelled(order, id, reason, taken, value, refund));
        if (status == OrderStatus.SHIPPED) {
            messages.addAll(nothingMoreToLeave(order));
        }
        return messages;
    }

    /** What has left may be with its customer by now. */
    private List<OutgoingMessage> nothingMoreToLeave(Order order) {
        Optional<Instant> delivered = parcels.delivered(order.id());
        if (delivered.isEmpty()) {
            return List.of(events.countedEnd(order, OrderStatus.SHIPPED, null));
        }
        orders.delivered(orders.lock(order.id()));
        return List.of(events.delivered(order, delivered.get(), BigDecimal.ZERO), events.countedDelivery(order));
    }

    /** Writes down what was cancelled, under an id by which a repetition is known. */
    void record(
            Order order,
            UUID id,
            Map<Integer, Integer> taken,
            String reason,
            String request,
            BigDecimal value,
            BigDecimal refund) {
        jdbc.sql("insert into cancellations (id, order_id, request, reason, value, refund) values (?, ?, ?, ?, ?, ?)")
                .params(id, order.id(), request, reason, value, refund)
                .update();
        for (OrderLine line : order.lines()) {
            if (taken.containsKey(line.lineNo())) {
                jdbc.sql(
                                """
                                insert into cancellation_lines (cancellation_id, line_no, sku, quantity)
                                values (?, ?, ?, ?)
                                """)
                        .params(id, line.lineNo(), line.sku(), taken.get(line.lineNo()))
                        .update();
            }
        }
    }
}
