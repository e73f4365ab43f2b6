package org.orderway.fraud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Event;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.Cancellation;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.OrderLine;
import org.orderway.orders.OrderRequest;
import org.orderway.orders.OrderView;
import org.orderway.orders.UnknownOrder;
import org.orderway.payment.Payment;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;

/** How payments are screened and decided on, with the limits of application.yml. */
class FraudDatabaseTest extends DatabaseTest {

    private static final String BIG = "1000";

    @Autowired
    private Fraud fraud;

    @Autowired
    private Reviews reviews;

    @Autowired
    private Payment payment;

    @Autowired
    private Cancellation cancellation;

    @Autowired
    private OrderView orderView;

    @Value("${orderway.orders.cards.key}")
    private String cardKey;

    private int numbers;

    // --- screening

    @Test
    void anOrdinaryPaymentPassesAndItsVerdictIsKept() {
        UUID order = order("c-1");

        assertThat(passes(order)).isTrue();

        assertThat(verdicts()).containsExactly("approve 0 true");
        assertThat(count("fraud_reviews")).isZero();
        assertThat(statusOf(order)).isEqualTo("RESERVED");
    }

    @Test
    void theEleventhPaymentOfACustomerWithinAnHourIsHeldUpAndNothingIsChargedOrTold() {
        pass(10, "c-1");
        UUID order = order("c-1");

        Fraud.Screening screening = screen(order);

        assertThat(screening).isEqualTo(new Fraud.Screening(false, List.of()));
        assertThat(verdictOf(order)).isEqualTo("review 50 false");
        assertThat(reasons(order)).containsExactly("customer-velocity");
        assertThat(statusOf(order)).isEqualTo("RESERVED");
        assertThat(count("outbox where message::text like '%" + order + "%' and message::text like '%failed%'"))
                .isZero();
        assertThat(passes(order("c-2"))).as("another customer's").isTrue();
    }

    @Test
    void paymentsOfLongerAgoDoNotCountAgainstACustomer() {
        pass(10, "c-1");
        jdbc.sql("update fraud_checks set checked_at = now() - interval '61 minutes'")
                .update();

        assertThat(passes(order("c-1"))).isTrue();
    }

    @Test
    void theEleventhPaymentWithOneCardIsHeldUpWhoeverUsesIt() {
        IntStream.range(0, 10)
                .forEach(i -> assertThat(passes(order("c-" + i, "tok_stolen"))).isTrue());
        UUID order = order("c-10", "tok_stolen");

        assertThat(passes(order)).isFalse();
        assertThat(reasons(order)).containsExactly("card-velocity");
        assertThat(passes(order("c-10", "tok_another"))).isTrue();
    }

    @Test
    void aTokenThatEverybodyUsesIsNoCard() {
        IntStream.range(0, 12)
                .forEach(i -> assertThat(passes(order("c-" + i, "tok_ok"))).isTrue());

        assertThat(count("fraud_checks where card is not null")).isZero();
    }

    @Test
    void aTokenIsKnownByItsKeyedHashAloneAndForgottenOnceItIsCharged() throws Exception {
        UUID order = order("c-1", "tok_secret");
        screen(order);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(cardKey.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        String hash = HexFormat.of().formatHex(mac.doFinal("tok_secret".getBytes(StandardCharsets.UTF_8)));

        assertThat(jdbc.sql("select encode(card, 'hex') from fraud_checks")
                        .query(String.class)
                        .list())
                .containsExactly(hash);
        payment.handOver(checked(order));
        payment.settle(
                payment.intend(event("payment.requested", order, Map.of())),
                mapper.valueToTree(Map.of("status", "captured", "chargeId", "ch-1")));

        assertThat(statusOf(order)).isEqualTo("PAID");
        assertThat(count("orders where payment_token is not null")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"decline", "cancel"})
    void aTokenIsForgottenOfAnOrderThatCameToNothing(String how) {
        UUID order = held("c-1");
        if (how.equals("cancel")) {
            cancellation.cancel(order, "customer");
        } else {
            reviews.decline(order.toString(), ada());
        }

        assertThat(count("orders where id = '" + order + "' and payment_token is not null"))
                .isZero();
    }

    @Test
    void anAmountFarAboveTheCustomersUsualOneAddsToWhatElseSpeaksAgainstIt() {
        pass(3, "c-1");
        UUID big = order("c-1", "tok_1", "GB", BIG, null);
        UUID abroad = order("c-1", "tok_1", "FR", BIG, null);

        assertThat(passes(big)).isTrue();
        assertThat(verdictOf(big)).isEqualTo("approve 30 true");
        assertThat(reasons(big)).containsExactly("own-amount");
        assertThat(passes(abroad)).isFalse();
        assertThat(reasons(abroad)).containsExactly("own-amount", "new-country");
    }

    @Test
    void aFirstTimeCustomerIsHeldAgainstWhatTheShopsOrdersUsuallyCost() {
        IntStream.range(0, 100).forEach(i -> screen(order("c-" + i)));
        fraud.measure();
        UUID ordinary = order("new-1");
        UUID big = order("new-2", "tok_1", "GB", BIG, null);
        UUID foreign = order("new-3", "tok_1", "GB", BIG, "FR");
        Stream.of(ordinary, big, foreign).forEach(this::screen);

        assertThat(verdictOf(ordinary)).isEqualTo("approve 0 true");
        assertThat(verdictOf(big)).isEqualTo("approve 30 true");
        assertThat(verdictOf(foreign)).isEqualTo("review 60 false");
        assertThat(reasons(foreign)).containsExactly("shop-amount", "foreign-card");
    }

    @Test
    void whatWasHeldUpIsNoExampleOfWhatACustomerUsuallyDoes() {
        jdbc.sql("insert into fraud_usuals (currency, total, orders) values ('GBP', 2.5, 1000)")
                .update();
        assertThat(passes(order("c-1", "tok_1", "FR", BIG, "DE"))).isFalse();
        assertThat(passes(order("c-1", "tok_1", "FR", BIG, "DE"))).isFalse();
        assertThat(passes(order("c-1", "tok_1", "FR", BIG, "DE"))).isFalse();
        UUID fourth = order("c-1", "tok_1", "FR", BIG, "DE");

        assertThat(passes(fourth)).isFalse();
        assertThat(reasons(fourth)).containsExactly("shop-amount", "foreign-card");
    }

    @Test
    void aChargebackOfTheCustomerOrTheCardSpeaksAgainstTheNextPaymentAndTwoRefuseIt() {
        UUID first = order("c-1", "tok_1");
        screen(first);
        learn("payment.chargeback", "e-1", first);
        learn("payment.chargeback", "e-1", first);
        UUID sameCustomer = order("c-1", "tok_2");
        UUID sameCard = order("c-2", "tok_1");
        UUID neither = order("c-3", "tok_3");
        Stream.of(sameCustomer, sameCard, neither).forEach(this::screen);

        assertThat(verdictOf(sameCustomer)).isEqualTo("review 60 false");
        assertThat(reasons(sameCard)).containsExactly("chargeback");
        assertThat(verdictOf(neither)).isEqualTo("approve 0 true");

        learn("payment.chargeback", "e-2", sameCustomer);
        UUID refused = order("c-1", "tok_4");
        Fraud.Screening screening = screen(refused);

        assertThat(screening.passed()).isFalse();
        assertThat(types(screening.messages())).containsExactly("order.failed", "order.analytics.ended");
        assertThat(new String(screening.messages().get(0).body(), StandardCharsets.UTF_8))
                .contains("\"reason\":\"fraud_suspected\"")
                .doesNotContain("chargeback", "score");
        assertThat(statusOf(refused)).isEqualTo("FAILED");
        assertThat(count("fraud_reviews where order_id = '" + refused + "'")).isZero();
        assertThat(screen(refused).messages())
                .as("the same again")
                .usingRecursiveComparison()
                .isEqualTo(screening.messages());
    }

    @Test
    void manyRefundsAreASignAndAPaymentThatSucceededIsNone() {
        UUID order = order("c-1");
        screen(order);
        IntStream.range(0, 5).forEach(i -> learn("payment.refunded", "r-" + i, order));
        learn("payment.succeeded", "s-1", order);
        UUID next = order("c-1");
        screen(next);
        learn("payment.refunded", "r-5", order);
        UUID afterNext = order("c-1");
        screen(afterNext);

        assertThat(reasons(next)).isEmpty();
        assertThat(reasons(afterNext)).containsExactly("refunds");
    }

    @Test
    void whatNobodyPaidCannotHaveGoneBack() {
        UUID order = order("c-1");
        Event forged = event("payment.chargeback", order, Map.of());

        assertThatThrownBy(() -> fraud.learn(forged)).isInstanceOf(IllegalTransition.class);
        assertThatThrownBy(() -> fraud.learn(event("payment.refunded", UUID.randomUUID(), Map.of())))
                .isInstanceOf(UnknownOrder.class);
        assertThat(count("fraud_signals")).isZero();
    }

    @Test
    void aPaymentScreenedAgainKeepsItsVerdictWhateverHappenedSince() {
        UUID order = order("c-1");
        screen(order);
        pass(9, "c-1");

        assertThat(passes(order)).as("it would be the eleventh by now").isTrue();
        assertThat(verdictOf(order)).isEqualTo("approve 0 true");
    }

    @Test
    void aPaymentDeliveredTwiceAtTheSameMomentIsHeldUpOnce() throws Exception {
        pass(10, "c-1");
        UUID order = order("c-1");
        Callable<Boolean> screening = () -> passes(order);

        assertThat(together(List.of(screening, screening, screening, screening)))
                .containsOnly(false);
        assertThat(count("fraud_reviews")).isEqualTo(1);
    }

    @Test
    void whatIsPaidAtTheDoorOrIsNoOrderIsNotScreened() {
        UUID cod = intake.accept(
                        new OrderRequest(
                                "N-cod",
                                false,
                                request("N-cod").customer(),
                                request("N-cod").shipTo(),
                                new OrderRequest.Payment("cod", null),
                                "GBP",
                                request("N-cod").lines()),
                        List.of(line(1, "A", 1)),
                        "normal",
                        null)
                .id();
        status(cod, "RESERVED");

        assertThat(passes(cod)).isTrue();
        assertThat(passes(UUID.randomUUID())).isTrue();
        assertThat(count("fraud_checks")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CREATED", "PAID", "CANCELLED"})
    void anOrderThatDoesNotWaitForItsPaymentIsNotScreened(String status) {
        UUID order = order("c-1");
        status(order, status);

        assertThat(passes(order)).isTrue();
        assertThat(count("fraud_checks")).isZero();
    }

    // --- deciding

    @Test
    void anOpenReviewIsListedWithItsReasonsAndSeenAtItsOrder() {
        UUID order = held("c-1");

        JsonNode list = mapper.valueToTree(reviews.list(Map.of("limit", 50L)));

        assertThat(list.path("open").asInt()).isEqualTo(1);
        assertThat(list.path("reviews")).singleElement().satisfies(one -> {
            assertThat(one.path("order").asText()).isEqualTo(order.toString());
            assertThat(one.path("score").asInt()).isEqualTo(50);
            assertThat(one.at("/reasons/0/rule").asText()).isEqualTo("customer-velocity");
            assertThat(one.at("/reasons/0/points").asInt()).isEqualTo(50);
            assertThat(one.path("customer").asText()).isEqualTo("c-1");
            assertThat(one.path("country").asText()).isEqualTo("GB");
            assertThat(one.path("total").decimalValue()).isEqualByComparingTo("2.5");
        });
        JsonNode view = view(order);
        assertThat(view.path("review").asBoolean()).isTrue();
        assertThat(view.path("timeline").findValuesAsText("event")).contains("review");
    }

    /** With the step of routes-yaml/examples/large-orders.camel.yaml. */
    @Test
    void anOrderAboveTheLimitWaitsForAPersonOnceAndOneThatCostsNoMoreGoesOn() {
        UUID large = order("c-1", "tok_a", "GB", "500.01", null);
        UUID small = order("c-2", "tok_b", "GB", "500", null);
        assertThat(passes(large)).isTrue();
        assertThat(passes(small)).isTrue();

        assertThat(fraud.holdLarge(checked(large))).isEqualTo(new Fraud.Screening(false, List.of()));
        assertThat(fraud.holdLarge(checked(small)).passed()).isTrue();

        assertThat(passes(large)).as("delivered again").isFalse();
        assertThat(fraud.holdLarge(checked(large)).passed()).isFalse();
        assertThat(count("fraud_reviews")).isEqualTo(1);
        assertThat(verdictOf(large)).isEqualTo("review 0 false");
        assertThat(reasons(large)).containsExactly("large-order");
        assertThat(view(large).path("review").asBoolean()).isTrue();

        decide("approve", large);
        assertThat(passes(large)).isTrue();
        assertThat(fraud.holdLarge(checked(large)).passed())
                .as("delivered again, a person decided")
                .isTrue();
    }

    @Test
    void aPersonIsAskedOnceWhateverTheReasonAndTheLimitNeedsNoScreeningBeforeIt() {
        UUID suspicious = held("c-1");
        decide("approve", suspicious);
        jdbc.sql("update orders set total = 1000 where id = ?")
                .param(suspicious)
                .update();
        assertThat(fraud.holdLarge(checked(suspicious)).passed()).isTrue();

        UUID unscreened = order("c-2", "tok_b", "GB", BIG, null);
        assertThat(fraud.holdLarge(checked(unscreened)).passed()).isFalse();
        assertThat(reviews.list(Map.of("limit", 50L))).containsEntry("open", 1L);
    }

    @Test
    void anApprovedPaymentGoesToItsMethodThroughTheOutboxAndIsRecorded() {
        UUID order = held("c-1");

        Reviews.Done done = reviews.approve(order.toString(), ada());

        assertThat(done.answer()).isEqualTo(Map.of("order", order, "state", "approved"));
        assertThat(done.entries()).singleElement().satisfies(entry -> {
            assertThat(entry.message().exchange()).isEqualTo("order_payment");
            assertThat(entry.message().routingKey()).isEqualTo("prepaid");
        });
        assertThat(count("outbox where message::text like '%payment.requested%'"))
                .isEqualTo(1);
        assertThat(jdbc.sql("select state || ' ' || by_whom || ': ' || reason from fraud_reviews")
                        .query(String.class)
                        .single())
                .isEqualTo("approved Ada: rang the customer");
        assertThat(view(order).path("review").asBoolean()).isFalse();
        assertThat(passes(order)).as("delivered again").isTrue();
        assertThat(payment.handOver(checked(order)).messages())
                .usingRecursiveComparison()
                .isEqualTo(done.entries().stream().map(Outbox.Entry::message).toList());
        assertThat(mapper.valueToTree(reviews.list(Map.of("limit", 50L)))
                        .path("open")
                        .asInt())
                .isZero();
    }

    @Test
    void aDeclinedPaymentFailsItsOrderInWordsThatGiveTheRulesNotAway() {
        UUID order = held("c-1");

        Reviews.Done done = reviews.decline(order.toString(), ada());

        assertThat(types(done.entries().stream().map(Outbox.Entry::message).toList()))
                .containsExactly("order.failed", "order.analytics.ended");
        assertThat(done.entries())
                .extracting(entry -> new String(entry.message().body(), StandardCharsets.UTF_8))
                .allSatisfy(body -> assertThat(body).contains("fraud_suspected").doesNotContain("velocity", "Ada"));
        assertThat(statusOf(order)).isEqualTo("FAILED");
        assertThat(screen(order)).isEqualTo(new Fraud.Screening(false, List.of()));
    }

    @ParameterizedTest
    @CsvSource({"approve", "decline"})
    void theSameDecisionTwiceIsOneAndTheContraryOneAConflict(String decision) {
        UUID order = held("c-1");
        Reviews.Done first = decide(decision, order);
        long waiting = count("outbox");

        Reviews.Done again = decide(decision, order);

        assertThat(again.answer()).isEqualTo(first.answer());
        assertThat(again.entries()).isEmpty();
        assertThatThrownBy(() -> decide(decision.equals("approve") ? "decline" : "approve", order))
                .isInstanceOf(ReviewClosed.class);
        assertThat(count("outbox")).isEqualTo(waiting);
    }

    @Test
    void ofContraryDecisionsAtTheSameMomentOneWins() throws Exception {
        UUID order = held("c-1");
        Callable<Boolean> approve = () -> isDecided("approve", order);
        Callable<Boolean> decline = () -> isDecided("decline", order);

        List<Boolean> decided = together(List.of(approve, decline));

        assertThat(decided).containsExactlyInAnyOrder(true, false);
        assertThat(statusOf(order)).isEqualTo(decided.get(0) ? "RESERVED" : "FAILED");
    }

    @ParameterizedTest
    @CsvSource({"approve", "decline"})
    void anOrderUnderReviewIsCancelledAtOnceAndThenThereIsNothingToDecide(String decision) {
        UUID order = held("c-1");

        assertThat(cancellation.cancel(order, "customer").status()).isEqualTo("CANCELLED");

        assertThat(view(order).path("review").asBoolean()).isFalse();
        assertThat(mapper.valueToTree(reviews.list(Map.of("limit", 50L))).path("reviews"))
                .isEmpty();
        assertThatThrownBy(() -> decide(decision, order)).isInstanceOf(ReviewClosed.class);
        assertThat(reviews.untold()).isNull();
        assertThat(count("fraud_reviews where state = 'void'")).isEqualTo(1);
        assertThatThrownBy(() -> decide(decision, order)).isInstanceOf(ReviewClosed.class);
    }

    @Test
    void whatWasNeverHeldUpCannotBeDecided() {
        UUID order = order("c-1");
        screen(order);

        assertThatThrownBy(() -> decide("approve", order)).isInstanceOf(NoReview.class);
        assertThatThrownBy(() -> decide("decline", UUID.randomUUID())).isInstanceOf(UnknownOrder.class);
    }

    @Test
    void theOperatorHearsOfEachReviewOnceAndAgainOnlyWhenTheMailDidNotLeave() {
        UUID first = held("shopper-1"); // no such text can be in the id of an order
        UUID second = held("shopper-2");

        Reviews.Letter letter = reviews.untold();

        assertThat(letter.orders()).containsExactlyInAnyOrder(first, second);
        assertThat(letter.to()).isEqualTo("operator@example.invalid");
        assertThat(letter.subject()).isEqualTo("Orderway: payments to review: 2");
        assertThat(letter.text())
                .contains(first.toString(), second.toString())
                .doesNotContain("Ada", "shopper-1", "ada@example.org");
        assertThat(reviews.untold()).as("somebody is about to tell").isNull();

        jdbc.sql("update fraud_reviews set claimed_at = now() - interval '61 seconds'")
                .update();
        Reviews.Letter again = reviews.untold();
        assertThat(again.messageId()).isEqualTo(letter.messageId());
        reviews.told(again);
        jdbc.sql("update fraud_reviews set claimed_at = now() - interval '61 seconds'")
                .update();
        assertThat(reviews.untold()).isNull();
    }

    // --- what it costs

    @Test
    void aPaymentNobodySuspectsCostsOneStatementThatReadsLittleHoweverMuchThereIs() {
        jdbc.sql(
                        """
                        insert into fraud_checks (order_id, customer_id, card, country, currency, total, checked_at)
                        select gen_random_uuid(), 'c-' || n % 2000, sha256((n % 2000)::text::bytea), 'gb', 'GBP', 10,
                            now() - n * interval '1 minute'
                        from generate_series(1, 20000) n
                        """)
                .update();
        jdbc.sql("analyze fraud_checks").update();
        UUID order = order("c-7", "tok_7");
        screen(order("c-7", "tok_7"));
        long before = scanned();

        assertThat(passes(order)).isTrue();

        assertThat(scanned() - before)
                .as("rows read by going through the whole table")
                .isZero();
    }

    private long scanned() {
        jdbc.sql("select pg_stat_force_next_flush()").query(rs -> {});
        jdbc.sql("select pg_stat_clear_snapshot()").query(rs -> {});
        return jdbc.sql("select seq_tup_read from pg_stat_user_tables where relname = 'fraud_checks'")
                .query(Long.class)
                .single();
    }

    // --- helpers

    private UUID order(String customer) {
        return order(customer, "tok_of_" + customer);
    }

    private UUID order(String customer, String token) {
        return order(customer, token, "GB", "2.50", null);
    }

    /** An order whose stock is held. */
    private UUID order(String customer, String token, String country, String price, String cardCountry) {
        String number = "N-" + ++numbers;
        OrderRequest some = request(number);
        UUID id = intake.accept(
                        new OrderRequest(
                                number,
                                false,
                                new OrderRequest.Customer(customer, "Ada", "ada@example.org"),
                                new OrderRequest.ShipTo("Ada", List.of("1 High St"), "Town", "1", country),
                                new OrderRequest.Payment("prepaid", token, cardCountry),
                                "GBP",
                                some.lines()),
                        List.of(new OrderLine(1, "A", 1, new BigDecimal(price), "other")),
                        "normal",
                        null)
                .id();
        status(id, "RESERVED");
        return id;
    }

    private Event checked(UUID order) {
        return event("order.inventory_checked", order, Map.of());
    }

    private Fraud.Screening screen(UUID order) {
        return fraud.screen(checked(order));
    }

    private boolean passes(UUID order) {
        return screen(order).passed();
    }

    private void pass(int payments, String customer) {
        IntStream.range(0, payments)
                .forEach(i -> assertThat(passes(order(customer, "tok_" + customer + "_" + ++numbers)))
                        .isTrue());
    }

    /** An order whose payment waits for a person. */
    private UUID held(String customer) {
        pass(10, customer);
        UUID order = order(customer);
        assertThat(passes(order)).isFalse();
        return order;
    }

    /** Money of an order that was paid went back. */
    private void learn(String type, String eventId, UUID order) {
        jdbc.sql("update orders set captured = total where id = ?").param(order).update();
        fraud.learn(new Event(eventId, type, order, Instant.now(), mapper.createObjectNode()));
    }

    private JsonNode ada() {
        return mapper.valueToTree(Map.of("by", "Ada", "reason", "rang the customer"));
    }

    private Reviews.Done decide(String decision, UUID order) {
        return decision.equals("approve")
                ? reviews.approve(order.toString(), ada())
                : reviews.decline(order.toString(), ada());
    }

    private boolean isDecided(String decision, UUID order) {
        try {
            decide(decision, order);
            return true;
        } catch (ReviewClosed tooLate) {
            return false;
        }
    }

    private JsonNode view(UUID order) {
        return mapper.valueToTree(orderView.read(order.toString()));
    }

    private List<String> verdicts() {
        return jdbc.sql("select verdict || ' ' || score || ' ' || passed from fraud_checks")
                .query(String.class)
                .list();
    }

    private String verdictOf(UUID order) {
        return jdbc.sql("select verdict || ' ' || score || ' ' || passed from fraud_checks where order_id = ?")
                .param(order)
                .query(String.class)
                .single();
    }

    private List<String> reasons(UUID order) {
        return jdbc.sql("select jsonb_array_elements(reasons) ->> 'rule' from fraud_checks where order_id = ?")
                .param(order)
                .query(String.class)
                .list();
    }

    private static List<String> types(List<OutgoingMessage> messages) {
        return messages.stream().map(OutgoingMessage::type).toList();
    }
}
