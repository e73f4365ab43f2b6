package org.orderway.testing;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A body for every type of event, written down by hand from what the wire contract promises. */
public final class EventBodies {

    private static final Map<String, Object> FACTS = Map.of(
            "lane",
            "normal",
            "country",
            "gb",
            "category",
            "other",
            "paymentMethod",
            "prepaid",
            "currency",
            "GBP",
            "total",
            new BigDecimal("17.85"),
            "lines",
            2,
            "placedAt",
            "2026-11-20T10:00:00.123456Z");

    private static final Map<String, Object> STOCK = Map.of(
            "sku",
            "85123A",
            "sequence",
            7,
            "name",
            "Heart",
            "category",
            "home",
            "price",
            new BigDecimal("2.55"),
            "currency",
            "GBP",
            "onHand",
            9,
            "reserved",
            4,
            "available",
            5,
            "lowAt",
            5);

    private static final Map<String, Object> ALARM = Map.of(
            "rule",
            "What is collected at the door is what is due",
            "expected",
            "17.85 GBP",
            "found",
            "10.00 GBP",
            "since",
            "2026-11-20T09:59:00Z");

    private static final Map<String, Map<String, Object>> DETAILS = Map.ofEntries(
            Map.entry("order.placed", Map.of("lane", "normal", "country", "gb", "category", "other")),
            Map.entry("log.entry", Map.of("service", "till-3", "level", "error", "message", "The drawer is stuck")),
            Map.entry("sensor.reading", Map.of("sensor", "cold-store-1", "value", 9.4, "at", "2026-11-20T10:00:00Z")),
            Map.entry("order.created", FACTS),
            Map.entry("order.analytics.created", FACTS),
            Map.entry("order.analytics.ended", plus(FACTS, Map.of("status", "FAILED", "reason", "out_of_stock"))),
            Map.entry("order.inventory_checked", Map.of("status", "success")),
            Map.entry("payment.requested", Map.of("method", "prepaid", "amount", 17.85, "currency", "GBP")),
            Map.entry(
                    "order.payment_success",
                    Map.of("method", "prepaid", "captured", 17.85, "due", 0, "currency", "GBP")),
            Map.entry("order.shipping_prepared", Map.of("parcel", 1, "carrier", "Parcels", "trackingNumber", "OW1GB")),
            Map.entry(
                    "order.shipped",
                    Map.of("parcel", 1, "carrier", "Parcels", "trackingNumber", "OW1GB", "complete", true)),
            Map.entry("order.backorder_filled", Map.of("parcel", 2)),
            Map.entry("order.cancelled", Map.of("reason", "customer", "refund", 17.85, "currency", "GBP")),
            Map.entry(
                    "order.line_cancelled",
                    Map.of(
                            "cancellationId",
                            "0193a5c0-0000-7000-8000-00000000000e",
                            "reason",
                            "customer",
                            "lines",
                            List.of(Map.of("line", 1, "sku", "85123A", "quantity", 2)),
                            "value",
                            5.10,
                            "refund",
                            5.10,
                            "currency",
                            "GBP")),
            Map.entry(
                    "order.refund_granted",
                    Map.of("goodwillId", "0193a5c0-0000-7000-8000-00000000000d", "amount", 5.10, "currency", "GBP")),
            Map.entry("order.captured_late", Map.of("amount", 17.85, "currency", "GBP")),
            Map.entry(
                    "order.returned",
                    Map.of(
                            "returnId",
                            "0193a5c0-0000-7000-8000-00000000000f",
                            "reason",
                            "damaged",
                            "value",
                            5.10,
                            "currency",
                            "GBP",
                            "complete",
                            false)),
            Map.entry("order.invoiced", Map.of("invoice", "2026-000001", "total", 17.85, "currency", "GBP")),
            Map.entry(
                    "order.delivered",
                    Map.of(
                            "deliveredAt",
                            "2026-11-21T09:30:00Z",
                            "collected",
                            Map.of("amount", 17.85, "currency", "GBP"))),
            Map.entry(
                    "order.delayed",
                    Map.of("promisedBy", "2026-11-22T18:00:00Z", "expectedBy", "2026-11-24T18:00:00Z")),
            Map.entry("order.notification.mail", Map.of("subject", "A question", "text", "Which colour?")),
            Map.entry("order.notification.sms", Map.of("text", "Which colour?")),
            Map.entry("order.notification.push", Map.of("subject", "A question", "text", "Which colour?")),
            Map.entry("order.refunded", Map.of("amount", 5.10, "currency", "GBP")),
            Map.entry("payment.succeeded", movement("charge-1")),
            Map.entry("payment.refunded", movement("refund-1")),
            Map.entry(
                    "order.status_updated",
                    Map.of(
                            "trackingNumber",
                            "OW1GB",
                            "status",
                            "out_for_delivery",
                            "reportedFor",
                            "2026-11-20T09:30:00Z")),
            Map.entry("order.refund_due", Map.of("payout", "payout-1", "amount", 5.10, "currency", "GBP")),
            Map.entry("order.alarm.collection", ALARM),
            Map.entry("order.alarm.payment", ALARM),
            Map.entry(
                    "payment.chargeback",
                    plus(movement("charge-1"), Map.of("chargebackId", "cb-1", "reason", "fraud"))),
            Map.entry(
                    "announcement.published",
                    Map.of("announcementId", "0193a5c0-0000-7000-8000-0000000000a1", "kind", "promotion")),
            Map.entry(
                    "notice.given",
                    Map.of(
                            "noticeId",
                            "0193a5c0-0000-7000-8000-0000000000b1",
                            "department",
                            "finance",
                            "type",
                            "urgent")),
            Map.entry("inventory.updated", STOCK),
            Map.entry("inventory.low", plus(STOCK, Map.of("time", 1))),
            Map.entry(
                    "inventory.replenished",
                    plus(STOCK, Map.of("replenishmentId", "0193a5c0-0000-7000-8000-0000000000c1", "quantity", 48))),
            Map.entry("behaviour.viewed", Map.of("customer", "c-1", "sku", "85123A")),
            Map.entry("behaviour.carted", Map.of("customer", "c-1", "sku", "85123A")),
            Map.entry("order.failed", Map.of("reason", "out_of_stock", "shortOf", List.of("85123A"))),
            Map.entry(
                    "order.failed.step",
                    Map.of("queue", "inventory_queue", "messageId", "m-1", "reason", "Bug", "retries", 3)));

    private EventBodies() {}

    /** The envelope every body begins with, and the details of this type. */
    public static Map<String, Object> of(String type, UUID orderId) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("eventId", "event-1");
        body.put("type", type);
        body.put("version", 1);
        body.put("occurredAt", "2026-11-20T10:00:01.234Z");
        body.put("orderId", orderId.toString());
        body.put("number", "536365");
        body.putAll(DETAILS.get(type.startsWith("order.failed.") ? "order.failed.step" : type));
        return body;
    }

    private static Map<String, Object> movement(String paymentId) {
        return Map.of(
                "paymentId",
                paymentId,
                "method",
                "prepaid",
                "amount",
                new BigDecimal("5.10"),
                "currency",
                "GBP",
                "country",
                "gb",
                "customerId",
                "c-7");
    }

    private static Map<String, Object> plus(Map<String, Object> some, Map<String, Object> more) {
        Map<String, Object> all = new LinkedHashMap<>(some);
        all.putAll(more);
        return all;
    }
}
