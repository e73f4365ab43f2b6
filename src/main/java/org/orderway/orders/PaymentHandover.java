package org.orderway.orders;

import java.util.UUID;
import org.orderway.messages.Outcome;
import org.springframework.stereotype.Component;

/** Hands the payment of an order over to whoever serves its method, once, whoever asks for it. */
@Component
public class PaymentHandover {

    private final Steps steps;
    private final Orders orders;
    private final OrderEvents events;

    PaymentHandover(Steps steps, Orders orders, OrderEvents events) {
        this.steps = steps;
        this.orders = orders;
        this.events = events;
    }

    /** An order whose stock is not held is never charged. @throws IllegalTransition when it is not */
    public Outcome of(UUID orderId) {
        return steps.once(orderId, "payment-handover", order -> {
            orders.mayAdvance(order, order.paymentMethod().equals("cod") ? OrderStatus.PAYMENT_DUE : OrderStatus.PAID);
            return Outcome.of(events.paymentRequested(order));
        });
    }
}
