package org.orderway.bench.spring;

import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;

/** An order as a shop asks for it, over HTTP or straight over the exchange. */
record Order(
        String number,
        boolean priority,
        Customer customer,
        ShipTo shipTo,
        Payment payment,
        String currency,
        List<Line> lines) {

    record Customer(String id, String name, String email) {}

    record ShipTo(String name, List<String> lines, String city, String postcode, String country) {}

    record Payment(String method, String token) {}

    record Line(String sku, int quantity) {}

    /** One article of an order, priced. */
    record PricedLine(String sku, int quantity, BigDecimal unitPrice) {

        BigDecimal total() {
            return unitPrice.multiply(BigDecimal.valueOf(quantity));
        }
    }

    /** @throws InvalidOrder when something is missing */
    void check() {
        boolean complete = number != null
                && customer != null
                && customer.id() != null
                && shipTo != null
                && shipTo.country() != null
                && payment != null
                && List.of("prepaid", "cod").contains(Objects.toString(payment.method()))
                && currency != null
                && lines != null
                && !lines.isEmpty()
                && lines.stream().allMatch(line -> line != null && line.sku() != null && line.quantity() > 0)
                && lines.stream().map(Line::sku).distinct().count() == lines.size();
        if (!complete) {
            throw new InvalidOrder("An order needs number, customer, ship-to, payment, currency and lines of articles");
        }
    }
}
