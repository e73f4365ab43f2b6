package org.orderway.payment;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.UUID;
import org.orderway.messages.Event;
import org.orderway.messages.Outcome;
import org.orderway.orders.Effects;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.PaymentEvents;
import org.orderway.orders.Returns;
import org.orderway.orders.Steps;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Gives money back: once for each cause, and never more than was captured. How much is read from our own books, not from
 * the event that asks for it: anybody may publish one.
 */
@Component("refunds")
public class Refunds {

    private static final String REFUND = "refund";

    private final Steps steps;
    private final Orders orders;
    private final OrderEvents events;
    private final PaymentEvents moneyEvents;
    private final Effects effects;
    private final Returns returns;
    private final Clock clock;
    private final GatewaySettings gateway;

    Refunds(
            Steps steps,
            Orders orders,
            OrderEvents events,
            PaymentEvents moneyEvents,
            Effects effects,
            Returns returns,
            Clock clock,
            GatewaySettings gateway) {
        this.steps = steps;
        this.orders = orders;
        this.events = events;
        this.moneyEvents = moneyEvents;
        this.effects = effects;
        this.returns = returns;
        this.clock = clock;
        this.gateway = gateway;
    }

    /**
     * Commits the intent to refund, before the gateway is called. Where nothing is left to give back that is recorded, and
     * nothing else done.
     *
     * @throws IllegalTransition when the order is not what the event says
     */
    @Transactional
    public Refund intend(Event event) {
        String operation = operation(event);
        return steps.intendAfterwards(
                event.orderId(),
                step(operation),
                outcome -> Refund.concluded(event.orderId(), operation, outcome),
                order -> intend(order, event, operation));
    }

    private Refund intend(Order order, Event event, String operation) {
        BigDecimal left = order.captured().subtract(order.refunded()).subtract(effects.openAmount(order.id(), REFUND));
        String key = REFUND + "-" + order.id() + "-" + operation;
        BigDecimal amount =
                effects.openAmountOf(key).orElseGet(() -> wanted(order, event).min(left));
        if (amount.signum() <= 0) {
            return Refund.concluded(
                    order.id(), operation, steps.afterwards(order.id(), step(operation), o -> Outcome.SILENT));
        }
        Effects.Intent intent = effects.intend(key, REFUND, order.id(), amount);
        return new Refund(
                order.id(),
                operation,
                key,
                intent.amount(),
                order.currency(),
                effects.result("charge-" + order.id())
                        .orElseThrow()
                        .path("chargeId")
                        .asText(),
                !intent.isNew(),
                intent.isKept(gateway.keysKept(), clock),
                null);
    }

    /** What the books say has to go back for this cause. */
    private BigDecimal wanted(Order order, Event event) {
        return switch (event.type()) {
            case "order.returned" ->
                returns.value(order.id(), returnId(event)).orElseThrow(() -> disbelief(order, OrderStatus.RETURNED));
            case "order.failed" -> everythingOf(order, OrderStatus.FAILED);
            default -> everythingOf(order, OrderStatus.CANCELLED);
        };
    }

    private static BigDecimal everythingOf(Order order, OrderStatus claimed) {
        if (order.status() != claimed) {
            throw disbelief(order, claimed);
        }
        return order.captured();
    }

    private static IllegalTransition disbelief(Order order, OrderStatus claimed) {
        return new IllegalTransition(order.id(), order.status(), claimed);
    }

    /**
     * Records what the gateway said.
     *
     * @param answer {@code {"status": "refunded", "refundId": …}}
     */
    @Transactional
    public Outcome settle(Refund refund, JsonNode answer) {
        if (!answer.path("status").asText().equals("refunded")) {
            throw new IllegalStateException("The gateway answered without saying refunded");
        }
        return steps.afterwards(refund.orderId(), step(refund.operation()), order -> {
            effects.known(refund.key(), answer);
            orders.refunded(order, refund.amount());
            return Outcome.of(
                    events.refunded(order, refund.operation(), refund.amount()),
                    moneyEvents.refunded(order, refund.key(), refund.amount()));
        });
    }

    /** One refund for each return, and one for each way an order can come to nothing. */
    private static String operation(Event event) {
        return event.type().equals("order.returned") ? returnId(event).toString() : event.type();
    }

    private static UUID returnId(Event event) {
        return UUID.fromString(event.text("returnId"));
    }

    private static String step(String operation) {
        return REFUND + "-" + operation;
    }
}
