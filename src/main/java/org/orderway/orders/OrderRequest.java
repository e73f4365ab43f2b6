package org.orderway.orders;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/**
 * An order as a shop asks for it, in one form whatever way it came.
 *
 * @param number    the shop's own number, or null
 * @param priority  whether it takes the priority lane
 * @param currency  ISO 4217
 * @param lines     at least one
 * @param promiseBy when it has to have left the house, or null for what the settings say of its lane
 * @param partialShipment whether what is there may be sent ahead of what is not
 */
public record OrderRequest(
        String number,
        boolean priority,
        Customer customer,
        ShipTo shipTo,
        Payment payment,
        String currency,
        List<Line> lines,
        // When absent it is no part of the hash by which a repetition is known: those on record were made without.
        @JsonInclude(JsonInclude.Include.NON_NULL) Instant promiseBy,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean partialShipment) {

    /** An order that is sent whole, and promised what the settings say. */
    public OrderRequest(
            String number,
            boolean priority,
            Customer customer,
            ShipTo shipTo,
            Payment payment,
            String currency,
            List<Line> lines) {
        this(number, priority, customer, shipTo, payment, currency, lines, null, false);
    }

    /**
     * Who orders. Name and mail may be null for an order that came over the exchange without them.
     *
     * @param locale the language and country they read in, BCP 47, or null
     */
    public record Customer(
            String id, String name, String email, @JsonInclude(JsonInclude.Include.NON_NULL) String locale) {

        public Customer(String id, String name, String email) {
            this(id, name, email, null);
        }
    }

    /** Where it goes. @param country ISO 3166 alpha-2 */
    public record ShipTo(String name, List<String> lines, String city, String postcode, String country) {}

    /**
     * How it is paid.
     *
     * @param method      {@code prepaid} or {@code cod}
     * @param token       the gateway's, null for cod
     * @param cardCountry where the card is from, ISO 3166 alpha-2, or null when the shop does not say
     */
    public record Payment(String method, String token, @JsonInclude(JsonInclude.Include.NON_NULL) String cardCountry) {

        public Payment(String method, String token) {
            this(method, token, null);
        }
    }

    /**
     * One line.
     *
     * @param unitPrice the shop's price in the order's currency, up to four decimals, or null for the catalogue's
     * @param category  or null for the catalogue's
     */
    public record Line(String sku, int quantity, BigDecimal unitPrice, String category) {}
}
