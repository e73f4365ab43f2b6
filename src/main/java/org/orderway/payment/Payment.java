package org.orderway.payment;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.orderway.messages.Event;
import org.orderway.messages.Outcome;
import org.orderway.orders.Effects;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.Steps;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Takes the money of an order once. What the gateway did is asked by key before anything is tried again. */
@Component("payment")
public class Payment {

    private static final String CHARGE = "charge";

    private final Steps steps;
    private final Orders orders;
    private final OrderEvents events;
    private final Effects effects;
    private final Clock clock;
    private final Duration keysKept;

    Payment(
            Steps steps,
            Orders orders,
            OrderEvents events,
            Effects effects,
            Clock clock,
            @Value("${orderway.payment.gateway.keys-kept}") Duration keysKept) {
        this.steps = steps;
        this.orders = orders;
        this.events = events;
        this.effects = effects;
        this.clock = clock;
        this.keysKept = keysKept;
    }

    /** Hands the payment over to whoever serves its method; an order whose stock is not held is never charged. */
    public Outcome handOver(Event event) {
        if (!"success".equals(event.text("status"))) {
            return Outcome.SILENT;
        }
        return steps.once(event.orderId(), "payment-handover", order -> {
            orders.mayAdvance(order, order.paymentMethod().equals("cod") ? OrderStatus.PAYMENT_DUE : OrderStatus.PAID);
            return Outcome.of(events.paymentRequested(order));
        });
    }

    /** Records that the money is due at the door. */
    public Outcome due(Event event) {
        return steps.once(event.orderId(), "payment-due", order -> {
            orders.due(order);
            return Outcome.of(events.paymentSuccess(order, BigDecimal.ZERO));
        });
    }

    /** Commits the intent to charge, before the gateway is called. An order over 0 needs no gateway. */
    @Transactional
    public Charge intend(Event event) {
        return steps.intend(
                event.orderId(), CHARGE, outcome -> Charge.concluded(event.orderId(), outcome), this::intend);
    }

    private Charge intend(Order order) {
        orders.mayAdvance(order, OrderStatus.PAID);
        String key = "charge-" + order.id();
        if (order.total().signum() == 0) {
            return Charge.concluded(order.id(), steps.once(order.id(), CHARGE, this::capture));
        }
        Effects.Intent intent = effects.intend(key, CHARGE, order.id());
        boolean keyIsKept = clock.instant().isBefore(intent.since().plus(keysKept));
        return new Charge(
                order.id(),
                key,
                order.total(),
                order.currency(),
                order.paymentToken() == null ? "" : order.paymentToken(),
                !intent.isNew(),
                keyIsKept,
                null);
    }

    /** Lets a charge go to the gateway again, which did not know it when asked. @throws ChargeInDoubt when too old */
    public void mayCharge(Charge charge) {
        if (!charge.mayCall()) {
            throw new ChargeInDoubt(charge.key());
        }
    }

    /**
     * Records what the gateway said.
     *
     * @param answer {@code {"status": "captured" | "declined", "chargeId": …}}
     */
    @Transactional
    public Outcome settle(Charge charge, JsonNode answer) {
        String status = answer.path("status").asText();
        if (!status.equals("captured") && !status.equals("declined")) {
            throw new IllegalStateException("The gateway answered without saying captured or declined");
        }
        return steps.once(charge.orderId(), CHARGE, order -> {
            effects.known(charge.key(), answer);
            return status.equals("captured")
                    ? capture(order)
                    : events.failed(order, "payment_declined", Map.of("method", order.paymentMethod()));
        });
    }

    private Outcome capture(Order order) {
        orders.captured(order, order.total());
        return Outcome.of(events.paymentSuccess(order, order.total()));
    }
}
