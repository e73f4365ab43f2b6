package org.orderway.fraud;

import java.math.BigDecimal;

/**
 * What is known of a payment and of who pays, at the moment it is screened.
 *
 * @param total        what the order costs
 * @param country      where it goes, ISO 3166
 * @param cardCountry  where the card is from, or null when the shop does not say
 * @param ofCustomer   the customer's earlier payments within the time of that rule
 * @param ofCard       the card's, whoever used it; 0 for a token that is no card
 * @param own          what the customer's earlier payments usually were
 * @param shop         what payments of the shop usually are
 * @param knownCountry whether an earlier order of the customer went there; null when there is no earlier one
 * @param chargebacks  payments of the customer or the card that were charged back
 * @param refunds      payments of the customer or the card that were refunded
 */
record Signals(
        BigDecimal total,
        String country,
        String cardCountry,
        int ofCustomer,
        int ofCard,
        Usual own,
        Usual shop,
        Boolean knownCountry,
        int chargebacks,
        int refunds) {

    /** A usual amount in the order's currency, and of how many orders; null of none. */
    record Usual(BigDecimal amount, long orders) {}
}
