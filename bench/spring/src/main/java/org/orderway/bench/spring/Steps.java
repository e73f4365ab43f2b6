package org.orderway.bench.spring;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The steps of an order. Each is one statement and so one transaction and one round trip: it locks and moves the order's row,
 * does its work, and records the message it sends. Where the row has moved on, it does nothing and answers the message that
 * was recorded then.
 */
@Component
class Steps {

    /** The stock of an order's articles, locked in one order by all. Always before the order's own row. */
    private static final String STOCK =
            """
            with stock as materialized (
                select p.sku, w.quantity, p.on_hand - p.reserved >= w.quantity as enough
                from products p
                join unnest(cast(:skus as text[]), cast(:quantities as int[])) as w (sku, quantity) on p.sku = w.sku
                order by p.sku
                for update of p),
            """;

    private final JdbcClient jdbc;
    private final Codec codec;

    Steps(JdbcClient jdbc, Codec codec) {
        this.jdbc = jdbc;
        this.codec = codec;
    }

    /** Sets an accepted order going. */
    Optional<Outgoing> create(Event placed) {
        Outgoing created = codec.outgoing(placed.next(Journey.CREATED));
        return once(
                "create",
                created,
                """
                with moved as (
                    update orders set status = 'CREATED', moved_at = now()
                    where id = :order and status = 'ACCEPTED' returning id)
                """,
                List.of());
    }

    /** Holds every line or none. */
    Optional<Outgoing> reserve(Event created) {
        Outgoing held = codec.outgoing(created.next(Journey.RESERVED));
        Outgoing failed = codec.outgoing(created.failed("out_of_stock"));
        List<String> recorded = stock(
                        created,
                        STOCK
                                + """
                                moved as (
                                    update orders
                                    set status = case when v.enough then 'RESERVED' else 'FAILED' end, moved_at = now()
                                    from (select count(*) = :lines and bool_and(enough) as enough from stock) v
                                    where id = :order and status = 'CREATED'
                                    returning id, status),
                                held as (
                                    update products p set reserved = p.reserved + s.quantity
                                    from stock s, moved m where p.sku = s.sku and m.status = 'RESERVED')
                                insert into outcomes (order_id, step, message_id, type, routing_key, body)
                                select id, 'reserve',
                                    case status when 'RESERVED' then :messageId else :failedId end,
                                    case status when 'RESERVED' then :type else :failedType end,
                                    case status when 'RESERVED' then :type else :failedType end,
                                    case status when 'RESERVED' then :body else :failedBody end
                                from moved
                                returning type
                                """)
                .param("lines", created.lines().size())
                .param("messageId", held.id())
                .param("type", held.type())
                .param("body", held.body())
                .param("failedId", failed.id())
                .param("failedType", failed.type())
                .param("failedBody", failed.body())
                .query(String.class)
                .list();
        return recorded.isEmpty()
                ? recorded(created.orderId(), "reserve")
                : Optional.of(recorded.get(0).equals(held.type()) ? held : failed);
    }

    /** Records what was paid, or is due at the door. Nobody is asked: it stands for a gateway. */
    Optional<Outgoing> pay(Event reserved) {
        Outgoing paid = codec.outgoing(reserved.next(Journey.PAID));
        return once(
                "pay",
                paid,
                """
                with moved as (
                    update orders set status = 'PAID', moved_at = now(),
                        captured = case payment_method when 'prepaid' then total else 0 end
                    where id = :order and status = 'RESERVED' returning id, payment_method, captured),
                paid as (
                    insert into payments (order_id, method, amount) select id, payment_method, captured from moved)
                """,
                List.of());
    }

    /** Records a parcel and takes the goods off the shelf. No carrier is asked. */
    Optional<Outgoing> ship(Event paid) {
        String tracking = "SP" + paid.orderId().toString().substring(0, 13);
        Outgoing shipped = codec.outgoing(paid.shipped(tracking));
        return once(
                "ship",
                shipped,
                STOCK
                        + """
                        moved as (
                            update orders set status = 'SHIPPED', moved_at = now()
                            where id = :order and status = 'PAID' and (select count(*) from stock) > 0 returning id),
                        sold as (
                            update products p set reserved = p.reserved - s.quantity, on_hand = p.on_hand - s.quantity,
                                sold = p.sold + s.quantity
                            from stock s, moved m where p.sku = s.sku),
                        parcel as (insert into shipments (order_id, tracking_number) select id, :tracking from moved)
                        """,
                paid.lines(),
                tracking);
    }

    private Optional<Outgoing> once(
            String step, Outgoing message, String work, List<Order.PricedLine> lines, String... tracking) {
        JdbcClient.StatementSpec statement = jdbc.sql(
                        work
                                + """
                                insert into outcomes (order_id, step, message_id, type, routing_key, body)
                                select id, :step, :messageId, :type, :type, :body from moved
                                """)
                .param("order", message.orderId())
                .param("step", step)
                .param("messageId", message.id())
                .param("type", message.type())
                .param("body", message.body());
        if (!lines.isEmpty()) {
            statement = withLines(statement, lines).param("tracking", tracking[0]);
        }
        return statement.update() == 1 ? Optional.of(message) : recorded(message.orderId(), step);
    }

    private JdbcClient.StatementSpec stock(Event event, String sql) {
        return withLines(jdbc.sql(sql).param("order", event.orderId()), event.lines());
    }

    private static JdbcClient.StatementSpec withLines(
            JdbcClient.StatementSpec statement, List<Order.PricedLine> lines) {
        return statement
                .param("skus", lines.stream().map(Order.PricedLine::sku).toArray(String[]::new))
                .param("quantities", lines.stream().map(Order.PricedLine::quantity).toArray(Integer[]::new));
    }

    /** What the step sent before; nothing where the order has never been there. */
    private Optional<Outgoing> recorded(UUID order, String step) {
        return jdbc.sql(
                        """
                        select order_id, message_id, type, routing_key, body from outcomes where order_id = ? and step = ?
                        """)
                .params(order, step)
                .query((rs, row) -> Outbox.outgoing(rs))
                .optional();
    }
}
