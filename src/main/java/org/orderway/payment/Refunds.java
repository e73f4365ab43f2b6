package org.orderway.payment;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.orderway.messages.Event;
import org.orderway.messages.Outbox;
import org.orderway.messages.Outcome;
import org.orderway.orders.Chargebacks;
import org.orderway.orders.Effects;
import org.orderway.orders.Goodwill;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.LineCancellation;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.PaymentEvents;
import org.orderway.orders.PromisedBack;
import org.orderway.orders.Returns;
import org.orderway.orders.Steps;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Gives money back: once for each cause, and never more than is owed. How much is read from our own books, not from the event
 * that asks for it: anybody may publish one. What was charged goes back through the gateway; what was paid at the door is a
 * payout, which a person makes.
 */
@Component("refunds")
public class Refunds {

    static final String REFUND = "refund";

    private final Steps steps;
    private final Orders orders;
    private final OrderEvents events;
    private final PaymentEvents moneyEvents;
    private final Effects effects;
    private final Returns returns;
    private final PromisedBack promised;
    private final LineCancellation cancellations;
    private final Goodwill goodwill;
    private final Chargebacks chargebacks;
    private final Outbox outbox;
    private final Clock clock;
    private final GatewaySettings gateway;

    Refunds(
            Steps steps,
            Orders orders,
            OrderEvents events,
            PaymentEvents moneyEvents,
            Effects effects,
            Returns returns,
            PromisedBack promised,
            LineCancellation cancellations,
            Goodwill goodwill,
            Chargebacks chargebacks,
            Outbox outbox,
            Clock clock,
            GatewaySettings gateway) {
        this.steps = steps;
        this.orders = orders;
        this.events = events;
        this.moneyEvents = moneyEvents;
        this.effects = effects;
        this.returns = returns;
        this.promised = promised;
        this.cancellations = cancellations;
        this.goodwill = goodwill;
        this.chargebacks = chargebacks;
        this.outbox = outbox;
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
        boolean isCash = order.paymentMethod().equals("cod");
        String key = isCash ? PaymentKeys.payout(order.id(), operation) : PaymentKeys.refund(order.id(), operation);
        BigDecimal amount =
                effects.openAmountOf(key).orElseGet(() -> wanted(order, event).min(owed(order)));
        if (amount.signum() <= 0) {
            return concluded(order, operation, Outcome.SILENT);
        }
        Effects.Intent intent = effects.intend(key, REFUND, order.id(), amount);
        if (isCash) {
            return concluded(order, operation, Outcome.of(events.refundDue(order, operation, key, amount)));
        }
        return new Refund(
                order.id(),
                operation,
                key,
                intent.amount(),
                order.currency(),
                effects.result(PaymentKeys.charge(order.id()))
                        .orElseThrow()
                        .path("chargeId")
                        .asText(),
                !intent.isNew(),
                intent.isKept(gateway.keysKept(), clock),
                null);
    }

    private Refund concluded(Order order, String operation, Outcome outcome) {
        return Refund.concluded(order.id(), operation, steps.afterwards(order.id(), step(operation), now -> outcome));
    }

    /** What the books say is to go back to the customer and neither went nor is on its way. */
    private BigDecimal owed(Order order) {
        return owedInAll(order)
                .subtract(order.refunded())
                .subtract(chargebacks.sum(order.id()))
                .subtract(effects.openAmount(order.id(), REFUND));
    }

    /**
     * All that was taken of an order that came to nothing; of another what was taken beyond the goods that stay out and are
     * not paid back.
     */
    private BigDecimal owedInAll(Order order) {
        boolean cameToNothing = order.status() == OrderStatus.CANCELLED || order.status() == OrderStatus.FAILED;
        return cameToNothing
                ? order.captured()
                : order.captured()
                        .subtract(order.total())
                        .add(promised.sum(order.id()))
                        .min(order.captured());
    }

    /** What the books say has to go back for this cause. */
    private BigDecimal wanted(Order order, Event event) {
        return switch (event.type()) {
            case "order.returned" ->
                returns.value(order.id(), cause(event)).orElseThrow(() -> disbelief(order, OrderStatus.RETURNED));
            case "order.line_cancelled" ->
                cancellations
                        .refund(order.id(), cause(event))
                        .orElseThrow(() -> disbelief(order, OrderStatus.CANCELLED));
            case "order.refund_granted" ->
                goodwill.amount(order.id(), cause(event)).orElseThrow(() -> disbelief(order, OrderStatus.SHIPPED));
            case "order.failed" -> everythingOf(order, OrderStatus.FAILED);
            case "order.captured_late" -> taken(order);
            default -> everythingOf(order, OrderStatus.CANCELLED);
        };
    }

    private static BigDecimal taken(Order order) {
        if (order.captured().signum() == 0) {
            throw disbelief(order, OrderStatus.CANCELLED);
        }
        return order.captured();
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

    /** Settles a refund that the gateway tells of without being asked; what that causes goes to the outbox. */
    @Transactional
    public List<Outbox.Entry> resolve(String key, JsonNode answer) {
        UUID orderId = PaymentKeys.orderId(key);
        BigDecimal amount = effects.openAmountOf(key).orElseThrow(() -> new UnknownPayment(key));
        Refund refund = new Refund(orderId, PaymentKeys.operation(key), key, amount, null, null, true, false, null);
        return settle(refund, answer).messages().stream().map(outbox::add).toList();
    }

    /**
     * One refund for each return, each cancellation of pieces and each one granted, and one for each way an order can come
     * to nothing.
     */
    private static String operation(Event event) {
        return switch (event.type()) {
            case "order.returned", "order.line_cancelled", "order.refund_granted" ->
                cause(event).toString();
            default -> event.type();
        };
    }

    private static UUID cause(Event event) {
        return UUID.fromString(event.text(
                switch (event.type()) {
                    case "order.returned" -> "returnId";
                    case "order.line_cancelled" -> "cancellationId";
                    default -> "goodwillId";
                }));
    }

    private static String step(String operation) {
        return REFUND + "-" + operation;
    }
}
