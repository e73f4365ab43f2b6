package org.orderway.shipping;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.orderway.messages.Event;
import org.orderway.messages.Outbox;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.Cancellation;
import org.orderway.orders.Effects;
import org.orderway.orders.Goods;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.Parcels;
import org.orderway.orders.Returns;
import org.orderway.orders.Steps;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Ships an order once. What the carrier did is asked by key before anything is tried again. */
@Component("shipping")
public class Shipping implements Parcels {

    private static final String SHIP = "ship";
    private static final String SHIPMENT = "shipment";

    private final Steps steps;
    private final Orders orders;
    private final OrderEvents events;
    private final Effects effects;
    private final Goods goods;
    private final Returns returns;
    private final Cancellation cancellation;
    private final Outbox outbox;
    private final JdbcClient jdbc;
    private final Clock clock;
    private final CarrierSettings carrier;

    Shipping(
            Steps steps,
            Orders orders,
            OrderEvents events,
            Effects effects,
            Goods goods,
            Returns returns,
            Cancellation cancellation,
            Outbox outbox,
            JdbcClient jdbc,
            Clock clock,
            CarrierSettings carrier) {
        this.steps = steps;
        this.orders = orders;
        this.events = events;
        this.effects = effects;
        this.goods = goods;
        this.returns = returns;
        this.cancellation = cancellation;
        this.outbox = outbox;
        this.jdbc = jdbc;
        this.clock = clock;
        this.carrier = carrier;
    }

    /** Commits the intent to ship, before the carrier is called. */
    @Transactional
    public Shipment intend(Event event) {
        return steps.intend(
                event.orderId(), SHIP, outcome -> Shipment.concluded(event.orderId(), outcome), this::intend);
    }

    private Shipment intend(Order order) {
        if (order.status() == OrderStatus.CANCELLING) {
            // Never booked again; what became of the first attempt is asked by and by, and then decides.
            return Shipment.concluded(order.id(), Outcome.SILENT);
        }
        orders.mayAdvance(order, OrderStatus.SHIPPED);
        String key = key(order.id());
        Effects.Intent intent = effects.intend(key, SHIPMENT, order.id());
        return new Shipment(
                order.id(),
                key,
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
        return steps.once(now.id(), SHIP, order -> {
            effects.known(shipment.key(), answer);
            jdbc.sql(
                            """
                            insert into shipments (order_id, carrier, shipment_id, tracking_number, label)
                            values (?, ?, ?, ?, ?)
                            """)
                    .params(
                            order.id(),
                            carrierName,
                            answer.path("shipmentId").asText(),
                            trackingNumber,
                            answer.path("label").asText())
                    .update();
            goods.sell(order.id());
            orders.shipped(order);
            List<OutgoingMessage> messages = new ArrayList<>(List.of(
                    events.shippingPrepared(order, carrierName, trackingNumber),
                    events.shipped(order, carrierName, trackingNumber),
                    events.countedEnd(order, OrderStatus.SHIPPED, null)));
            if (order.status() == OrderStatus.CANCELLING) {
                messages.addAll(returns.everything(orders.lock(order.id()), order.reason()));
            }
            return new Outcome(false, messages);
        });
    }

    /** The shipments that decide about orders that wait to be cancelled. */
    @Transactional(readOnly = true)
    public List<Shipment> awaited() {
        return effects.awaitedToCancel(SHIPMENT, clock.instant().minus(carrier.keysKept())).stream()
                .map(id -> new Shipment(id, key(id), null, List.of(), null, true, false, null))
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
                .once(order.id(), SHIP, now -> new Outcome(false, cancellation.conclude(now, now.reason())))
                .messages()
                .stream()
                .map(outbox::add)
                .toList();
    }

    private static String key(UUID orderId) {
        return "shipment-" + orderId;
    }

    @Override
    @Transactional(readOnly = true)
    public Optional<Parcel> of(UUID orderId) {
        return jdbc.sql("select carrier, tracking_number, reported, reported_at from shipments where order_id = ?")
                .param(orderId)
                .query((rs, n) -> new Parcel(
                        rs.getString("carrier"),
                        rs.getString("tracking_number"),
                        rs.getString("reported"),
                        rs.getTimestamp("reported_at") == null
                                ? null
                                : rs.getTimestamp("reported_at").toInstant()))
                .optional();
    }

    @Override
    @Transactional(readOnly = true)
    public boolean has(UUID orderId, String trackingNumber) {
        return jdbc.sql("select exists (select 1 from shipments where order_id = ? and tracking_number = ?)")
                .params(orderId, trackingNumber)
                .query(Boolean.class)
                .single();
    }
}
