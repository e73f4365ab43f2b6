package org.orderway.shipping;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.orderway.messages.Event;
import org.orderway.messages.Outcome;
import org.orderway.orders.Effects;
import org.orderway.orders.Goods;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.Parcels;
import org.orderway.orders.Steps;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Ships an order once. What the carrier did is asked by key before anything is tried again. */
@Component("shipping")
public class Shipping implements Parcels {

    private static final String SHIP = "ship";

    private final Steps steps;
    private final Orders orders;
    private final OrderEvents events;
    private final Effects effects;
    private final Goods goods;
    private final JdbcClient jdbc;
    private final Clock clock;
    private final Duration keysKept;

    Shipping(
            Steps steps,
            Orders orders,
            OrderEvents events,
            Effects effects,
            Goods goods,
            JdbcClient jdbc,
            Clock clock,
            @Value("${orderway.shipping.carrier.keys-kept}") Duration keysKept) {
        this.steps = steps;
        this.orders = orders;
        this.events = events;
        this.effects = effects;
        this.goods = goods;
        this.jdbc = jdbc;
        this.clock = clock;
        this.keysKept = keysKept;
    }

    /** Commits the intent to ship, before the carrier is called. */
    @Transactional
    public Shipment intend(Event event) {
        return steps.intend(
                event.orderId(), SHIP, outcome -> Shipment.concluded(event.orderId(), outcome), this::intend);
    }

    private Shipment intend(Order order) {
        orders.mayAdvance(order, OrderStatus.SHIPPED);
        String key = "shipment-" + order.id();
        Effects.Intent intent = effects.intend(key, "shipment", order.id());
        boolean keyIsKept = clock.instant().isBefore(intent.since().plus(keysKept));
        return new Shipment(order.id(), key, order.shipTo(), order.lines(), !intent.isNew(), keyIsKept, null);
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
        String carrier = answer.path("carrier").asText("carrier");
        return steps.once(shipment.orderId(), SHIP, order -> {
            effects.known(shipment.key(), answer);
            jdbc.sql(
                            """
                            insert into shipments (order_id, carrier, shipment_id, tracking_number, label)
                            values (?, ?, ?, ?, ?)
                            """)
                    .params(
                            order.id(),
                            carrier,
                            answer.path("shipmentId").asText(),
                            trackingNumber,
                            answer.path("label").asText())
                    .update();
            goods.sell(order.id());
            orders.shipped(order);
            return Outcome.of(
                    events.shippingPrepared(order, carrier, trackingNumber),
                    events.shipped(order, carrier, trackingNumber),
                    events.countedEnd(order, OrderStatus.SHIPPED, null));
        });
    }

    @Override
    @Transactional(readOnly = true)
    public Optional<Parcel> of(UUID orderId) {
        return jdbc.sql("select carrier, tracking_number from shipments where order_id = ?")
                .param(orderId)
                .query((rs, n) -> new Parcel(rs.getString("carrier"), rs.getString("tracking_number")))
                .optional();
    }
}
