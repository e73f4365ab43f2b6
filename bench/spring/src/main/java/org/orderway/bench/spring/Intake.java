package org.orderway.bench.spring;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Accepts orders, each under its number once: what is accepted is committed. */
@Component
class Intake {

    private final JdbcClient jdbc;
    private final Codec codec;

    Intake(JdbcClient jdbc, Codec codec) {
        this.jdbc = jdbc;
        this.codec = codec;
    }

    /**
     * An accepted order.
     *
     * @param entry what is to be published, or null when it was accepted before
     */
    record Accepted(UUID id, Event placed, Outbox.Entry entry) {}

    /** An order over HTTP: its message is committed with it. */
    @Transactional
    public Accepted accept(Order order) {
        Event placed = price(order);
        Outgoing message = codec.outgoing(
                placed, Journey.laneKey(order.priority(), order.shipTo().country()));
        List<Outbox.Entry> entries = place(
                        order,
                        placed,
                        """
                        insert into outbox (order_id, message_id, type, routing_key, body)
                        select id, :messageId, :type, :key, :body from placed
                        returning id
                        """)
                .param("messageId", message.id())
                .param("type", message.type())
                .param("key", message.routingKey())
                .param("body", message.body())
                .query((rs, row) -> new Outbox.Entry(rs.getLong(1), message))
                .list();
        return entries.isEmpty()
                ? new Accepted(known(order.number()), placed, null)
                : new Accepted(placed.orderId(), placed, entries.get(0));
    }

    /** An order that came straight over the exchange: it is in its queue already. A repetition is the same order. */
    @Transactional
    public Event acceptDelivered(Order order) {
        Event placed = price(order);
        boolean fresh = !place(order, placed, "select id from placed")
                .query((rs, row) -> rs.getObject(1))
                .list()
                .isEmpty();
        return fresh ? placed : identified(order, known(order.number()), placed);
    }

    private Event price(Order order) {
        order.check();
        Map<String, BigDecimal> prices = jdbc
                .sql("select sku, price from products where sku = any(?)")
                .param(order.lines().stream().map(Order.Line::sku).toArray(String[]::new))
                .query((rs, row) -> Map.entry(rs.getString(1), rs.getBigDecimal(2)))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        if (prices.size() < order.lines().size()) {
            throw new InvalidOrder("An article is not in the catalogue");
        }
        List<Order.PricedLine> lines = order.lines().stream()
                .map(line -> new Order.PricedLine(line.sku(), line.quantity(), prices.get(line.sku())))
                .toList();
        BigDecimal total = lines.stream().map(Order.PricedLine::total).reduce(BigDecimal.ZERO, BigDecimal::add);
        UUID id = UUID.randomUUID();
        return new Event(
                Event.idOf(id, Journey.PLACED),
                Journey.PLACED,
                id,
                order.number(),
                order.priority(),
                order.customer().id(),
                order.payment().method(),
                order.currency(),
                total,
                lines,
                null,
                null,
                Instant.now());
    }

    private static Event identified(Order order, UUID id, Event placed) {
        return new Event(
                Event.idOf(id, Journey.PLACED),
                Journey.PLACED,
                id,
                order.number(),
                order.priority(),
                placed.customerId(),
                placed.paymentMethod(),
                placed.currency(),
                placed.total(),
                placed.lines(),
                null,
                null,
                placed.at());
    }

    /** Order, lines and what goes with them in one round trip; nothing where there is an order of this number. */
    private JdbcClient.StatementSpec place(Order order, Event placed, String last) {
        List<Order.PricedLine> lines = placed.lines();
        return jdbc.sql(
                        """
                        with placed as (
                            insert into orders (id, number, status, priority, customer_id, customer_name, customer_email,
                                                ship_to, payment_method, payment_token, currency, total)
                            values (:id, :number, 'ACCEPTED', :priority, :customer, :name, :email,
                                    cast(:shipTo as jsonb), :method, :token, :currency, :total)
                            on conflict (number) do nothing
                            returning id),
                        lines as (
                            insert into order_lines (order_id, line_no, sku, quantity, unit_price)
                            select placed.id, l.no, l.sku, l.quantity, l.price
                            from placed, unnest(cast(:skus as text[]), cast(:quantities as int[]), cast(:prices as numeric[]))
                                with ordinality as l (sku, quantity, price, no))
                        """
                                + last)
                .param("id", placed.orderId())
                .param("number", order.number())
                .param("priority", order.priority())
                .param("customer", order.customer().id())
                .param("name", order.customer().name())
                .param("email", order.customer().email())
                .param("shipTo", codec.text(order.shipTo()))
                .param("method", order.payment().method())
                .param("token", order.payment().token())
                .param("currency", order.currency())
                .param("total", placed.total())
                .param("skus", lines.stream().map(Order.PricedLine::sku).toArray(String[]::new))
                .param("quantities", lines.stream().map(Order.PricedLine::quantity).toArray(Integer[]::new))
                .param("prices", lines.stream().map(line -> line.unitPrice().toPlainString()).toArray(String[]::new));
    }

    private UUID known(String number) {
        return jdbc.sql("select id from orders where number = ?")
                .param(number)
                .query(UUID.class)
                .single();
    }
}
