package org.orderway.payment;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.orderway.messages.Event;
import org.orderway.messages.Outbox;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.Cancellation;
import org.orderway.orders.Effects;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.PaymentEvents;
import org.orderway.orders.PaymentHandover;
import org.orderway.orders.Steps;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Takes the money of an order once. What the gateway did is asked by key before anything is tried again. */
@Component("payment")
public class Payment {

    private static final String CHARGE = "charge";

    private final Steps steps;
    private final Orders orders;
    private final OrderEvents events;
    private final PaymentEvents moneyEvents;
    private final Effects effects;
    private final Cancellation cancellation;
    private final PaymentHandover handover;
    private final Outbox outbox;
    private final Clock clock;
    private final GatewaySettings gateway;

    Payment(
            Steps steps,
            Orders orders,
            OrderEvents events,
            PaymentEvents moneyEvents,
            Effects effects,
            Cancellation cancellation,
            PaymentHandover handover,
            Outbox outbox,
            Clock clock,
            GatewaySettings gateway) {
        this.steps = steps;
        this.orders = orders;
        this.events = events;
        this.moneyEvents = moneyEvents;
        this.effects = effects;
        this.cancellation = cancellation;
        this.handover = handover;
        this.outbox = outbox;
        this.clock = clock;
        this.gateway = gateway;
    }

    /** Hands the payment over to whoever serves its method; an order whose stock is not held is never charged. */
    public Outcome handOver(Event event) {
        if (!"success".equals(event.text("status"))) {
            return Outcome.SILENT;
        }
        return handover.of(event.orderId());
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
        if (order.status() == OrderStatus.CANCELLING) {
            // Never charged again; what became of the first attempt is asked by and by, and then decides.
            return Charge.concluded(order.id(), Outcome.SILENT);
        }
        orders.mayAdvance(order, OrderStatus.PAID);
        String key = PaymentKeys.charge(order.id());
        if (order.total().signum() == 0) {
            return Charge.concluded(order.id(), steps.once(order.id(), CHARGE, this::capture));
        }
        Effects.Intent intent = effects.intend(key, CHARGE, order.id());
        return new Charge(
                order.id(),
                key,
                order.total(),
                order.currency(),
                order.paymentToken() == null ? "" : order.paymentToken(),
                !intent.isNew(),
                intent.isKept(gateway.keysKept(), clock),
                null);
    }

    /** Lets a call go to the gateway again, which did not know it when asked. @throws ChargeInDoubt when too old */
    public void mayCall(GatewayCall call) {
        if (!call.mayCall()) {
            throw new ChargeInDoubt(call.key());
        }
    }

    /**
     * Records what the gateway said. What it says of an order that is to be cancelled decides about the cancellation; money
     * that it took after all from one that is cancelled has to go back.
     *
     * @param answer {@code {"status": "captured" | "declined", "chargeId": …}}
     */
    @Transactional
    public Outcome settle(Charge charge, JsonNode answer) {
        String status = answer.path("status").asText();
        if (!status.equals("captured") && !status.equals("declined")) {
            throw new IllegalStateException("The gateway answered without saying captured or declined");
        }
        Order now = orders.lock(charge.orderId());
        boolean isNews = effects.known(charge.key(), answer);
        if (now.status() == OrderStatus.CANCELLED && isNews && status.equals("captured")) {
            orders.capturedInVain(now, now.total());
            outbox.add(succeeded(now));
            outbox.add(events.capturedLate(now, now.total()));
            return Outcome.SILENT;
        }
        return steps.once(now.id(), CHARGE, order -> {
            if (order.status() == OrderStatus.CANCELLING) {
                return concluded(order, status.equals("captured"));
            }
            return status.equals("captured")
                    ? capture(order)
                    : events.failed(order, "payment_declined", Map.of("method", order.paymentMethod()));
        });
    }

    private Outcome capture(Order order) {
        orders.captured(order, order.total());
        OutgoingMessage paid = events.paymentSuccess(order, order.total());
        return order.total().signum() == 0 ? Outcome.of(paid) : Outcome.of(paid, succeeded(order));
    }

    private Outcome concluded(Order order, boolean captured) {
        List<OutgoingMessage> messages = new ArrayList<>();
        if (captured) {
            orders.capturedInVain(order, order.total());
            messages.add(succeeded(order));
        }
        messages.addAll(cancellation.conclude(orders.lock(order.id()), order.reason()));
        return new Outcome(false, messages);
    }

    private OutgoingMessage succeeded(Order order) {
        return moneyEvents.succeeded(order, PaymentKeys.charge(order.id()), order.total());
    }

    /** The charges that decide about orders that wait to be cancelled. */
    @Transactional(readOnly = true)
    public List<Charge> awaited() {
        return effects.awaitedToCancel(CHARGE, clock.instant().minus(gateway.keysKept())).stream()
                .map(awaited -> Charge.reported(awaited.orderId(), awaited.key()))
                .toList();
    }

    /** Settles a charge that nobody waits for in a delivery; what that causes goes to the outbox. */
    @Transactional
    public List<Outbox.Entry> resolve(Charge charge, JsonNode answer) {
        return settle(charge, answer).messages().stream().map(outbox::add).toList();
    }

    /**
     * The gateway does not know the charge of an order that waits to be cancelled. Nobody calls it any more once the
     * longest call is over that may have begun before the cancel; until then nothing is concluded.
     */
    @Transactional
    public List<Outbox.Entry> neverCharged(Charge charge) {
        Order order = orders.lock(charge.orderId());
        if (order.status() != OrderStatus.CANCELLING || !orders.restsFor(order.id(), gateway.longestCall())) {
            return List.of();
        }
        effects.neverHappened(charge.key());
        return steps.once(order.id(), CHARGE, now -> concluded(now, false)).messages().stream()
                .map(outbox::add)
                .toList();
    }
}
