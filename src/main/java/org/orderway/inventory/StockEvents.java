package org.orderway.inventory;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.orderway.messages.Events;
import org.orderway.messages.OutgoingMessage;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** What is told of products. Each event carries the whole state with its number, so that a reader needs no other event. */
@Component
class StockEvents {

    private final Events events;
    private final String exchange;

    StockEvents(Events events, @Value("${orderway.exchange.inventory}") String exchange) {
        this.events = events;
        this.exchange = exchange;
    }

    OutgoingMessage updated(Product product) {
        return event(product, "inventory.updated", "" + product.sequence(), Map.of());
    }

    /** @param time how often the article became low, this time included */
    OutgoingMessage low(Product product, long time) {
        return event(product, "inventory.low", "" + time, Map.of("time", time));
    }

    OutgoingMessage replenished(Product product, Replenishments.Replenishment replenishment) {
        return event(
                product,
                "inventory.replenished",
                replenishment.id().toString(),
                Map.of("replenishmentId", replenishment.id().toString(), "quantity", replenishment.quantity()));
    }

    private OutgoingMessage event(Product product, String type, String operation, Map<String, ?> more) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("sku", product.sku());
        details.put("sequence", product.sequence());
        details.put("name", product.name());
        details.put("category", product.category());
        details.put("price", product.price());
        details.put("currency", product.currency());
        details.put("onHand", product.onHand());
        details.put("reserved", product.reserved());
        details.put("available", product.available());
        details.put("lowAt", product.lowAt());
        details.putAll(more);
        UUID subject = UUID.nameUUIDFromBytes(product.sku().getBytes(StandardCharsets.UTF_8));
        return events.aboutAgain(subject, exchange, type, operation, details);
    }
}
