package org.orderway.shipping;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.orderway.messages.Event;
import org.orderway.messages.Outbox;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.Cancellation;
import org.orderway.orders.Effects;
import org.orderway.orders.FulfilmentState;
import org.orderway.orders.Goods;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.Steps;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Ships each parcel of an order once: the first one, and, when the order had to wait for goods, one for each time that some
 * of them were there. What the carrier did is asked by key before anything is tried again.
 */
@Component("shipping")
public class Shipping {

    private static final String SHIP = "ship";
    private static final String SHIPMENT = "shipment";
    private static final String FILLED = "order.backorder_filled";

    private final Steps steps;
    private final Orders orders;
    private final OrderEvents events;
    private final Effects effects;
    private final Goods goods;
    private final Cancellation cancellation;
    private final Outbox outbox;
    private final ShippedParcels parcels;
    private final Clock clock;
    private final CarrierSettings carrier;

    Shipping(
            Steps steps,
            Orders orders,
            OrderEvents events,
            Effects effects,
            Goods goods,
            Cancellation cancellation,
            Outbox outbox,
            ShippedParcels parcels,
            Clock clock,
            CarrierSettings carrier) {
        this.steps = steps;
        this.orders = orders;
        this.events = events;
        this.effects = effects;
        this.goods = goods;
        this.cancellation = cancellation;
        this.outbox = outbox;
        this.parcels = parcels;
        this.clock = clock;
        this.carrier = carrier;
    }

    /**
     * Commits the intent to ship, before the carrier is called. A parcel of which everything was cancelled meanwhile is
     * nothing to ship.
     *
     * @throws IllegalTransition when the order is not where the event says
     */
    @Transactional
    public Shipment intend(Event event) {
        int parcel = event.type().equals(FILLED) ? event.body().path("parcel").asInt() : 1;
        return steps.intend(
                event.orderId(),
                step(parcel),
                outcome -> Shipment.concluded(event.orderId(), outcome),
                order -> intend(order, parcel));
    }

    private Shipment intend(Order order, int parcel) {
        if (order.status() == OrderStatus.CANCELLING) {
            // Never booked again; what became of the first attempt is asked by and by, and then decides.
            return Shipment.concluded(order.id(), Outcome.SILENT);
        }
        orders.mayAdvance(order, OrderStatus.SHIPPED);
        if (order.lines().stream().allMatch(line -> line.ready() == 0)) {
            return Shipment.concluded(order.id(), Outcome.SILENT);
        }
        boolean isFirst = order.fulfilmentState() == FulfilmentState.NONE;
        if (parcel != (isFirst ? 1 : parcels.of(order.id()).size() + 1)) {
            throw new IllegalTransition(order.id(), order.fulfilmentState(), FulfilmentState.SHIPPED);
        }
        String key = key(order.id(), parcel);
        Effects.Intent intent = effects.intend(key, SHIPMENT, order.id());
        return new Shipment(
                order.id(),
                key,
                parcel,
                order.shipTo(),
                order.lines(),
                order.paymentMethod().equals("cod") ? new Shipment.Collect(order.total(), order.currency()) : null,
                !intent.isNew(),
                intent.isKept(carrier.keysKept(), clock),
                null);
    }

    /** Lets a shipment be booked again, which the carrier did not know when asked. */
    public void mayBook(Shipment shipment) {
        if (!shipment.mayCall()) {
            throw new ShipmentInDoubt(shipment.key());
        }
    }

    /**
     * Records the parcel, hands its goods out of the house and says so.
     *
     * @param answer {@code {"carrier", "shipmentId", "trackingNumber", "label"}}
     */
    @Transactional
    public Outcome settle(Shipment shipment, JsonNode answer) {
        String trackingNumber = answer.path("trackingNumber").asText();
        if (trackingNumber.isBlank()) {
            throw new IllegalStateException("The carrier answered without a tracking number");
        }
        String carrierName = answer.path("carrier").asText("carrier");
        Order now = orders.lock(shipment.orderId());
        if (now.status() == OrderStatus.CANCELLED) {
            // Taken for one that never happened: a person has to stop the parcel.
            throw new IllegalTransition(now.id(), now.status(), OrderStatus.SHIPPED);
        }
        int parcel = shipment.parcel();
        return steps.once(now.id(), step(parcel), order -> {
            effects.known(shipment.key(), answer);
            parcels.add(order, parcel, carrierName, answer);
            goods.sell(order.id());
            boolean isComplete = orders.shipped(order) == OrderStatus.SHIPPED;
            List<OutgoingMessage> messages = new ArrayList<>(List.of(
                    events.shippingPrepared(order, parcel, carrierName, trackingNumber),
                    events.shipped(order, parcel, carrierName, trackingNumber, isComplete)));
            if (isComplete) {
                messages.add(events.countedEnd(order, OrderStatus.SHIPPED, null));
            }
            if (order.status() == OrderStatus.CANCELLING) {
                messages.addAll(cancellation.conclude(orders.lock(order.id()), order.reason()));
            }
            return new Outcome(false, messages);
        });
    }

    /** The shipments that decide about orders that wait to be cancelled. */
    @Transactional(readOnly = true)
    public List<Shipment> awaited() {
        return effects.awaitedToCancel(SHIPMENT, clock.instant().minus(carrier.keysKept())).stream()
                .map(awaited -> new Shipment(
                        awaited.orderId(), awaited.key(), parcel(awaited), null, List.of(), null, true, false, null))
                .toList();
    }

    /** Settles a shipment that nobody waits for in a delivery; what that causes goes to the outbox. */
    @Transactional
    public List<Outbox.Entry> resolve(Shipment shipment, JsonNode answer) {
        return settle(shipment, answer).messages().stream().map(outbox::add).toList();
    }

    /**
     * The carrier does not know the shipment of an order that waits to be cancelled. Nobody calls it any more once the
     * longest call is over that may have begun before the cancel; until then nothing is concluded.
     */
    @Transactional
    public List<Outbox.Entry> neverShipped(Shipment shipment) {
        Order order = orders.lock(shipment.orderId());
        if (order.status() != OrderStatus.CANCELLING || !orders.restsFor(order.id(), carrier.longestCall())) {
            return List.of();
        }
        effects.neverHappened(shipment.key());
        return steps
                .once(
                        order.id(),
                        step(shipment.parcel()),
                        now -> new Outcome(false, cancellation.conclude(now, now.reason())))
                .messages()
                .stream()
                .map(outbox::add)
                .toList();
    }

    private static String step(int parcel) {
        return parcel == 1 ? SHIP : SHIP + "-" + parcel;
    }

    private static String key(UUID orderId, int parcel) {
        return SHIPMENT + "-" + orderId + (parcel == 1 ? "" : "-" + parcel);
    }

    private static int parcel(Effects.Awaited awaited) {
        String first = key(awaited.orderId(), 1);
        return awaited.key().equals(first) ? 1 : Integer.parseInt(awaited.key().substring(first.length() + 1));
    }
}
