package org.orderway.fraud;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.FileSystemResource;

/** What speaks against a payment, by the limits that application.yml has. */
class FraudRulesTest {

    private final FraudRules rules = new FraudRules(settings());

    @Test
    void nothingSpeaksAgainstAnOrdinaryPayment() {
        Verdict verdict = rules.judge(new Given().signals());

        assertThat(verdict).isInstanceOf(Verdict.Approve.class);
        assertThat(verdict.score()).isZero();
        assertThat(verdict.reasons()).isEmpty();
    }

    @Test
    void nothingSpeaksAgainstTheFirstOrderOfAShopThatHasJustOpened() {
        Given given = new Given();
        given.own = new Signals.Usual(null, 0);
        given.shop = new Signals.Usual(null, 0);
        given.knownCountry = null;
        given.total = "100000";

        assertThat(rules.judge(given.signals()).reasons()).isEmpty();
    }

    @ParameterizedTest(name = "{0} before: {2}")
    @CsvSource({"9, 0, Approve", "10, 50, Review", "49, 50, Review"})
    void theEleventhPaymentOfACustomerWithinAnHourWaitsForAPerson(int before, int score, String verdict) {
        Given given = new Given();
        given.ofCustomer = before;

        assertVerdict(given, score, verdict, score == 0 ? null : "customer-velocity");
    }

    @ParameterizedTest(name = "{0} before: {2}")
    @CsvSource({"9, 0, Approve", "10, 50, Review"})
    void soDoesTheEleventhWithOneCard(int before, int score, String verdict) {
        Given given = new Given();
        given.ofCard = before;

        assertVerdict(given, score, verdict, score == 0 ? null : "card-velocity");
    }

    @ParameterizedTest(name = "{0} of a usual 10 known from {1} orders: {2}")
    @CsvSource({"80, 3, 0", "80.01, 3, 30", "80.01, 2, 0", "81, 50, 30"})
    void aMuchLargerAmountThanTheCustomerUsuallyPaysIsAWeakSign(String total, int orders, int score) {
        Given given = new Given();
        given.total = total;
        given.own = new Signals.Usual(new BigDecimal("10"), orders);

        assertVerdict(given, score, "Approve", score == 0 ? null : "own-amount");
    }

    @ParameterizedTest(name = "{0} of a usual 10 known from {1} orders, {2} of the customer''s own: {3}")
    @CsvSource({"200, 100, 0, 0", "200.01, 100, 0, 30", "200.01, 99, 0, 0", "200.01, 100, 2, 30", "200.01, 100, 3, 0"})
    void whoHasNoUsualIsHeldAgainstTheShops(String total, int orders, int own, int score) {
        Given given = new Given();
        given.total = total;
        given.own = new Signals.Usual(new BigDecimal("100"), own);
        given.shop = new Signals.Usual(new BigDecimal("10"), orders);

        assertVerdict(given, score, "Approve", score == 0 ? null : "shop-amount");
    }

    @Test
    void aCountryTheCustomerNeverOrderedToIsAWeakSign() {
        Given given = new Given();
        given.knownCountry = false;

        assertVerdict(given, 20, "Approve", "new-country");
    }

    @ParameterizedTest(name = "a card from {0}: {1}")
    @CsvSource(
            nullValues = "-",
            value = {"GB, 0", "-, 0", "FR, 30"})
    void aCardFromElsewhereIsAWeakSign(String cardCountry, int score) {
        Given given = new Given();
        given.cardCountry = cardCountry;

        assertVerdict(given, score, "Approve", score == 0 ? null : "foreign-card");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"1, 60, Review", "2, 120, Decline"})
    void oneChargebackIsLookedAtByAPersonAndTwoAreEnough(int chargebacks, int score, String verdict) {
        Given given = new Given();
        given.chargebacks = chargebacks;

        assertVerdict(given, score, verdict, "chargeback");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"5, 0", "6, 20"})
    void manyRefundsAreAWeakSign(int refunds, int score) {
        Given given = new Given();
        given.refunds = refunds;

        assertVerdict(given, score, "Approve", score == 0 ? null : "refunds");
    }

    @Test
    void severalWeakSignsTogetherAreLookedAtAndAllSignsTogetherAreRefused() {
        Given given = new Given();
        given.knownCountry = false;
        given.cardCountry = "FR";
        Verdict some = rules.judge(given.signals());
        given.ofCustomer = 10;
        given.ofCard = 10;
        Verdict all = rules.judge(given.signals());

        assertThat(some).isInstanceOf(Verdict.Review.class);
        assertThat(some.score()).isEqualTo(50);
        assertThat(some.reasons()).extracting(Verdict.Reason::rule).containsExactly("new-country", "foreign-card");
        assertThat(all).isInstanceOf(Verdict.Decline.class);
        assertThat(all.score()).isEqualTo(150);
    }

    private void assertVerdict(Given given, int score, String verdict, String rule) {
        Verdict judged = rules.judge(given.signals());
        assertThat(judged.getClass().getSimpleName()).isEqualTo(verdict);
        assertThat(judged.score()).isEqualTo(score);
        if (rule == null) {
            assertThat(judged.reasons()).isEmpty();
        } else {
            assertThat(judged.reasons()).singleElement().satisfies(reason -> {
                assertThat(reason.rule()).isEqualTo(rule);
                assertThat(reason.points()).isEqualTo(score);
                assertThat(reason.detail()).isNotBlank();
            });
        }
    }

    /** An ordinary payment of a known customer, but for what a test says of it. */
    private static final class Given {

        private String total = "17.85";
        private String cardCountry;
        private int ofCustomer;
        private int ofCard;
        private Signals.Usual own = new Signals.Usual(new BigDecimal("15"), 4);
        private Signals.Usual shop = new Signals.Usual(new BigDecimal("10"), 1000);
        private Boolean knownCountry = true;
        private int chargebacks;
        private int refunds;

        Signals signals() {
            return new Signals(
                    new BigDecimal(total),
                    "GB",
                    cardCountry,
                    ofCustomer,
                    ofCard,
                    own,
                    shop,
                    knownCountry,
                    chargebacks,
                    refunds);
        }
    }

    private static FraudSettings settings() {
        try {
            PropertySource<?> first = new YamlPropertySourceLoader()
                    .load("application.yml", new FileSystemResource("application.yml"))
                    .get(0);
            return new Binder(ConfigurationPropertySources.from(first))
                    .bind("orderway.fraud", FraudSettings.class)
                    .get();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
