package org.orderway.failures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.DeadDelivery;
import org.orderway.messages.Delivery;
import org.orderway.messages.Events;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.orderway.messages.Unreadable;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.OrderView;
import org.orderway.orders.UnknownOrder;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

class DeadLettersDatabaseTest extends DatabaseTest {

    private static final String REASON = "HTTP 500 from carrier";

    @Autowired
    private DeadLetters letters;

    @Autowired
    private DeadLetterView view;

    @Autowired
    private Decisions decisions;

    @Autowired
    private Failures failures;

    @Autowired
    private Alerts alerts;

    @Autowired
    private Events events;

    @Autowired
    private OrderView orderView;

    @Autowired
    private Outbox outbox;

    @Autowired
    private MeterRegistry meters;

    private UUID order;

    @BeforeEach
    void placeAnOrder() {
        order = placed("W-1", line(1, "A", 1));
        jdbc.sql("delete from outbox").update();
    }

    // --- collecting

    @Test
    void keepsAMessageOnceHoweverOftenItComes() {
        letters.collect(dead("shipping_queue", "m-1", 0));
        letters.collect(dead("shipping_queue", "m-1", 0));
        letters.collect(dead("shipping_queue", "m-1", 1));
        letters.collect(dead("payment_queue", "m-1", 0));

        assertThat(rows("select queue || round || ':' || arrivals from dead_letters order by id"))
                .containsExactly("shipping_queue0:2", "shipping_queue1:1", "payment_queue0:1");
    }

    @Test
    void whatComesAgainAfterItWasDiscardedWaitsForAnotherDecision() {
        letters.collect(dead("audit_queue", "m-1", 0));
        letters.collect(dead("audit_queue", "m-2", 0));
        decisions.discard(letterId("m-1"), by("Ada"));
        decisions.replay(letterId("m-2"), by("Ada"));

        letters.collect(dead("audit_queue", "m-1", 0));
        letters.collect(dead("audit_queue", "m-2", 0));

        assertThat(
                        rows(
                                "select message_id || ' ' || state || ' ' || (closed_at is null) from dead_letters order by id"))
                .containsExactly("m-1 open true", "m-2 replayed false");
    }

    @Test
    void losesNoMessageToAnotherOfTheSameId() {
        letters.collect(dead("shipping_queue", "m-1", 0));
        DeadDelivery other = dead("shipping_queue", "m-1", 0, "another".getBytes(StandardCharsets.UTF_8), REASON);
        letters.collect(other);
        letters.collect(other);

        assertThat(rows("select convert_from(body, 'UTF8') from dead_letters order by id"))
                .containsExactly("{}", "another");
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
                Arguments.of("\u0000id", "\u0000type", "\u0000", Map.of("\u0000", "\u0000")),
                Arguments.of("\u0000", null, null, Map.of("failed-at", "+999999999-12-31T23:59:59Z")),
                Arguments.of("x".repeat(255), "x".repeat(255), "x".repeat(255), Map.of("failed-at", "yesterday")),
                Arguments.of(
                        "\ud800", "\ud800", "1-1-1-1-1", Map.of("failure-reason", "\u0000 ada@example.org \ud800")));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void keepsWhateverCame(String id, String type, String correlationId, Map<String, Object> headers) {
        byte[] body = {0, (byte) 0xC3, 0x28, (byte) 0xFF};
        Map<String, String> told = new HashMap<>();
        headers.forEach((name, value) -> told.put(name, value.toString()));
        DeadDelivery dead = new DeadDelivery(
                new Delivery("audit_queue", "x", id, type, correlationId, Instant.EPOCH, null, 0, headers, body),
                false,
                told);

        letters.collect(dead);
        letters.collect(dead);

        assertThat(count("dead_letters")).isEqualTo(1);
        Map<String, Object> letter = view.read(anyId());
        assertThat(letter.get("body")).isNull();
        assertThat(letter.get("bodyBase64")).isEqualTo("AMMo/w==");
        assertThat(letter.get("reason").toString()).doesNotContain("ada@example.org");
    }

    @Test
    void keepsABodyOfFifteenMebibytes() {
        byte[] body = new byte[15 << 20];

        letters.collect(dead("audit_queue", "m-1", 0, body, REASON));

        assertThat(rows("select length(body)::text from dead_letters")).containsExactly("" + (15 << 20));
    }

    @Test
    void makesKnownWhatTheBrokerItselfGaveUpOn() {
        letters.collect(new DeadDelivery(
                new Delivery("shipping_queue", "x", "m-1", "x", null, Instant.EPOCH, null, 0, Map.of(), new byte[0]),
                true,
                Map.of()));

        assertThat(alerts.due()).singleElement().satisfies(alert -> {
            assertThat(alert.subject()).isEqualTo("Orderway: shipping_queue fails: Rejected");
            assertThat(alert.text()).contains("the broker itself gave up");
        });
    }

    // --- counting failures

    @Test
    void countsAParkedMessageOnceBeItsEventOrTheLetterFirst() {
        DeadDelivery first = dead("shipping_queue", "m-1", 0);
        failures.record(stepFailed(first));
        failures.record(stepFailed(first));
        letters.collect(first);
        DeadDelivery again = dead("shipping_queue", "m-1", 1);
        letters.collect(again);
        failures.record(stepFailed(again));

        assertThat(rows("select queue || ' ' || cause || ' ' || count from failures"))
                .containsExactly("shipping_queue HTTP 500 2");
        assertThat(meters.get("orderway.failures")
                        .tags("kind", "technical", "queue", "shipping_queue")
                        .counter()
                        .count())
                .isGreaterThanOrEqualTo(2);
    }

    @Test
    void countsARefusalByTheOrdersOwnReasonAndAlertsNobody() {
        jdbc.sql("update orders set status = 'FAILED', reason = 'out_of_stock'").update();

        failures.record(event("order.failed", order, Map.of("reason", "whatever a stranger says")));

        assertThat(rows("select cause || ' ' || reason || ' ' || technical || ' ' || count from failures"))
                .containsExactly("out_of_stock out_of_stock false 1");
        assertThat(alerts.due()).isEmpty();
    }

    @Test
    void believesNoFailureThatCannotBe() {
        assertThatThrownBy(() -> failures.record(event("order.failed", order, Map.of())))
                .isInstanceOf(IllegalTransition.class);
        assertThatThrownBy(() -> failures.record(event("order.failed", UUID.randomUUID(), Map.of())))
                .isInstanceOf(UnknownOrder.class);
        assertThatThrownBy(() -> failures.record(event("order.failed.x", order, Map.of("queue", "no_such_queue"))))
                .isInstanceOf(Unreadable.class);
        assertThat(count("failures")).isZero();
    }

    @Test
    void forgetsTheEventsButNotTheCounts() {
        letters.collect(dead("shipping_queue", "m-1", 0));
        jdbc.sql("update failure_events set recorded_at = now() - interval '31 days'")
                .update();
        letters.collect(dead("shipping_queue", "m-2", 0));

        failures.forget();

        assertThat(count("failure_events")).isEqualTo(1);
        assertThat(rows("select count::text from failures")).containsExactly("2");
    }

    // --- alerting

    @Test
    void aStormIsOneMailAndWhatComesAfterItsIntervalAnother() {
        Stream.iterate(0, n -> n + 1).limit(50).forEach(n -> letters.collect(dead("shipping_queue", "m-" + n, 0)));

        List<Alerts.Alert> due = alerts.due();
        assertThat(due).singleElement().satisfies(alert -> {
            assertThat(alert.to()).isEqualTo("operator@example.invalid");
            assertThat(alert.text())
                    .contains("shipping_queue gave up on: 50 since", REASON, "fingerprint=" + alert.fingerprint());
        });
        assertThat(alerts.due()).as("another instance while the mail is sent").isEmpty();
        alerts.sent(due.get(0));
        letters.collect(dead("shipping_queue", "m-51", 0));
        assertThat(alerts.due()).as("within the interval").isEmpty();

        jdbc.sql("update failures set alerted_at = now() - interval '16 minutes'")
                .update();
        assertThat(alerts.due()).singleElement().satisfies(alert -> {
            assertThat(alert.text()).contains("gave up on: 1 since");
            assertThat(alert.messageId()).isNotEqualTo(due.get(0).messageId());
        });
    }

    @Test
    void aMailThatWasNotSentIsSentLaterAndOneThatWasIsNot() {
        letters.collect(dead("shipping_queue", "m-1", 0));
        alerts.due();
        jdbc.sql("update failures set claimed_at = now() - interval '31 seconds'")
                .update();

        List<Alerts.Alert> due = alerts.due();
        assertThat(due).hasSize(1);
        alerts.sent(due.get(0));
        jdbc.sql("update failures set alerted_at = now() - interval '1 day'").update();
        assertThat(alerts.due()).as("nothing new").isEmpty();
    }

    // --- looking

    @Test
    void anOrderNeedsAttentionWhileAMessageItCannotEndWithoutIsDead() {
        assertThat(orderView.read(order.toString())).containsEntry("needsAttention", false);
        letters.collect(new DeadDelivery(dead("notification_queue", "m-1", 0).delivery(), false, Map.of()));
        assertThat(orderView.read(order.toString())).containsEntry("needsAttention", false);

        letters.collect(dead("shipping_queue", "m-2", 0));

        assertThat(orderView.read(order.toString())).containsEntry("needsAttention", true);
        assertThat(letters.of(order)).singleElement().satisfies(letter -> {
            assertThat(letter.queue()).isEqualTo("shipping_queue");
            assertThat(letter.reason()).isEqualTo(REASON);
        });
        decisions.replay(letters.of(order).get(0).id(), by("Ada"));
        assertThat(orderView.read(order.toString())).containsEntry("needsAttention", false);
    }

    @Test
    void anOrderThatCameOverTheExchangeIsFoundByItsMessage() {
        jdbc.sql("insert into idempotency_keys (key, request_hash, order_id) values ('amqp:m-9', 'x', ?)")
                .param(order)
                .update();

        letters.collect(new DeadDelivery(
                new Delivery("order_queue", "x", "m-9", "x", null, Instant.EPOCH, null, 0, Map.of(), new byte[0]),
                true,
                Map.of()));

        assertThat(letters.of(order)).hasSize(1);
    }

    @Test
    void listsLettersByKindPageByPageTheNewestFirst() {
        letters.collect(dead("shipping_queue", "m-1", 0));
        letters.collect(dead("shipping_queue", "m-2", 0, new byte[0], "HTTP 503 from carrier"));
        letters.collect(dead("payment_queue", "m-3", 0));
        letters.collect(dead("shipping_queue", "m-4", 0));

        Map<String, Object> first = view.list(Map.of("limit", 2L));
        Map<String, Object> second = view.list(Map.of("limit", 2L, "after", first.get("next")));

        assertThat(groups(first)).containsExactly("shipping_queue HTTP 500 2", "payment_queue HTTP 500 1");
        assertThat(groups(second)).containsExactly("shipping_queue HTTP 503 1");
        assertThat(second.get("next")).isNull();
        assertThat(groups(view.list(Map.of("limit", 9L, "queue", "payment_queue"))))
                .hasSize(1);
        assertThat(groups(view.list(Map.of("limit", 9L, "order", order.toString()))))
                .hasSize(3);
        assertThat(groups(
                        view.list(Map.of("limit", 9L, "order", UUID.randomUUID().toString()))))
                .isEmpty();
        assertThat(groups(view.list(Map.of("limit", 9L, "state", "discarded")))).isEmpty();
        assertThat(groups(view.list(Map.of("limit", 9L, "fingerprint", fingerprint("HTTP 503 from carrier")))))
                .hasSize(1);
    }

    @Test
    void measuresTheOpenLettersOfEachQueue() {
        letters.collect(dead("shipping_queue", "m-1", 0));
        letters.collect(dead("shipping_queue", "m-2", 0));
        letters.measure();
        assertThat(open("shipping_queue")).isEqualTo(2);

        jdbc.sql("update dead_letters set state = 'discarded'").update();
        letters.measure();

        assertThat(open("shipping_queue")).isZero();
    }

    // --- deciding

    @Test
    void aReplayIsTheSameMessageToTheFailingQueueAloneWithItsRetriesBeforeIt() {
        letters.collect(dead("shipping_queue", "m-1", 2));

        OutgoingMessage sent =
                decisions.replay(anyId(), by("Ada")).entries().get(0).message();

        assertThat(sent.exchange()).isEqualTo("order_return");
        assertThat(sent.routingKey()).isEqualTo("shipping_queue");
        assertThat(sent.id()).isEqualTo("m-1");
        assertThat(sent.type()).isEqualTo("order.payment_success");
        assertThat(sent.correlationId()).isEqualTo(order.toString());
        assertThat(sent.headers()).isEqualTo(Map.of("retries", 0, "replay-round", 3));
        assertThat(sent.body()).isEqualTo("{}".getBytes(StandardCharsets.UTF_8));
        assertThat(count("outbox")).isEqualTo(1);
        assertThat(view.read(anyId())).containsEntry("state", "replayed");
        assertThat(view.read(anyId()).get("actions").toString()).contains("action=replayed, by=Ada, reason=healed");
    }

    @Test
    void anyBodyIsReplayedByteForByteAlsoByTheSweeper() {
        byte[] body = {0, (byte) 0xC3, 0x28, (byte) 0xFF};
        letters.collect(dead("audit_queue", "m-1", 0, body, REASON));
        decisions.replay(anyId(), by("Ada"));
        jdbc.sql("update outbox set taken_at = now() - interval '1 hour'").update();

        assertThat(outbox.takeOverdue())
                .singleElement()
                .satisfies(entry -> assertThat(entry.message().body()).isEqualTo(body));
    }

    @Test
    void ofTwoWhoReplayALetterAtTheSameTimeOneDoes() throws Exception {
        letters.collect(dead("shipping_queue", "m-1", 0));
        long id = anyId();
        Callable<String> replay = () -> {
            try {
                decisions.replay(id, by("Ada"));
                return "sent";
            } catch (LetterClosed closed) {
                return "closed";
            }
        };

        assertThat(together(List.of(replay, replay, replay))).containsExactlyInAnyOrder("sent", "closed", "closed");
        assertThat(count("outbox")).isEqualTo(1);
        assertThat(count("dead_letter_actions")).isEqualTo(1);
    }

    @Test
    void anEditedLetterIsSentAsEditedAndWhatCameStaysBesideIt() {
        letters.collect(dead("shipping_queue", "m-1", 0));

        decisions.edit(anyId(), ((com.fasterxml.jackson.databind.node.ObjectNode) by("Ada")).put("body", "{\"a\": 1}"));

        assertThat(view.read(anyId())).containsEntry("body", "{}").containsEntry("editedBody", "{\"a\": 1}");
        assertThat(decisions
                        .replay(anyId(), by("Bob"))
                        .entries()
                        .get(0)
                        .message()
                        .body())
                .isEqualTo("{\"a\": 1}".getBytes(StandardCharsets.UTF_8));
        assertThat(view.read(anyId())).containsEntry("body", "{}");
        assertThatThrownBy(() -> decisions.edit(anyId(), by("Ada"))).isInstanceOf(LetterClosed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RECEIVED", "CREATED", "RESERVED", "PAID", "PAYMENT_DUE"})
    void discardingALetterOfThePathCancelsTheOrder(String before) {
        status(order, before);
        letters.collect(dead("shipping_queue", "m-1", 0));

        Decisions.Done done = decisions.discard(anyId(), by("Ada"));

        assertThat(statusOf(order)).isEqualTo("CANCELLED");
        assertThat(done.answer().get("order").toString()).contains("status=CANCELLED", "cancelled=true");
        assertThat(done.entries()).extracting(entry -> entry.message().type()).contains("order.cancelled");
        assertThat(count("outbox")).isEqualTo(done.entries().size());
        assertThat(view.read(anyId())).containsEntry("state", "discarded");
        assertThat(rows("select reason from orders")).containsExactly("dead_letter");
    }

    @ParameterizedTest
    @CsvSource({"SHIPPED, false", "DELIVERED, false", "FAILED, false", "RETURNED, false", "CANCELLED, true"})
    void anOrderThatHasLeftTheHouseOrEndedStaysAsItIs(String before, boolean cancelled) {
        status(order, before);
        letters.collect(dead("restock_queue", "m-1", 0));

        Decisions.Done done = decisions.discard(anyId(), by("Ada"));

        assertThat(statusOf(order)).isEqualTo(before);
        assertThat(done.answer().get("order").toString()).contains("cancelled=" + cancelled);
        assertThat(done.entries()).isEmpty();
        assertThat(view.read(anyId())).containsEntry("state", "discarded");
    }

    @Test
    void anOrderWhoseShipmentIsInDoubtIsNotCancelledBeforeThatIsKnown() {
        status(order, "PAID");
        jdbc.sql("insert into effects (key, kind, order_id) values ('shipment-1', 'shipment', ?)")
                .param(order)
                .update();
        letters.collect(dead("shipping_queue", "m-1", 0));

        Decisions.Done done = decisions.discard(anyId(), by("Ada"));

        assertThat(statusOf(order)).isEqualTo("CANCELLING");
        assertThat(done.answer().get("order").toString()).contains("status=CANCELLING", "cancelled=true");
        assertThat(count("outbox")).isZero();
    }

    @Test
    void discardingAnyOtherLetterOnlyClosesIt() {
        letters.collect(new DeadDelivery(dead("audit_queue", "m-1", 0).delivery(), false, Map.of()));

        assertThat(decisions.discard(anyId(), by("Ada")).answer()).doesNotContainKey("order");

        assertThat(statusOf(order)).isEqualTo("RECEIVED");
        assertThat(view.read(anyId())).containsEntry("state", "discarded");
        assertThatThrownBy(() -> decisions.discard(anyId(), by("Bob"))).isInstanceOf(LetterClosed.class);
        assertThat(view.read(anyId()).get("actions").toString())
                .contains("by=Ada")
                .doesNotContain("by=Bob");
    }

    @Test
    void nothingIsDecidedOnALetterThatIsNotThere() {
        assertThatThrownBy(() -> decisions.replay(1, by("Ada"))).isInstanceOf(UnknownLetter.class);
        assertThatThrownBy(() -> view.read(1)).isInstanceOf(UnknownLetter.class);
    }

    @Test
    void aLetterWhoseQueueIsGoneStaysOpen() {
        letters.collect(dead("shipping_queue", "m-1", 0));
        jdbc.sql("update dead_letters set queue = 'renamed_queue'").update();

        assertThatThrownBy(() -> decisions.replay(anyId(), by("Ada"))).isInstanceOf(LetterClosed.class);
        assertThat(view.read(anyId())).containsEntry("state", "open");
        assertThat(count("outbox")).isZero();
    }

    @Test
    void notesThatTheQueueIsDoneWithAReplayedMessage() {
        letters.collect(dead("shipping_queue", "m-1", 0));
        letters.handled(dead("shipping_queue", "m-1", 1).delivery());
        assertThat(view.read(anyId()).get("handledAt")).as("not replayed").isNull();
        decisions.replay(anyId(), by("Ada"));

        letters.handled(dead("shipping_queue", "m-1", 1).delivery());

        assertThat(view.read(anyId()).get("handledAt")).isNotNull();
    }

    private DeadDelivery dead(String queue, String id, int round) {
        return dead(queue, id, round, "{}".getBytes(StandardCharsets.UTF_8), REASON);
    }

    private DeadDelivery dead(String queue, String id, int round, byte[] body, String reason) {
        Delivery delivery = new Delivery(
                queue,
                queue,
                id,
                "order.payment_success",
                order.toString(),
                Instant.parse("2026-11-20T10:00:00Z"),
                "application/json",
                3,
                Map.of("failure-reason", reason, "failed-at", "2026-11-20T10:00:01Z", "replay-round", round),
                body);
        return new DeadDelivery(delivery, true, Map.of("failure-reason", reason));
    }

    /** The event that the retry ladder publishes when it parks this message. */
    private org.orderway.messages.Event stepFailed(DeadDelivery dead) {
        OutgoingMessage message = events.stepFailed(
                dead.delivery().queue(),
                dead.delivery(),
                Map.of(
                        "queue",
                        dead.delivery().queue(),
                        "messageId",
                        dead.delivery().id(),
                        "reason",
                        REASON));
        JsonNode body;
        try {
            body = mapper.readTree(message.body());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return new org.orderway.messages.Event(message.id(), message.type(), order, message.timestamp(), body);
    }

    private JsonNode by(String who) {
        return mapper.createObjectNode().put("by", who).put("reason", "healed");
    }

    private long letterId(String messageId) {
        return jdbc.sql("select id from dead_letters where message_id = ?")
                .param(messageId)
                .query(Long.class)
                .single();
    }

    private long anyId() {
        return jdbc.sql("select min(id) from dead_letters").query(Long.class).single();
    }

    private String fingerprint(String reason) {
        return Fingerprint.of("shipping_queue", reason).id();
    }

    private double open(String queue) {
        return meters.get("orderway.dead.letters.open")
                .tag("queue", queue)
                .gauge()
                .value();
    }

    private static List<String> groups(Map<String, Object> page) {
        return ((List<?>) page.get("groups"))
                .stream()
                        .map(group -> (Map<?, ?>) group)
                        .map(group -> group.get("queue") + " " + group.get("cause") + " " + group.get("count"))
                        .toList();
    }

    private List<String> rows(String select) {
        return jdbc.sql(select).query(String.class).list();
    }
}
