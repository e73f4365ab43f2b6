package org.orderway.finance;

import java.math.BigDecimal;
import java.sql.Timestamp;
import org.orderway.messages.Event;
import org.orderway.orders.Chargebacks;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.Order;
import org.orderway.orders.Orders;
import org.orderway.orders.PaymentState;
import org.orderway.orders.UnknownOrder;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** One entry for each movement of money: what came in is positive, what went out negative. Entries are never changed. */
@Component("ledger")
public class Ledger {

    private final Orders orders;
    private final Chargebacks chargebacks;
    private final JdbcClient jdbc;

    Ledger(Orders orders, Chargebacks chargebacks, JdbcClient jdbc) {
        this.orders = orders;
        this.chargebacks = chargebacks;
        this.jdbc = jdbc;
    }

    /**
     * Books the movement that an event tells of; a second delivery of it books nothing.
     *
     * @throws UnknownOrder      when there is no such order
     * @throws IllegalTransition when the order's own books do not hold that much: anybody may publish an event
     */
    @Transactional
    public void book(Event event) {
        Order order = orders.find(event.orderId()).orElseThrow(() -> new UnknownOrder(event.orderId()));
        BigDecimal amount = event.body().path("amount").decimalValue();
        switch (event.type()) {
            case "payment.succeeded" -> {
                believe(order, event, amount, order.captured(), PaymentState.CAPTURED);
                enter(event, order.paymentMethod().equals("cod") ? "collected" : "captured", amount);
            }
            case "payment.refunded" -> {
                believe(order, event, amount, order.refunded(), PaymentState.REFUNDED);
                enter(event, "refunded", amount.negate());
            }
            case "payment.chargeback" -> {
                believe(order, event, amount, chargebacks.sum(order.id()), PaymentState.REFUNDED);
                enter(event, "charged_back", amount.negate());
            }
            default -> throw new IllegalArgumentException("No movement of money is called " + event.type());
        }
    }

    private static void believe(Order order, Event event, BigDecimal amount, BigDecimal booked, PaymentState claimed) {
        if (amount.compareTo(booked) > 0 || !event.text("currency").equals(order.currency())) {
            throw new IllegalTransition(order.id(), order.paymentState(), claimed);
        }
    }

    private void enter(Event event, String kind, BigDecimal amount) {
        jdbc.sql(
                        """
                        insert into ledger_entries (event_id, order_id, payment_id, kind, method, currency, amount, occurred_at)
                        values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (event_id) do nothing
                        """)
                .params(
                        event.id(),
                        event.orderId(),
                        event.text("paymentId"),
                        kind,
                        event.text("method"),
                        event.text("currency"),
                        amount,
                        Timestamp.from(event.occurredAt()))
                .update();
    }
}
