package org.orderway.orders;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.math.BigDecimal;
import java.util.Currency;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.orderway.messages.EventIds;
import org.orderway.messages.Outbox;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Money that somebody of ours gives back although the customer keeps the goods: for pieces, or an amount. */
@Component("goodwill")
public class Goodwill {

    private static final Set<PaymentState> PAID =
            EnumSet.of(PaymentState.CAPTURED, PaymentState.COLLECTED, PaymentState.PART_REFUNDED);

    private final Orders orders;
    private final OrderEvents events;
    private final PromisedBack promised;
    private final Chargebacks chargebacks;
    private final Outbox outbox;
    private final JdbcClient jdbc;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    Goodwill(
            Orders orders,
            OrderEvents events,
            PromisedBack promised,
            Chargebacks chargebacks,
            Outbox outbox,
            JdbcClient jdbc) {
        this.orders = orders;
        this.events = events;
        this.promised = promised;
        this.chargebacks = chargebacks;
        this.outbox = outbox;
        this.jdbc = jdbc;
    }

    /** What is granted. @param entries the outbox rows of what has to be told, none when it was granted before */
    public record Grant(UUID id, UUID orderId, BigDecimal amount, String currency, List<Outbox.Entry> entries) {

        /** The answer to who granted it. */
        public Map<String, Object> answer() {
            return Map.of("id", id, "order", orderId, "amount", amount, "currency", currency);
        }
    }

    /**
     * Grants a refund as the API asks for it.
     *
     * @param parameters {@code id}, and {@code Idempotency-Key} where there is one
     * @param request    {@code by}, {@code reason}, and either {@code lines} or {@code amount}
     * @throws UnknownOrder  when there is no such order
     * @throws InvalidOrder  when it says both or neither, or an amount that the currency does not have
     * @throws NotRefundable when the order is not paid for, or has not that much left to give back
     * @throws KeyTaken      when the key belongs to another refund of the order
     */
    @Transactional
    public Grant requested(Map<String, Object> parameters, JsonNode request) {
        if (request.has("lines") == request.has("amount")) {
            throw new InvalidOrder(List.of(new FieldError("", "needs either lines or an amount")));
        }
        Order order = orders.lock(OrderView.id((String) parameters.get("id"), "id"));
        String key = (String) parameters.get("Idempotency-Key");
        UUID id = key == null || key.isEmpty()
                ? ids.generate()
                : UUID.fromString(EventIds.of(order.id(), "goodwill", key));
        String asked = request.has("lines")
                ? Fulfilment.bySku(Returns.pieces(request)).toString()
                : amount(request, order.currency()).toPlainString();
        Optional<Grant> known = known(order, id, asked);
        return known.orElseGet(() -> grant(order, id, asked, request));
    }

    private Optional<Grant> known(Order order, UUID id, String asked) {
        return jdbc.sql("select request, amount from goodwill where id = ?")
                .param(id)
                .query((rs, n) -> {
                    if (!rs.getString("request").equals(asked)) {
                        throw new KeyTaken();
                    }
                    return new Grant(id, order.id(), rs.getBigDecimal("amount"), order.currency(), List.of());
                })
                .optional();
    }

    private Grant grant(Order order, UUID id, String asked, JsonNode request) {
        if (!PAID.contains(order.paymentState())
                || order.status().isStopped()
                || order.status() == OrderStatus.CANCELLING) {
            throw new NotRefundable(order);
        }
        BigDecimal amount = request.has("lines") ? forPieces(order, request) : amount(request, order.currency());
        BigDecimal left = order.captured()
                .min(order.total())
                .subtract(promised.sum(order.id()))
                .subtract(chargebacks.sum(order.id()));
        if (amount.signum() <= 0 || amount.compareTo(left) > 0) {
            throw new NotRefundable(left.max(BigDecimal.ZERO), order.currency());
        }
        jdbc.sql(
                        """
                        insert into goodwill (id, order_id, request, amount, reason, granted_by)
                        values (?, ?, ?, ?, ?, ?)
                        """)
                .params(
                        id,
                        order.id(),
                        asked,
                        amount,
                        request.path("reason").asText(),
                        request.path("by").asText())
                .update();
        Outbox.Entry told = outbox.add(events.refundGranted(order, id, amount));
        return new Grant(id, order.id(), amount, order.currency(), List.of(told));
    }

    /** Marks the pieces as paid back. @return what they had cost */
    private BigDecimal forPieces(Order order, JsonNode request) {
        Map<Integer, Integer> granted = Fulfilment.allot(
                order.lines(),
                line -> Math.max(0, line.out() - line.tally().granted()),
                Fulfilment.bySku(Returns.pieces(request)),
                NotRefundable::tooMany);
        List<OrderLine> now = order.lines().stream()
                .map(line -> line.with(line.tally().grant(granted.getOrDefault(line.lineNo(), 0))))
                .toList();
        orders.tally(order, now, order.total(), order.reason());
        return Fulfilment.paidBack(order.currency(), order.lines(), now);
    }

    private static BigDecimal amount(JsonNode request, String currency) {
        BigDecimal amount = new BigDecimal(request.path("amount").asText()).stripTrailingZeros();
        int digits = Currency.getInstance(currency).getDefaultFractionDigits();
        if (amount.signum() <= 0 || amount.scale() > digits) {
            throw new InvalidOrder(List.of(
                    new FieldError("/amount", "must be above 0, with at most " + digits + " decimals in " + currency)));
        }
        return amount.setScale(digits);
    }

    /** How much was granted, or nothing when the order has no such grant. */
    public Optional<BigDecimal> amount(UUID orderId, UUID id) {
        return jdbc.sql("select amount from goodwill where id = ? and order_id = ?")
                .params(id, orderId)
                .query(BigDecimal.class)
                .optional();
    }

    /** What was granted for an order as the API shows it, oldest first. */
    List<Map<String, Object>> of(UUID orderId) {
        return jdbc.sql("select * from goodwill where order_id = ? order by granted_at, id")
                .param(orderId)
                .query((rs, n) -> {
                    Map<String, Object> view = new LinkedHashMap<>();
                    view.put("id", rs.getObject("id", UUID.class));
                    view.put("amount", rs.getBigDecimal("amount"));
                    view.put("reason", rs.getString("reason"));
                    view.put("by", rs.getString("granted_by"));
                    view.put("time", rs.getTimestamp("granted_at").toInstant().toString());
                    return view;
                })
                .list();
    }
}
