package org.orderway.orders;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.orderway.messages.EventIds;
import org.orderway.messages.Events;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.springframework.stereotype.Component;

/** The facts an order tells. No name, address or payment token is in them: whoever needs one reads the order. */
@Component
public class OrderEvents {

    /** What makes the second placing of an order single, by which it moves to the priority lane. */
    public static final String PROMOTED = "promoted";

    private final Events events;
    private final Orders orders;

    OrderEvents(Events events, Orders orders) {
        this.events = events;
        this.orders = orders;
    }

    /** The order is accepted, and on its way into its lane; or once more, into that to which it was moved since. */
    public OutgoingMessage placed(Order order) {
        return events.placed(
                order.id(),
                order.number(),
                RoutingKeys.of(order.lane(), order.country(), order.category()),
                order.promotedAt() == null ? EventIds.ONCE : PROMOTED,
                Map.of(
                        "lane",
                        order.lane(),
                        "country",
                        order.country(),
                        "category",
                        order.category(),
                        "promisedBy",
                        order.promisedBy().toString()));
    }

    /** The order has not left the house by the time that was promised. */
    public OutgoingMessage delayed(Order order) {
        return once(
                order, "order.delayed", Map.of("promisedBy", order.promisedBy().toString()));
    }

    /** The order begins its way. */
    public OutgoingMessage created(Order order) {
        return once(order, "order.created", facts(order));
    }

    /** Every line is held. */
    public OutgoingMessage inventoryChecked(Order order) {
        return inventoryChecked(order, Map.of());
    }

    /** What is there is held. @param waiting pieces that wait for goods, by line number */
    public OutgoingMessage inventoryChecked(Order order, Map<Integer, Integer> waiting) {
        return once(
                order,
                "order.inventory_checked",
                waiting.isEmpty()
                        ? Map.of("status", "success")
                        : Map.of("status", "success", "backOrdered", lines(order, waiting)));
    }

    /** The payment is handed to whoever serves its method. */
    public OutgoingMessage paymentRequested(Order order) {
        return events.paymentRequested(
                order.id(),
                order.number(),
                order.paymentMethod(),
                Map.of("method", order.paymentMethod(), "amount", order.total(), "currency", order.currency()));
    }

    /** The money is captured, or due at the door: then captured is 0. */
    public OutgoingMessage paymentSuccess(Order order, BigDecimal captured) {
        return once(
                order,
                "order.payment_success",
                Map.of(
                        "method",
                        order.paymentMethod(),
                        "captured",
                        captured,
                        "due",
                        order.total().subtract(captured),
                        "currency",
                        order.currency()));
    }

    /** A parcel has a label. @param parcel from 1 */
    public OutgoingMessage shippingPrepared(Order order, int parcel, String carrier, String trackingNumber) {
        return ofParcel(
                order,
                "order.shipping_prepared",
                parcel,
                Map.of("parcel", parcel, "carrier", carrier, "trackingNumber", trackingNumber));
    }

    /** A parcel left the house. @param complete whether nothing else is still to come */
    public OutgoingMessage shipped(Order order, int parcel, String carrier, String trackingNumber, boolean complete) {
        return ofParcel(
                order,
                "order.shipped",
                parcel,
                Map.of("parcel", parcel, "carrier", carrier, "trackingNumber", trackingNumber, "complete", complete));
    }

    /** Goods that an order waited for are there and held for its next parcel. */
    public OutgoingMessage backOrderFilled(Order order, int parcel, UUID filling) {
        return events.again(
                order.id(), order.number(), "order.backorder_filled", filling.toString(), Map.of("parcel", parcel));
    }

    private OutgoingMessage ofParcel(Order order, String type, int parcel, Map<String, ?> details) {
        return parcel == 1
                ? once(order, type, details)
                : events.again(order.id(), order.number(), type, "parcel-" + parcel, details);
    }

    /** Where a parcel is by now, as the carrier reports it. @param at when it was there, by the carrier's clock */
    public OutgoingMessage statusUpdated(Order order, String trackingNumber, String status, Instant at) {
        return events.again(
                order.id(),
                order.number(),
                "order.status_updated",
                trackingNumber + "|" + status + "|" + at,
                Map.of("trackingNumber", trackingNumber, "status", status, "reportedFor", at.toString()));
    }

    /** All parcels are with the customer. @param collected what was collected at the door */
    public OutgoingMessage delivered(Order order, Instant at, BigDecimal collected) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("deliveredAt", at.toString());
        if (collected.signum() > 0) {
            details.put("collected", Map.of("amount", collected, "currency", order.currency()));
        }
        return once(order, "order.delivered", details);
    }

    /** What was collected at the door is not what was to be collected. */
    public OutgoingMessage collectionAlarm(Order order, BigDecimal expected, BigDecimal found, Instant at) {
        return alarm(
                order,
                "collection",
                "What is collected at the door is what is due",
                expected.toPlainString() + " " + order.currency(),
                found.toPlainString() + " " + order.currency(),
                at);
    }

    /** The payment provider contradicts what it had said of a charge. */
    public OutgoingMessage paymentAlarm(Order order, String said, String says) {
        return alarm(order, "payment", "What a charge came to stays so", said, says, order.createdAt());
    }

    private OutgoingMessage alarm(Order order, String name, String rule, String expected, String found, Instant since) {
        String subject = order.id().toString();
        return events.alarm(
                name,
                subject,
                order.id(),
                since,
                Map.of(
                        "rule",
                        rule,
                        "subject",
                        subject,
                        "expected",
                        expected,
                        "found",
                        found,
                        "since",
                        since.toString()));
    }

    /** The order has its invoice, which no event changes any more. */
    public OutgoingMessage invoiced(Order order, String invoice) {
        return once(
                order,
                "order.invoiced",
                Map.of("invoice", invoice, "total", order.total(), "currency", order.currency()));
    }

    /** For analytics: an order was created. */
    public OutgoingMessage counted(Order order) {
        return once(order, "order.analytics.created", facts(order));
    }

    /** For analytics: an order came to its end. */
    public OutgoingMessage countedEnd(Order order, OrderStatus status, String reason) {
        return once(order, "order.analytics.ended", ended(order, status, reason));
    }

    /** For analytics: an order that had come to its end is with its customer. */
    public OutgoingMessage countedDelivery(Order order) {
        Map<String, Object> facts = ended(order, OrderStatus.DELIVERED, null);
        return events.again(order.id(), order.number(), "order.analytics.ended", "delivered", facts);
    }

    /** The order is cancelled; this much of what was captured is to go back. */
    public OutgoingMessage cancelled(Order order, String reason, BigDecimal toRefund) {
        return once(
                order, "order.cancelled", Map.of("reason", reason, "refund", toRefund, "currency", order.currency()));
    }

    /**
     * Pieces of the order were cancelled before they left.
     *
     * @param pieces by line number
     * @param value  what they cost
     * @param refund what of it had been paid and is to go back
     */
    public OutgoingMessage lineCancelled(
            Order order,
            UUID cancellationId,
            String reason,
            Map<Integer, Integer> pieces,
            BigDecimal value,
            BigDecimal refund) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("cancellationId", cancellationId.toString());
        details.put("reason", reason);
        details.put("lines", lines(order, pieces));
        details.put("value", value);
        details.put("refund", refund);
        details.put("currency", order.currency());
        return events.again(order.id(), order.number(), "order.line_cancelled", cancellationId.toString(), details);
    }

    /** Somebody of ours gives money back for goods that the customer keeps. */
    public OutgoingMessage refundGranted(Order order, UUID goodwillId, BigDecimal amount) {
        return events.again(
                order.id(),
                order.number(),
                "order.refund_granted",
                goodwillId.toString(),
                Map.of("goodwillId", goodwillId.toString(), "amount", amount, "currency", order.currency()));
    }

    private static List<Map<String, Object>> lines(Order order, Map<Integer, Integer> pieces) {
        return order.lines().stream()
                .filter(line -> pieces.containsKey(line.lineNo()))
                .map(line -> Map.<String, Object>of(
                        "line", line.lineNo(), "sku", line.sku(), "quantity", pieces.get(line.lineNo())))
                .toList();
    }

    /** Money was taken for an order that is cancelled or returned, or more than was due: it has to go back. */
    public OutgoingMessage capturedLate(Order order, BigDecimal amount) {
        return once(order, "order.captured_late", Map.of("amount", amount, "currency", order.currency()));
    }

    /** Goods came back, the whole order or a part. @param value what they had cost */
    public OutgoingMessage returned(Order order, UUID returnId, String reason, BigDecimal value, boolean complete) {
        return events.again(
                order.id(),
                order.number(),
                "order.returned",
                returnId.toString(),
                Map.of(
                        "returnId",
                        returnId.toString(),
                        "reason",
                        reason,
                        "value",
                        value,
                        "currency",
                        order.currency(),
                        "complete",
                        complete));
    }

    /** Money went back to the customer. @param operation what it was refunded for */
    public OutgoingMessage refunded(Order order, String operation, BigDecimal amount) {
        return events.again(
                order.id(),
                order.number(),
                "order.refunded",
                operation,
                Map.of("amount", amount, "currency", order.currency()));
    }

    /**
     * Money is owed to a customer who paid at the door: there is no charge to refund, a person has to pay it out.
     *
     * @param operation what it is owed for
     * @param payout    the key under which it is paid
     */
    public OutgoingMessage refundDue(Order order, String operation, String payout, BigDecimal amount) {
        return events.again(
                order.id(),
                order.number(),
                "order.refund_due",
                operation,
                Map.of("payout", payout, "amount", amount, "currency", order.currency()));
    }

    /** For analytics: an order that had come to its end was returned after all. */
    public OutgoingMessage countedReturn(Order order, String reason) {
        Map<String, Object> facts = ended(order, OrderStatus.RETURNED, reason);
        return events.again(order.id(), order.number(), "order.analytics.ended", "returned", facts);
    }

    /** Ends a locked order as a refusal, and says so. */
    public Outcome failed(Order order, String reason, Map<String, ?> details) {
        orders.fail(order, reason);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("reason", reason);
        body.putAll(details);
        return Outcome.of(once(order, "order.failed", body), countedEnd(order, OrderStatus.FAILED, reason));
    }

    private OutgoingMessage once(Order order, String type, Map<String, ?> details) {
        return events.once(order.id(), order.number(), type, details);
    }

    private static Map<String, Object> ended(Order order, OrderStatus status, String reason) {
        Map<String, Object> facts = facts(order);
        facts.put("status", status.name());
        if (reason != null) {
            facts.put("reason", reason);
        }
        return facts;
    }

    private static Map<String, Object> facts(Order order) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("lane", order.lane());
        facts.put("country", order.country());
        facts.put("category", order.category());
        facts.put("paymentMethod", order.paymentMethod());
        facts.put("currency", order.currency());
        facts.put("total", order.total());
        facts.put("lines", order.lines().size());
        facts.put("placedAt", order.createdAt().toString());
        return facts;
    }
}
