package org.orderway.orders;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.orderway.messages.Outcome;
import org.springframework.stereotype.Component;

/** The first step of an order in its lane. */
@Component("orderProcessing")
public class OrderProcessing {

    private final Steps steps;
    private final Orders orders;
    private final OrderEvents events;
    private final Articles articles;

    OrderProcessing(Steps steps, Orders orders, OrderEvents events, Articles articles) {
        this.steps = steps;
        this.orders = orders;
        this.events = events;
        this.articles = articles;
    }

    /**
     * Sets an order going, or refuses it when an article is not in the catalogue. Nor is one that came into the
     * catalogue too late for its price to be in the order's total.
     */
    public Outcome create(UUID orderId) {
        return steps.once(orderId, "create", order -> {
            List<String> unknown = unknown(order);
            if (!unknown.isEmpty()) {
                return events.failed(order, "unknown_sku", Map.of("unknown", unknown));
            }
            orders.advance(order, OrderStatus.CREATED);
            return Outcome.of(events.created(order), events.counted(order));
        });
    }

    private List<String> unknown(Order order) {
        List<String> skus =
                order.lines().stream().map(OrderLine::sku).distinct().toList();
        Set<String> known = new HashSet<>();
        articles.of(skus).forEach(article -> known.add(article.sku()));
        order.lines().stream().filter(line -> line.unitPrice() == null).forEach(line -> known.remove(line.sku()));
        return skus.stream().filter(sku -> !known.contains(sku)).toList();
    }
}
