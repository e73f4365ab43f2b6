package org.orderway.bench.spring;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** What happened to an order, with all that the next step needs: none reads the order again. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Event(
        String id,
        String type,
        UUID orderId,
        String number,
        boolean priority,
        String customerId,
        String paymentMethod,
        String currency,
        BigDecimal total,
        List<Order.PricedLine> lines,
        String trackingNumber,
        String reason,
        Instant at) {

    /** Its id is made of order and type: what is told again is the same event. */
    static String idOf(UUID orderId, String type) {
        return UUID.nameUUIDFromBytes((orderId + type).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    Event next(String next) {
        return with(next, null, null);
    }

    Event failed(String why) {
        return with(Journey.FAILED, null, why);
    }

    Event shipped(String tracking) {
        return with(Journey.SHIPPED, tracking, null);
    }

    private Event with(String next, String tracking, String why) {
        return new Event(
                idOf(orderId, next),
                next,
                orderId,
                number,
                priority,
                customerId,
                paymentMethod,
                currency,
                total,
                lines,
                tracking,
                why,
                Instant.now());
    }
}
