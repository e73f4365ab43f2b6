package org.orderway.inventory;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.orderway.messages.Outbox;
import org.orderway.orders.Cancellation;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderLine;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.Parcels;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Orders that wait for goods. What has come is held for the oldest first and leaves as a parcel of its own, the next one only
 * when that has left: so what is ready is always exactly what one parcel takes.
 */
@Component("backOrders")
public class BackOrders {

    private static final int MOST = 100;

    private final Inventory inventory;
    private final Orders orders;
    private final OrderEvents events;
    private final Parcels parcels;
    private final Cancellation cancellation;
    private final Outbox outbox;
    private final JdbcClient jdbc;
    private final Clock clock;
    private final BackOrderSettings settings;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    BackOrders(
            Inventory inventory,
            Orders orders,
            OrderEvents events,
            Parcels parcels,
            Cancellation cancellation,
            Outbox outbox,
            JdbcClient jdbc,
            Clock clock,
            BackOrderSettings settings) {
        this.inventory = inventory;
        this.orders = orders;
        this.events = events;
        this.parcels = parcels;
        this.cancellation = cancellation;
        this.outbox = outbox;
        this.jdbc = jdbc;
        this.clock = clock;
        this.settings = settings;
    }

    /** Paid orders with nothing ready to leave that wait for goods of which some are there, oldest first. */
    @Transactional(readOnly = true)
    public List<UUID> fillable() {
        return jdbc.sql(
                        """
                        select distinct l.order_id from order_lines l
                        join orders o on o.id = l.order_id and o.status = 'PAID'
                        join products p on p.sku = l.sku and (not p.stocked or p.on_hand > p.reserved)
                        where l.back_ordered > 0 and not exists (
                            select 1 from order_lines r where r.order_id = l.order_id
                            and r.quantity > r.cancelled + r.back_ordered + r.shipped)
                            and not exists (select 1 from chargebacks c where c.order_id = l.order_id)
                        order by l.order_id limit ?
                        """)
                .param(MOST)
                .query(UUID.class)
                .list();
    }

    /**
     * Holds what has come for an order and tells so. An order that somebody else works on is left for the next look.
     *
     * @return the outbox row of what has to be told, or none
     */
    @Transactional
    public List<Outbox.Entry> fill(UUID orderId) {
        boolean isFree = jdbc.sql("select 1 from orders where id = ? for update skip locked")
                .param(orderId)
                .query(Integer.class)
                .optional()
                .isPresent();
        if (!isFree) {
            return List.of();
        }
        Order order = orders.lock(orderId);
        if (order.status() != OrderStatus.PAID || isReady(order.lines())) {
            return List.of();
        }
        int parcel = parcels.of(orderId).size() + 1;
        List<OrderLine> lines = inventory.holdBackOrder(order, parcel);
        if (!isReady(lines)) {
            return List.of();
        }
        orders.backOrder(order, lines);
        return List.of(outbox.add(events.backOrderFilled(order, parcel, ids.generate())));
    }

    private static boolean isReady(List<OrderLine> lines) {
        return lines.stream().anyMatch(line -> line.ready() > 0);
    }

    /** Paid orders that have waited for goods too long, or lost their money meanwhile, oldest first. */
    @Transactional(readOnly = true)
    public List<UUID> lapsed() {
        return jdbc.sql(
                        """
                        select distinct l.order_id from order_lines l
                        join orders o on o.id = l.order_id and o.status = 'PAID'
                        where l.back_ordered > 0 and (o.created_at < ?
                            or exists (select 1 from chargebacks c where c.order_id = l.order_id))
                        order by l.order_id limit ?
                        """)
                .params(Timestamp.from(clock.instant().minus(settings.kept())), MOST)
                .query(UUID.class)
                .list();
    }

    /** Gives up what an order still waits for: its money goes back. */
    @Transactional
    public List<Outbox.Entry> giveUp(UUID orderId) {
        return cancellation.giveUpBackOrder(orderId);
    }
}
