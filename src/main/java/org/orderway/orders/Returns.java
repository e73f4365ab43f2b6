package org.orderway.orders;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import org.orderway.messages.EventIds;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Goods that came back from customers. What they had cost goes back to them, and the goods to the shelf. */
@Component("returns")
public class Returns {

    private static final String EVERYTHING_LEFT = "everything";

    private final Orders orders;
    private final OrderEvents events;
    private final Outbox outbox;
    private final JdbcClient jdbc;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    Returns(Orders orders, OrderEvents events, Outbox outbox, JdbcClient jdbc) {
        this.orders = orders;
        this.events = events;
        this.outbox = outbox;
        this.jdbc = jdbc;
    }

    /** So many pieces of an article. */
    public record Pieces(String sku, long quantity) {}

    /**
     * A return.
     *
     * @param value   what the goods had cost, in the order's currency
     * @param entries the outbox rows of what has to be told, none when it was known before
     */
    public record Answer(
            UUID id, UUID orderId, String status, BigDecimal value, String currency, List<Outbox.Entry> entries) {

        /** The answer to the shop. */
        public Map<String, Object> answer() {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("id", id);
            answer.put("order", orderId);
            answer.put("status", status);
            answer.put("value", value);
            answer.put("currency", currency);
            return answer;
        }
    }

    /**
     * Takes goods of a shipped order back.
     *
     * @param wanted what comes back; empty for everything that is still out
     * @param reason a word, such as {@code damaged}
     * @param key    the Idempotency-Key, under which a repetition gets the first answer; null or empty for none
     * @throws UnknownOrder  when there is no such order
     * @throws NotReturnable when it has not left the house, or has not that much left to return
     * @throws KeyTaken      when the key belongs to another return of the order
     */
    @Transactional
    public Answer open(UUID orderId, List<Pieces> wanted, String reason, String key) {
        Order order = orders.lock(orderId);
        String request =
                wanted.isEmpty() ? EVERYTHING_LEFT : Fulfilment.bySku(wanted).toString();
        UUID id = key == null || key.isEmpty() ? ids.generate() : UUID.fromString(EventIds.of(orderId, "return", key));
        Optional<Answer> known = known(order, id, request);
        if (known.isPresent()) {
            return known.get();
        }
        List<OutgoingMessage> messages = take(order, id, wanted, reason, request);
        Order now = orders.lock(orderId);
        return new Answer(
                id,
                orderId,
                now.status().name(),
                value(id),
                order.currency(),
                messages.stream().map(outbox::add).toList());
    }

    /**
     * The same as the API asks for it.
     *
     * @param parameters {@code id}, and {@code Idempotency-Key} where there is one
     * @param request    {@code reason} and {@code lines}, where they are given
     */
    @Transactional
    public Answer requested(Map<String, Object> parameters, JsonNode request) {
        return open(
                OrderView.id((String) parameters.get("id"), "id"),
                pieces(request),
                request.path("reason").asText(Cancellation.BY_CUSTOMER),
                (String) parameters.get("Idempotency-Key"));
    }

    /** The pieces that a request names. */
    static List<Pieces> pieces(JsonNode request) {
        List<Pieces> pieces = new ArrayList<>();
        request.path("lines")
                .forEach(line -> pieces.add(new Pieces(
                        line.path("sku").asText(), line.path("quantity").asLong())));
        return pieces;
    }

    /** Takes everything of a locked order back that is still out, and tells so. */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<OutgoingMessage> everything(Order order, String reason) {
        return take(order, ids.generate(), List.of(), reason, EVERYTHING_LEFT);
    }

    /** The goods of a return, by article, or nothing when the order has no such return. */
    public Optional<SortedMap<String, Long>> goods(UUID orderId, UUID returnId) {
        List<Pieces> pieces = jdbc.sql(
                        """
                        select l.sku, l.quantity from return_lines l join returns r on r.id = l.return_id
                        where r.id = ? and r.order_id = ?
                        """)
                .params(returnId, orderId)
                .query((rs, n) -> new Pieces(rs.getString("sku"), rs.getLong("quantity")))
                .list();
        return pieces.isEmpty() ? Optional.empty() : Optional.of(Fulfilment.bySku(pieces));
    }

    /** What the goods of a return had cost, or nothing when the order has no such return. */
    public Optional<BigDecimal> value(UUID orderId, UUID returnId) {
        return jdbc.sql("select value from returns where id = ? and order_id = ?")
                .params(returnId, orderId)
                .query(BigDecimal.class)
                .optional();
    }

    /** The returns of an order as the API shows them, oldest first. */
    List<Map<String, Object>> of(UUID orderId) {
        return jdbc.sql(
                        "select id, reason, value, returned_at from returns where order_id = ? order by returned_at, id")
                .param(orderId)
                .query((rs, n) -> {
                    Map<String, Object> view = new LinkedHashMap<>();
                    UUID id = rs.getObject("id", UUID.class);
                    view.put("id", id);
                    view.put("reason", rs.getString("reason"));
                    view.put("value", rs.getBigDecimal("value"));
                    view.put("time", rs.getTimestamp("returned_at").toInstant().toString());
                    view.put(
                            "lines",
                            goods(orderId, id).orElseThrow().entrySet().stream()
                                    .map(piece -> Map.of("sku", piece.getKey(), "quantity", piece.getValue()))
                                    .toList());
                    return view;
                })
                .list();
    }

    private Optional<Answer> known(Order order, UUID id, String request) {
        return jdbc.sql("select request from returns where id = ?")
                .param(id)
                .query(String.class)
                .optional()
                .map(before -> {
                    if (!before.equals(request)) {
                        throw new KeyTaken();
                    }
                    return new Answer(id, order.id(), order.status().name(), value(id), order.currency(), List.of());
                });
    }

    private List<OutgoingMessage> take(Order order, UUID id, List<Pieces> wanted, String reason, String request) {
        if (order.status() != OrderStatus.SHIPPED && order.status() != OrderStatus.DELIVERED) {
            throw NotReturnable.notShipped(order);
        }
        Map<Integer, Integer> taken = wanted.isEmpty()
                ? Fulfilment.all(order.lines(), OrderLine::out)
                : Fulfilment.allot(order.lines(), OrderLine::out, Fulfilment.bySku(wanted), NotReturnable::tooMany);
        if (taken.isEmpty()) {
            throw new NotReturnable("Everything of the order was returned");
        }
        List<OrderLine> now = order.lines().stream()
                .map(line -> line.with(line.tally().takeBack(taken.getOrDefault(line.lineNo(), 0))))
                .toList();
        BigDecimal value = Fulfilment.paidBack(order.currency(), order.lines(), now);
        jdbc.sql("insert into returns (id, order_id, request, reason, value) values (?, ?, ?, ?, ?)")
                .params(id, order.id(), request, reason, value)
                .update();
        for (OrderLine line : order.lines()) {
            if (taken.containsKey(line.lineNo())) {
                jdbc.sql("insert into return_lines (return_id, line_no, sku, quantity) values (?, ?, ?, ?)")
                        .params(id, line.lineNo(), line.sku(), taken.get(line.lineNo()))
                        .update();
            }
        }
        boolean complete = orders.tally(order, now, order.total(), reason) == OrderStatus.RETURNED;
        List<OutgoingMessage> messages = new ArrayList<>();
        messages.add(events.returned(order, id, reason, value, complete));
        if (complete) {
            messages.add(events.countedReturn(order, reason));
        }
        return messages;
    }

    private BigDecimal value(UUID id) {
        return jdbc.sql("select value from returns where id = ?")
                .param(id)
                .query(BigDecimal.class)
                .single();
    }
}
