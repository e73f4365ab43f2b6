package org.orderway.bench.spring;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The names of the journey: five messages an order, of which seventeen copies are delivered. */
final class Journey {

    static final String EVENTS = "order_events";
    static final String DEAD = "order_dead";

    static final String PLACED = "order.placed";
    static final String CREATED = "order.created";
    static final String RESERVED = "order.inventory_checked";
    static final String PAID = "order.payment_success";
    static final String SHIPPED = "order.shipped";
    static final String FAILED = "order.failed";

    static final String NORMAL_LANE = "order_queue";
    static final String PRIORITY_LANE = "priority_order_queue";
    static final String INVENTORY = "inventory_queue";
    static final String PAYMENT = "payment_queue";
    static final String SHIPPING = "shipping_queue";
    static final String NOTIFICATION = "notification_queue";
    static final String ANALYTICS = "analytics_queue";
    static final String RECOMMENDATION = "recommendation_queue";
    static final String AUDIT = "audit_queue";

    private Journey() {}

    /** Every queue with the keys it is bound by. */
    static Map<String, List<String>> queues() {
        Map<String, List<String>> queues = new LinkedHashMap<>();
        queues.put(NORMAL_LANE, List.of("order.normal.#"));
        queues.put(PRIORITY_LANE, List.of("order.priority.#"));
        queues.put(INVENTORY, List.of(CREATED));
        queues.put(PAYMENT, List.of(RESERVED));
        queues.put(SHIPPING, List.of(PAID));
        queues.put(NOTIFICATION, List.of(CREATED, RESERVED, PAID, SHIPPED, FAILED));
        queues.put(ANALYTICS, List.of(CREATED, PAID, SHIPPED, FAILED));
        queues.put(RECOMMENDATION, List.of(SHIPPED));
        queues.put(AUDIT, List.of("order.#"));
        return queues;
    }

    /** The key an order is placed by. */
    static String laneKey(boolean priority, String country) {
        return (priority ? "order.priority." : "order.normal.") + country.toLowerCase();
    }
}
