package org.orderway.shipping;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.FieldError;
import org.orderway.orders.InvalidOrder;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.PaymentEvents;
import org.orderway.orders.PaymentState;
import org.orderway.orders.Returns;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What the carrier reports of parcels. Reports come late, twice and in any order: only news moves an order, and it never
 * moves back. What was collected at the door is booked as it was collected, be it more or less than was due.
 */
@Component("tracking")
public class Tracking {

    private static final String DELIVERED = "delivered";

    private final Orders orders;
    private final OrderEvents events;
    private final PaymentEvents moneyEvents;
    private final Returns returns;
    private final Outbox outbox;
    private final JdbcClient jdbc;

    Tracking(
            Orders orders,
            OrderEvents events,
            PaymentEvents moneyEvents,
            Returns returns,
            Outbox outbox,
            JdbcClient jdbc) {
        this.orders = orders;
        this.events = events;
        this.moneyEvents = moneyEvents;
        this.returns = returns;
        this.outbox = outbox;
        this.jdbc = jdbc;
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
        Order order = orders.lock(orderOf(report.path("trackingNumber").asText()));
        String status = report.path("status").asText();
        Instant at = OffsetDateTime.parse(report.path("occurredAt").asText()).toInstant();
        BigDecimal collected = collected(order, report.path("collected"));
        boolean isNews = isNews(order.id(), status, at);
        List<OutgoingMessage> messages = new ArrayList<>();
        if (status.equals(DELIVERED)) {
            if (order.status() == OrderStatus.SHIPPED) {
                orders.delivered(order);
                messages.add(events.delivered(order, at, collected));
                messages.add(events.countedDelivery(order));
            }
            messages.addAll(collected(order, at, collected, isNews));
        } else if (isNews && order.status() == OrderStatus.SHIPPED) {
            messages.add(events.statusUpdated(order, status, at));
        }
        return messages.stream().map(outbox::add).toList();
    }

    private List<OutgoingMessage> collected(Order order, Instant at, BigDecimal amount, boolean isNews) {
        List<OutgoingMessage> messages = new ArrayList<>();
        boolean isDue = order.paymentState() == PaymentState.DUE;
        if (isDue && amount.signum() > 0) {
            orders.collected(order, amount);
            messages.add(moneyEvents.succeeded(order, "collection-" + order.id(), amount));
            BigDecimal tooMuch = amount.subtract(order.total().subtract(returns.valueOfAll(order.id())));
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

    private UUID orderOf(String trackingNumber) {
        return jdbc.sql("select order_id from shipments where tracking_number = ? order by created_at desc limit 1")
                .param(trackingNumber)
                .query(UUID.class)
                .optional()
                .orElseThrow(() -> new UnknownParcel(trackingNumber));
    }

    private boolean isNews(UUID orderId, String status, Instant at) {
        return jdbc.sql(
                                """
                                update shipments set reported = :status, reported_at = :at
                                where order_id = :order and reported is distinct from 'delivered'
                                    and (reported_at is null or reported_at < :at or :status = 'delivered')
                                """)
                        .param("status", status)
                        .param("at", Timestamp.from(at))
                        .param("order", orderId)
                        .update()
                == 1;
    }
}
