package org.orderway.fraud;

import java.math.BigDecimal;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The rules' limits, and the points each adds to the score; 0 points switch a rule off.
 *
 * @param reviewFrom       points from which a person decides
 * @param declineFrom      points from which the order is refused at once
 * @param reviewAbove      total from which on a person decides where the flow asks for it, in the order's own currency
 * @param history          the latest payments of a customer, or a card, that are looked at
 * @param customerVelocity payments of one customer
 * @param cardVelocity     payments with one card
 * @param ownAmount        amount against the customer's own usual
 * @param shopAmount       amount against the shop's usual, for whoever has no usual yet
 * @param newCountry       an order that goes where none of the customer's went before
 * @param foreignCard      a card that is not from where the order goes
 * @param chargeback       a payment that was charged back, each
 * @param refunds          many payments that were refunded
 * @param signalsWithin    how far back chargebacks and refunds count
 * @param measureLast      the latest payments of which the shop's usual is measured
 */
@ConfigurationProperties("orderway.fraud")
record FraudSettings(
        int reviewFrom,
        int declineFrom,
        BigDecimal reviewAbove,
        int history,
        Velocity customerVelocity,
        Velocity cardVelocity,
        Amount ownAmount,
        Amount shopAmount,
        Sign newCountry,
        Sign foreignCard,
        Sign chargeback,
        Many refunds,
        Duration signalsWithin,
        int measureLast) {

    /** More than so many payments within the time. */
    record Velocity(int payments, Duration within, int points) {}

    /** More than so many times the usual, which is known after so many payments. */
    record Amount(int times, int after, int points) {}

    /** Something that is or is not so. */
    record Sign(int points) {}

    /** More than so many. */
    record Many(int moreThan, int points) {}
}
