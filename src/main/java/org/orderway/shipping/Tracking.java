package org.orderway.shipping;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.FieldError;
import org.orderway.orders.FulfilmentState;
import org.orderway.orders.InvalidOrder;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.Parcels;
import org.orderway.orders.PaymentEvents;
import org.orderway.orders.PaymentState;
import org.orderway.orders.PromisedBack;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What the carrier reports of parcels. Reports come late, twice and in any order: only news moves an order, and it never
 * moves back. An order is delivered when all of its parcels are. What was collected at the door is booked as it was collected, be it more or less than was due.
 */
@Component("tracking")
public class Tracking {

    private final Orders orders;
    private final OrderEvents events;
    private final PaymentEvents moneyEvents;
    private final PromisedBack promised;
    private final ShippedParcels parcels;
    private final Outbox outbox;

    Tracking(
            Orders orders,
            OrderEvents events,
            PaymentEvents moneyEvents,
            PromisedBack promised,
            ShippedParcels parcels,
            Outbox outbox) {
        this.orders = orders;
        this.events = events;
        this.moneyEvents = moneyEvents;
        this.promised = promised;
        this.parcels = parcels;
        this.outbox = outbox;
    }

    /**
     * Takes a report.
     *
     * @param report {@code trackingNumber}, {@code status}, {@code occurredAt}; {@code collected} with {@code amount} and
     *               {@code currency} where money was collected
     * @return the outbox rows of what it causes, none when it is no news
     * @throws UnknownParcel when no parcel has the tracking number
     * @throws InvalidOrder  when money of another currency than the order's was collected
     */
    @Transactional
    public List<Outbox.Entry> report(JsonNode report) {
        String parcel = report.path("trackingNumber").asText();
        Order order = orders.lock(parcels.orderOf(parcel));
        String status = report.path("status").asText();
        Instant at = OffsetDateTime.parse(report.path("occurredAt").asText()).toInstant();
        BigDecimal collected = collected(order, report.path("collected"));
        boolean isNews = parcels.isNews(order.id(), parcel, status, at);
        List<OutgoingMessage> messages = new ArrayList<>();
        boolean isOut = order.status() == OrderStatus.SHIPPED;
        boolean isDelivered = status.equals(Parcels.DELIVERED);
        Optional<Instant> arrived = isDelivered && isOut ? parcels.delivered(order.id()) : Optional.empty();
        if (arrived.isPresent()) {
            orders.delivered(order);
            messages.add(events.delivered(order, arrived.get(), collected));
            messages.add(events.countedDelivery(order));
        } else if (isNews && (isOut || order.fulfilmentState() == FulfilmentState.PART)) {
            messages.add(events.statusUpdated(order, parcel, status, at));
        }
        if (isDelivered) {
            messages.addAll(collected(order, at, collected, isNews));
        }
        return messages.stream().map(outbox::add).toList();
    }

    private List<OutgoingMessage> collected(Order order, Instant at, BigDecimal amount, boolean isNews) {
        List<OutgoingMessage> messages = new ArrayList<>();
        boolean isDue = order.paymentState() == PaymentState.DUE;
        if (isDue && amount.signum() > 0) {
            orders.collected(order, amount);
            messages.add(moneyEvents.succeeded(order, "collection-" + order.id(), amount));
            BigDecimal tooMuch = amount.subtract(order.total().subtract(promised.sum(order.id())));
            if (tooMuch.signum() > 0) {
                messages.add(events.capturedLate(order, tooMuch));
            }
        }
        boolean wasBooked = order.paymentMethod().equals("cod") && amount.compareTo(order.captured()) == 0;
        boolean isAsExpected = isDue ? amount.compareTo(order.total()) == 0 : amount.signum() == 0 || wasBooked;
        if (!isAsExpected && (isNews || amount.signum() > 0)) {
            messages.add(events.collectionAlarm(order, isDue ? order.total() : BigDecimal.ZERO, amount, at));
        }
        return messages;
    }

    private static BigDecimal collected(Order order, JsonNode collected) {
        if (collected.isMissingNode()) {
            return BigDecimal.ZERO;
        }
        if (!collected.path("currency").asText().equals(order.currency())) {
            throw new InvalidOrder(
                    List.of(new FieldError("/collected/currency", "is not that of the order, " + order.currency())));
        }
        return new BigDecimal(collected.path("amount").asText());
    }
}
