package org.orderway.orders;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * An order as it stands.
 *
 * @param number   the shop's number, or the id where the shop gave none
 * @param lane     {@code normal} or {@code priority}
 * @param reason   why it failed, or null
 * @param total    in the order's currency, rounded once
 * @param captured what was taken so far
 * @param refunded what of it went back
 * @param promisedBy when it has to have left the house
 * @param promotedAt when it was moved to the priority lane for that, or null
 * @param partial  whether its customer takes it in several parcels
 * @param lines    in the order's own order
 */
public record Order(
        UUID id,
        String number,
        String lane,
        OrderStatus status,
        String reason,
        PaymentState paymentState,
        FulfilmentState fulfilmentState,
        OrderRequest.Customer customer,
        OrderRequest.ShipTo shipTo,
        String country,
        String category,
        String currency,
        BigDecimal total,
        String paymentMethod,
        String paymentToken,
        BigDecimal captured,
        BigDecimal refunded,
        Instant createdAt,
        Instant promisedBy,
        Instant promotedAt,
        boolean partial,
        List<OrderLine> lines) {}
