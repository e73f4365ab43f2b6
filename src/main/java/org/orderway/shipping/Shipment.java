package org.orderway.shipping;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.orderway.messages.Outcome;
import org.orderway.orders.OrderLine;
import org.orderway.orders.OrderRequest;

/**
 * A shipment on its way to the carrier.
 *
 * @param key     the idempotency key the carrier knows it by
 * @param inDoubt true when an earlier attempt may have reached the carrier: ask before booking
 * @param mayCall false when the intent is older than the carrier keeps keys: only its answer by key may settle it
 * @param outcome set when nothing is left to book
 */
public record Shipment(
        UUID orderId,
        String key,
        OrderRequest.ShipTo shipTo,
        List<OrderLine> lines,
        boolean inDoubt,
        boolean mayCall,
        Outcome outcome) {

    static Shipment concluded(UUID orderId, Outcome outcome) {
        return new Shipment(orderId, null, null, null, false, false, outcome);
    }

    /** Whether nothing is left to book. */
    public boolean isSettled() {
        return outcome != null;
    }

    /** What the carrier is asked for. */
    public Map<String, Object> request() {
        return Map.of(
                "reference",
                orderId.toString(),
                "shipTo",
                shipTo,
                "parcel",
                lines.stream()
                        .map(l -> Map.of("sku", l.sku(), "quantity", l.quantity()))
                        .toList());
    }
}
