package org.orderway.shipping;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
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
 * @param parcel  from 1
 * @param collect what the carrier is to collect at the door, or null
 * @param inDoubt true when an earlier attempt may have reached the carrier: ask before booking
 * @param mayCall false when the intent is older than the carrier keeps keys: only its answer by key may settle it
 * @param outcome set when nothing is left to book
 */
public record Shipment(
        UUID orderId,
        String key,
        int parcel,
        OrderRequest.ShipTo shipTo,
        List<OrderLine> lines,
        Collect collect,
        boolean inDoubt,
        boolean mayCall,
        Outcome outcome) {

    /** Money to be collected. @param amount in the currency beside it */
    public record Collect(BigDecimal amount, String currency) {}

    static Shipment concluded(UUID orderId, Outcome outcome) {
        return new Shipment(orderId, null, 0, null, null, null, false, false, outcome);
    }

    /** Whether nothing is left to book. */
    public boolean isSettled() {
        return outcome != null;
    }

    /** What the carrier is asked for. */
    public Map<String, Object> request() {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("reference", orderId.toString());
        request.put("shipTo", shipTo);
        request.put(
                "parcel",
                lines.stream()
                        .filter(l -> l.ready() > 0)
                        .map(l -> Map.of("sku", l.sku(), "quantity", l.ready()))
                        .toList());
        if (collect != null) {
            request.put("collect", collect);
        }
        return request;
    }
}
