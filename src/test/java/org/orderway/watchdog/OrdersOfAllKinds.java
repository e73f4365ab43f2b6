package org.orderway.watchdog;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.orderway.inventory.Inventory;
import org.orderway.messages.Outbox;
import org.orderway.messages.Outcomes;
import org.orderway.orders.OrderLine;
import org.orderway.orders.OrderProcessing;
import org.orderway.orders.OrderRequest;
import org.orderway.payment.Charge;
import org.orderway.payment.Payment;
import org.orderway.shipping.Shipment;
import org.orderway.shipping.Shipping;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

/** A database with an order at every place where orders can be, brought there by the beans that bring them there. */
abstract class OrdersOfAllKinds extends DatabaseTest {

    static final BigDecimal PRICE = new BigDecimal("2.5");

    @Autowired
    Watchdog watchdog;

    @Autowired
    Outcomes outcomes;

    @Autowired
    private OrderProcessing processing;

    @Autowired
    private Inventory inventory;

    @Autowired
    private Payment payment;

    @Autowired
    private Shipping shipping;

    UUID received;
    UUID created;
    UUID reserved;
    UUID handedOver;
    UUID paid;
    UUID due;
    UUID shipped;
    UUID shippedCod;
    UUID free;
    UUID failed;
    UUID cancelled;

    @BeforeEach
    void placeThem() {
        jdbc.sql("update watchdog set looked_at = now(), order_before = null, sku_before = '', summed_at ="
                        + " null, trail_before = null")
                .update();
        jdbc.sql(
                        """
                        insert into products (sku, name, category, price, currency, stocked, received, on_hand)
                        values ('A', 'A', 'other', 2.5, 'GBP', true, 100, 100), ('B', 'B', 'other', 2.5, 'GBP', true, 100, 100),
                            ('S', 'Service', 'other', 2.5, 'GBP', false, 0, 0)
                        """)
                .update();
        received = order("received", "prepaid", PRICE);
        created = create(order("created", "prepaid", PRICE));
        reserved = reserve(order("reserved", "prepaid", PRICE));
        handedOver = handOver(order("handed-over", "prepaid", PRICE));
        paid = pay(order("paid", "prepaid", PRICE), "captured");
        due = due(order("due", "cod", PRICE));
        shipped = ship(pay(order("shipped", "prepaid", PRICE), "captured"));
        shippedCod = ship(due(order("shipped-cod", "cod", PRICE)));
        free = ship(pay(order("free", "prepaid", BigDecimal.ZERO), "captured"));
        failed = pay(order("failed", "prepaid", PRICE), "declined");
        inventory.restock(event("order.failed", failed, Map.of()));
        cancelled = pay(order("cancelled", "prepaid", PRICE), "captured");
        cancelAndGiveBack(cancelled);
        // All that was sent has arrived.
        jdbc.sql(
                        """
                        insert into ledger_entries (event_id, order_id, payment_id, kind, method, currency, amount, occurred_at)
                        select 'in-' || id, id, 'charge-' || id, 'captured', payment_method, currency, captured, now()
                        from orders where captured > 0
                        union all
                        select 'out-' || id, id, 'refund-' || id, 'refunded', payment_method, currency, -refunded, now()
                        from orders where refunded > 0
                        """)
                .update();
        jdbc.sql("delete from outbox").update();
    }

    /** Two pieces of A, one of B and a service. */
    UUID order(String number, String method, BigDecimal price) {
        OrderRequest some = request(number);
        OrderRequest request = new OrderRequest(
                number,
                false,
                some.customer(),
                some.shipTo(),
                new OrderRequest.Payment(method, method.equals("cod") ? null : "tok_ok"),
                "GBP",
                some.lines());
        return intake.accept(
                        request,
                        List.of(
                                new OrderLine(1, "A", 2, price, "other"),
                                new OrderLine(2, "B", 1, price, "other"),
                                new OrderLine(3, "S", 1, price, "other")),
                        "normal",
                        null)
                .id();
    }

    UUID create(UUID order) {
        processing.create(order);
        return order;
    }

    UUID reserve(UUID order) {
        inventory.reserve(event("order.created", create(order), Map.of()));
        return order;
    }

    UUID handOver(UUID order) {
        payment.handOver(event("order.inventory_checked", reserve(order), Map.of()));
        return order;
    }

    private UUID pay(UUID order, String answer) {
        Charge charge = payment.intend(event("payment.requested", handOver(order), Map.of()));
        if (!charge.isSettled()) {
            payment.settle(
                    charge,
                    mapper.valueToTree(Map.of(
                            "status", answer, "chargeId", "ch-1", "amount", charge.amount(), "currency", "GBP")));
        }
        return order;
    }

    private UUID due(UUID order) {
        payment.due(event("payment.requested", handOver(order), Map.of()));
        return order;
    }

    UUID ship(UUID order) {
        Shipment shipment = shipping.intend(event("order.payment_success", order, Map.of()));
        shipping.settle(
                shipment,
                mapper.valueToTree(
                        Map.of("carrier", "Parcels", "shipmentId", "sh-1", "trackingNumber", "T1", "label", "L")));
        return order;
    }

    private void cancelAndGiveBack(UUID order) {
        status(order, "CANCELLED");
        inventory.restock(event("order.failed", order, Map.of()));
        jdbc.sql("update orders set refunded = captured, payment_state = 'refunded' where id = ?")
                .param(order)
                .update();
        jdbc.sql("insert into effects (key, kind, order_id, known_at, amount) values (?, 'refund', ?, now(), 10)")
                .params("refund-" + order, order)
                .update();
    }

    /** Looks twice, with a while in between. */
    List<Outbox.Entry> lookTwice(Map<String, Long> depths) {
        watchdog.look(depths);
        aWhileLater("violations", "since");
        return watchdog.look(depths);
    }

    /** Sets the clock on by an hour, as far as this column can tell. */
    void aWhileLater(String table, String column) {
        jdbc.sql("update " + table + " set " + column + " = " + column + " - interval '1 hour'")
                .update();
    }

    /** What is broken and told: the invariant, of what, expected and found. */
    List<String> told() {
        return jdbc.sql(
                        """
                        select invariant || ' of ' || coalesce(o.number, v.subject) || ': ' || expected || ' / ' || found
                        from violations v left join orders o on o.id::text = v.subject
                        where confirmed_at is not null order by 1
                        """)
                .query(String.class)
                .list();
    }
}
