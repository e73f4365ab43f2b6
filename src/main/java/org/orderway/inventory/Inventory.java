package org.orderway.inventory;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.orderway.messages.Event;
import org.orderway.messages.Outcome;
import org.orderway.orders.Goods;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderLine;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.Returns;
import org.orderway.orders.Steps;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Stock on hand. An order is reserved whole or not at all, and what is reserved cannot be promised twice. */
@Component("inventory")
public class Inventory implements Goods {

    private final Steps steps;
    private final Orders orders;
    private final OrderEvents events;
    private final Returns returns;
    private final JdbcClient jdbc;
    private final JdbcTemplate batch;

    Inventory(Steps steps, Orders orders, OrderEvents events, Returns returns, JdbcClient jdbc, JdbcTemplate batch) {
        this.steps = steps;
        this.orders = orders;
        this.events = events;
        this.returns = returns;
        this.jdbc = jdbc;
        this.batch = batch;
    }

    /** Holds every line of the order, or refuses it as out of stock and holds none. */
    public Outcome reserve(Event event) {
        return steps.once(event.orderId(), "reserve", this::reserve);
    }

    /** Gives back what was held for an order that came to nothing, and puts returned goods back on the shelf. */
    public Outcome restock(Event event) {
        if (event.type().equals("order.returned")) {
            UUID returnId = UUID.fromString(event.text("returnId"));
            return steps.afterwards(event.orderId(), "restock-" + returnId, order -> {
                takeBack(order, returnId);
                return Outcome.SILENT;
            });
        }
        return steps.compensate(event.orderId(), "restock", order -> {
            release(order.id());
            return Outcome.SILENT;
        });
    }

    private void takeBack(Order order, UUID returnId) {
        SortedMap<String, Long> goods = returns.goods(order.id(), returnId)
                .orElseThrow(() -> new IllegalTransition(order.id(), order.status(), OrderStatus.RETURNED));
        List<Object[]> pieces = lockShelves(goods).stream()
                .filter(Shelf::stocked)
                .map(shelf -> new Object[] {goods.get(shelf.sku()), shelf.sku(), order.id()})
                .toList();
        batch.batchUpdate(
                """
                with r as (update reservations set returned = returned + ?, changed_at = now()
                    where sku = ? and order_id = ? and state = 'sold' returning sku)
                update products p set on_hand = p.on_hand + ?, sold = p.sold - ?, updated_at = now()
                from r where p.sku = r.sku
                """,
                pieces.stream()
                        .map(p -> new Object[] {p[0], p[1], p[2], p[0], p[0]})
                        .toList());
    }

    private Outcome reserve(Order order) {
        SortedMap<String, Long> wanted = order.lines().stream()
                .collect(Collectors.groupingBy(
                        OrderLine::sku, TreeMap::new, Collectors.summingLong(OrderLine::quantity)));
        List<Shelf> shelves = lockShelves(wanted);
        List<String> shortOf = shelves.stream()
                .filter(shelf -> shelf.stocked() && shelf.available() < wanted.get(shelf.sku()))
                .map(Shelf::sku)
                .toList();
        if (!shortOf.isEmpty()) {
            return events.failed(order, "out_of_stock", Map.of("shortOf", shortOf));
        }
        hold(order.id(), shelves.stream().filter(Shelf::stocked).map(Shelf::sku).toList(), wanted);
        orders.advance(order, OrderStatus.RESERVED);
        return Outcome.of(events.inventoryChecked(order));
    }

    private void hold(UUID orderId, List<String> skus, Map<String, Long> wanted) {
        batch.batchUpdate(
                "update products set reserved = reserved + ?, updated_at = now() where sku = ?",
                skus.stream().map(sku -> new Object[] {wanted.get(sku), sku}).toList());
        batch.batchUpdate(
                "insert into reservations (order_id, sku, quantity, state) values (?, ?, ?, 'held')",
                skus.stream()
                        .map(sku -> new Object[] {orderId, sku, wanted.get(sku)})
                        .toList());
    }

    /** Locks the articles in the order of their SKUs, so that two orders never wait for each other in a circle. */
    private List<Shelf> lockShelves(SortedMap<String, Long> wanted) {
        return jdbc.sql("select sku, stocked, on_hand - reserved as available from products where sku = any(?)"
                        + " order by sku for update")
                .param(wanted.keySet().toArray(String[]::new))
                .query((rs, n) -> new Shelf(rs.getString("sku"), rs.getBoolean("stocked"), rs.getLong("available")))
                .list();
    }

    private record Shelf(String sku, boolean stocked, long available) {}

    @Override
    @Transactional(propagation = Propagation.MANDATORY)
    public void sell(UUID orderId) {
        settle(
                orderId,
                "sold",
                "on_hand = p.on_hand - h.quantity, reserved = p.reserved - h.quantity,"
                        + " sold = p.sold + h.quantity");
    }

    @Override
    @Transactional(propagation = Propagation.MANDATORY)
    public void release(UUID orderId) {
        settle(orderId, "released", "reserved = p.reserved - h.quantity");
    }

    @Override
    @Transactional(readOnly = true)
    public List<Held> heldFor(Collection<UUID> orderIds) {
        return jdbc.sql(
                        """
                        select r.order_id, r.sku, p.name, r.quantity
                        from reservations r join products p on p.sku = r.sku
                        where r.order_id = any(cast(? as uuid[])) and r.state = 'held'
                        """)
                .param(orderIds.stream().map(UUID::toString).toArray(String[]::new))
                .query((rs, n) -> new Held(
                        rs.getObject("order_id", UUID.class),
                        rs.getString("sku"),
                        rs.getString("name"),
                        rs.getLong("quantity")))
                .list();
    }

    /** Closes the live reservations of an order. The articles are locked in the order of their SKUs, as ever. */
    private void settle(UUID orderId, String state, String changes) {
        jdbc.sql(
                        """
                        select 1 from products where sku in
                            (select sku from reservations where order_id = ? and state = 'held')
                        order by sku for update
                        """)
                .param(orderId)
                .query((rs, n) -> 1)
                .list();
        jdbc.sql("with h as (update reservations set state = ?, changed_at = now()"
                        + " where order_id = ? and state = 'held' returning sku, quantity)"
                        + " update products p set " + changes + ", updated_at = now() from h where p.sku = h.sku")
                .params(state, orderId)
                .update();
    }
}
