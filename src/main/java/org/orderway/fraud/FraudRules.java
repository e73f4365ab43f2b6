package org.orderway.fraud;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.orderway.fraud.Verdict.Reason;
import org.springframework.stereotype.Component;

/** The rules: what speaks against a payment, with its points. They only judge; what they judge by is read elsewhere. */
@Component
class FraudRules {

    private final FraudSettings settings;

    FraudRules(FraudSettings settings) {
        this.settings = settings;
    }

    Verdict judge(Signals signals) {
        List<Reason> reasons = new ArrayList<>();
        velocity("customer-velocity", settings.customerVelocity(), signals.ofCustomer(), reasons);
        velocity("card-velocity", settings.cardVelocity(), signals.ofCard(), reasons);
        if (signals.own().orders() >= settings.ownAmount().after()) {
            amount("own-amount", settings.ownAmount(), signals.total(), signals.own(), reasons);
        } else {
            amount("shop-amount", settings.shopAmount(), signals.total(), signals.shop(), reasons);
        }
        if (Boolean.FALSE.equals(signals.knownCountry())) {
            add(
                    "new-country",
                    settings.newCountry().points(),
                    "to " + signals.country() + " for the first time",
                    reasons);
        }
        if (signals.cardCountry() != null && !signals.cardCountry().equals(signals.country())) {
            String detail = "a card from " + signals.cardCountry() + " for an order to " + signals.country();
            add("foreign-card", settings.foreignCard().points(), detail, reasons);
        }
        if (signals.chargebacks() > 0) {
            int points = signals.chargebacks() * settings.chargeback().points();
            add("chargeback", points, signals.chargebacks() + " payments charged back", reasons);
        }
        if (signals.refunds() > settings.refunds().moreThan()) {
            add("refunds", settings.refunds().points(), signals.refunds() + " payments refunded", reasons);
        }
        return Verdict.of(List.copyOf(reasons), settings.reviewFrom(), settings.declineFrom());
    }

    private static void velocity(String rule, FraudSettings.Velocity limit, int earlier, List<Reason> reasons) {
        if (earlier >= limit.payments()) {
            String detail = "%d payments before this one within %d minutes"
                    .formatted(earlier, limit.within().toMinutes());
            add(rule, limit.points(), detail, reasons);
        }
    }

    private static void amount(
            String rule, FraudSettings.Amount limit, BigDecimal total, Signals.Usual usual, List<Reason> reasons) {
        if (usual.orders() >= limit.after()
                && usual.amount() != null
                && total.compareTo(usual.amount().multiply(BigDecimal.valueOf(limit.times()))) > 0) {
            String detail =
                    total.toPlainString() + ", usually " + usual.amount().toPlainString();
            add(rule, limit.points(), detail, reasons);
        }
    }

    private static void add(String rule, int points, String detail, List<Reason> reasons) {
        if (points > 0) {
            reasons.add(new Reason(rule, points, detail));
        }
    }
}
