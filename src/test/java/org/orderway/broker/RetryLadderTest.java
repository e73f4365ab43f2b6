package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orderway.messages.Delivery;
import org.orderway.messages.Events;
import org.orderway.messages.OutgoingMessage;
import org.orderway.messages.Unreadable;

/** Where a failed message goes, and how its failure is told. */
class RetryLadderTest {

    private final Events events = mock(Events.class);
    private final FailureReasons reasons = new FailureReasons();
    private final RetryLadder ladder = new RetryLadder(
            Topologies.of(
                    """
                    max-retries: 2
                    retry-delays: [1s, 10s]
                    exchanges:
                      - {name: order_events, type: topic, for: orders}
                    queues:
                      - {name: inventory_queue, exchange: order_events, keys: [order.created], for: stock, path: true}
                      - {name: slow_queue, exchange: order_events, keys: [order.created], for: more, max-retries: 5}
                      - {name: never_queue, exchange: order_events, keys: [order.created], for: none, max-retries: 0}
                      - {name: audit_queue, exchange: order_events, keys: ["order.#"], for: trail, observer: true}
                    """),
            events,
            reasons,
            new HttpFailures(Clock.systemUTC()),
            Clock.systemUTC());

    @ParameterizedTest
    @CsvSource({
        "inventory_queue, 0, true",
        "inventory_queue, 1, true",
        "inventory_queue, 2, false",
        "inventory_queue, 999, false",
        "slow_queue, 4, true",
        "slow_queue, 5, false",
        "never_queue, 0, false"
    })
    void retriesAsOftenAsTheQueuesRowSays(String queue, int retries, boolean again) {
        assertThat(ladder.permitsRetry(delivery(queue, retries))).isEqualTo(again);
    }

    @ParameterizedTest
    @CsvSource({"0, slow_retry_1s_queue", "1, slow_retry_10s_queue", "4, slow_retry_10s_queue"})
    void waitsTheStepsOfTheRowTheLastOneAgainAndAgain(int retries, String queue) {
        OutgoingMessage message = ladder.retry(delivery("slow_queue", retries), new Exception("x"), "a-route")
                .message();

        assertThat(message.exchange()).isEqualTo("order_retry");
        assertThat(message.routingKey()).isEqualTo(queue);
        assertThat(message.headers()).containsEntry("retries", retries + 1);
    }

    @Test
    void waitsForTheEndOfAnOutageInTheShortestQueueWithoutLosingARetry() {
        RetryLadder.Step first = ladder.waitOut(delivery("slow_queue", 1), new Exception("x"), "a-route");

        assertThat(first.message().routingKey()).isEqualTo("slow_retry_1s_queue");
        assertThat(first.message().headers())
                .containsEntry("retries", 1)
                .containsEntry("failure-reason", "Exception")
                .containsEntry("outage-since", first.message().headers().get("failed-at"));
        assertThat(first.notice().retries()).isEqualTo(1);
        assertThat(first.notice().dueAt()).isEqualTo(first.notice().recordedAt().plusSeconds(1));

        Delivery back = delivery("slow_queue", 1, Map.of("outage-since", "2026-11-20T10:00:00Z"));
        assertThat(back.hasWaited()).isTrue();
        assertThat(ladder.waitOut(back, new Exception("x"), "a-route").message().headers())
                .as("still the same outage")
                .containsEntry("outage-since", "2026-11-20T10:00:00Z");
        assertThat(ladder.retry(back, new Exception("x"), "a-route").message().headers())
                .as("it is over")
                .containsEntry("retries", 2)
                .doesNotContainKey("outage-since");
    }

    @Test
    void leavesAloneWhoAsksForIt() {
        Exception busy = new HttpOperationFailedException(
                "http://gateway.test/charges", 429, "", null, Map.of("retry-after", "7"), "");

        RetryLadder.Step step = ladder.retry(delivery("inventory_queue", 0), busy, "a-route");

        assertThat(step.message().routingKey()).isEqualTo("inventory_retry_10s_queue");
        assertThat(step.message().headers()).containsEntry("retries", 1);
        assertThat(step.notice().queue()).isEqualTo("inventory_queue");
        assertThat(step.notice().dueAt()).isEqualTo(step.notice().recordedAt().plusSeconds(10));
    }

    @Test
    void tellsOfADeadLetterUnlessItWouldComeBackToTheSameQueue() {
        OutgoingMessage told =
                delivery("inventory_queue", 0).forward("order_events", "order.failed.inventory", Map.of());
        when(events.stepFailed(eq("inventory_queue"), any(), any())).thenReturn(told);
        when(events.stepFailed(eq("audit_queue"), any(), any()))
                .thenReturn(delivery("audit_queue", 0).forward("order_events", "order.failed.audit", Map.of()));

        List<OutgoingMessage> parked = ladder.park(delivery("inventory_queue", 2), new Exception("x"), "a-route");

        assertThat(parked).hasSize(2).contains(told);
        assertThat(parked.get(0).routingKey()).isEqualTo("inventory_dlq");
        assertThat(ladder.park(delivery("audit_queue", 2), new Exception("x"), "a-route"))
                .extracting(OutgoingMessage::routingKey)
                .containsExactly("audit_dlq");
    }

    @Test
    void tellsAFailureInOneShortLineWithoutAnybodysData() {
        assertThat(reasons.of(new Unreadable("The body is\n  not valid JSON")))
                .isEqualTo("Unreadable: The body is not valid JSON");
        assertThat(reasons.of(new RuntimeException("ada", new Unreadable("no JSON"))))
                .isEqualTo("Unreadable: no JSON");
        assertThat(reasons.of(new IllegalStateException("card 4711 of ada@example.org")))
                .isEqualTo("IllegalStateException");
        assertThat(reasons.of(new RuntimeException("ada", new java.net.ConnectException("10.0.0.1"))))
                .isEqualTo("RuntimeException (ConnectException)");
        assertThat(reasons.of(new HttpOperationFailedException(
                        "http://user:secret@gateway.test:8443/charges?token=tok_1",
                        502,
                        "ada",
                        null,
                        Map.of(),
                        "body")))
                .isEqualTo("HTTP 502 from gateway.test:8443");
        assertThat(reasons.of(new HttpOperationFailedException("no uri at all {}", 500, "", null, Map.of(), "")))
                .isEqualTo("HTTP 500 from the other side");
        assertThat(reasons.of(new Unreadable("x".repeat(5_000)))).hasSize(300);
    }

    private static Delivery delivery(String queue, int retries) {
        return delivery(queue, retries, Map.of());
    }

    private static Delivery delivery(String queue, int retries, Map<String, Object> more) {
        Map<String, Object> headers = new HashMap<>(more);
        headers.put("retries", retries);
        return new Delivery(
                queue,
                "order.created",
                "m-1",
                "order.created",
                "no uuid",
                Instant.EPOCH,
                "application/json",
                retries,
                headers,
                new byte[0]);
    }
}
