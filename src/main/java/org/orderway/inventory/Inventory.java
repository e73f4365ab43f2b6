package org.orderway.inventory;

import java.util.Collection;
import java.util.HashMap;
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

/**
 * Stock on hand. An order is reserved whole or not at all, unless its customer takes several parcels: then what is there is
 * reserved and the rest waits for goods. What is reserved cannot be promised twice.
 */
@Component("inventory")
public class Inventory implements Goods {

    private static final int FIRST_PARCEL = 1;

    private final Steps steps;
    private final Orders orders;
    private final OrderEvents events;
    private final Returns returns;
    private final BackOrderSettings backOrders;
    private final JdbcClient jdbc;
    private final JdbcTemplate batch;

    Inventory(
            Steps steps,
            Orders orders,
            OrderEvents events,
            Returns returns,
            BackOrderSettings backOrders,
            JdbcClient jdbc,
            JdbcTemplate batch) {
        this.steps = steps;
        this.orders = orders;
        this.events = events;
        this.returns = returns;
        this.backOrders = backOrders;
        this.jdbc = jdbc;
        this.batch = batch;
    }

    /**
     * Holds every line of the order, or refuses it as out of stock and holds none; of an order that may be sent in parts, what
     * is there.
     */
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
        // An article may have left in several parcels: those of the first come back first.
        lockShelves(goods).stream().filter(Shelf::stocked).forEach(shelf -> jdbc.sql(
                        """
                        with sold as (
                            select parcel, quantity - returned as out,
                                sum(quantity - returned) over (order by parcel) - (quantity - returned) as before
                            from reservations where order_id = :order and sku = :sku and state = 'sold'),
                        back as (
                            update reservations r set changed_at = now(),
                                returned = r.returned + least(s.out, :pieces - s.before)
                            from sold s where r.order_id = :order and r.sku = :sku and r.parcel = s.parcel
                                and s.before < :pieces
                            returning least(s.out, :pieces - s.before) as pieces),
                        put as (select sum(pieces) as pieces from back)
                        update products p set on_hand = p.on_hand + put.pieces, sold = p.sold - put.pieces,
                            updated_at = now()
                        from put where p.sku = :sku and put.pieces > 0
                        """)
                .param("order", order.id())
                .param("sku", shelf.sku())
                .param("pieces", goods.get(shelf.sku()))
                .update());
    }

    private Outcome reserve(Order order) {
        SortedMap<String, Long> wanted = order.lines().stream()
                .filter(line -> line.wanted() > 0)
                .collect(
                        Collectors.groupingBy(OrderLine::sku, TreeMap::new, Collectors.summingLong(OrderLine::wanted)));
        List<Shelf> shelves = lockShelves(wanted);
        List<String> shortOf = shelves.stream()
                .filter(shelf -> shelf.stocked() && shelf.available() < wanted.get(shelf.sku()))
                .map(Shelf::sku)
                .toList();
        if (!shortOf.isEmpty()) {
            return backOrders.permits(order)
                    ? reservePart(order, shelves, shortOf)
                    : events.failed(order, "out_of_stock", Map.of("shortOf", shortOf));
        }
        hold(order.id(), shelves.stream().filter(Shelf::stocked).map(Shelf::sku).toList(), wanted, FIRST_PARCEL);
        orders.advance(order, OrderStatus.RESERVED);
        return Outcome.of(events.inventoryChecked(order));
    }

    /** Of an order nothing of which is there nothing is sent ahead: it is refused like any other. */
    private Outcome reservePart(Order order, List<Shelf> shelves, List<String> shortOf) {
        Map<String, Long> there = new HashMap<>();
        shelves.stream().filter(Shelf::stocked).forEach(shelf -> there.put(shelf.sku(), shelf.available()));
        Map<String, Long> held = new TreeMap<>();
        List<OrderLine> lines = order.lines().stream()
                .map(line -> {
                    if (!there.containsKey(line.sku())) {
                        return line;
                    }
                    int here = (int) Math.min(line.wanted(), there.get(line.sku()));
                    there.merge(line.sku(), (long) -here, Long::sum);
                    if (here > 0) {
                        held.merge(line.sku(), (long) here, Long::sum);
                    }
                    return line.backOrder(line.wanted() - here);
                })
                .toList();
        if (held.isEmpty()) {
            return events.failed(order, "out_of_stock", Map.of("shortOf", shortOf));
        }
        hold(order.id(), List.copyOf(held.keySet()), held, FIRST_PARCEL);
        orders.backOrder(order, lines);
        orders.advance(order, OrderStatus.RESERVED);
        Map<Integer, Integer> waiting = new TreeMap<>();
        lines.stream()
                .filter(line -> line.tally().backOrdered() > 0)
                .forEach(line -> waiting.put(line.lineNo(), line.tally().backOrdered()));
        return Outcome.of(events.inventoryChecked(order, waiting));
    }

    /**
     * Holds what has come of the goods that a locked order waits for, for its next parcel.
     *
     * @return its lines as they are then
     */
    @Transactional(propagation = Propagation.MANDATORY)
    List<OrderLine> holdBackOrder(Order order, int parcel) {
        SortedMap<String, Long> wanted = new TreeMap<>();
        order.lines().stream()
                .filter(line -> line.tally().backOrdered() > 0)
                .forEach(line -> wanted.merge(line.sku(), (long) line.tally().backOrdered(), Long::sum));
        Map<String, Shelf> shelves = lockShelves(wanted).stream().collect(Collectors.toMap(Shelf::sku, shelf -> shelf));
        Map<String, Long> held = new TreeMap<>();
        List<OrderLine> lines = order.lines().stream()
                .map(line -> {
                    Shelf shelf = shelves.get(line.sku());
                    int waiting = line.tally().backOrdered();
                    if (waiting == 0 || !shelf.stocked()) {
                        return line.backOrder(-waiting);
                    }
                    int here = (int) Math.min(waiting, shelf.available() - held.getOrDefault(line.sku(), 0L));
                    if (here > 0) {
                        held.merge(line.sku(), (long) here, Long::sum);
                    }
                    return line.backOrder(-here);
                })
                .toList();
        hold(order.id(), List.copyOf(held.keySet()), held, parcel);
        return lines;
    }

    private void hold(UUID orderId, List<String> skus, Map<String, Long> wanted, int parcel) {
        batch.batchUpdate(
                "update products set reserved = reserved + ?, updated_at = now() where sku = ?",
                skus.stream().map(sku -> new Object[] {wanted.get(sku), sku}).toList());
        batch.batchUpdate(
                "insert into reservations (order_id, sku, quantity, state, parcel) values (?, ?, ?, 'held', ?)",
                skus.stream()
                        .map(sku -> new Object[] {orderId, sku, wanted.get(sku), parcel})
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

    @Override
    @Transactional(propagation = Propagation.MANDATORY)
    public void release(UUID orderId, Map<String, Long> pieces) {
        lockShelves(new TreeMap<>(pieces));
        pieces.forEach((sku, quantity) -> {
            jdbc.sql(
                            """
                            with h as (update reservations set quantity = quantity - :pieces, changed_at = now()
                                where order_id = :order and sku = :sku and state = 'held' and quantity > :pieces
                                returning sku),
                            gone as (delete from reservations
                                where order_id = :order and sku = :sku and state = 'held' and quantity = :pieces
                                returning sku)
                            update products p set reserved = p.reserved - :pieces, updated_at = now()
                            from (select sku from h union all select sku from gone) r where p.sku = r.sku
                            """)
                    .param("pieces", quantity)
                    .param("order", orderId)
                    .param("sku", sku)
                    .update();
        });
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
