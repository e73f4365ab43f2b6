package org.orderway.watchdog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.component.mock.MockEndpoint;
import org.junit.jupiter.api.Test;
import org.orderway.messages.Outbox;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;
import org.orderway.testing.Shop;
import org.springframework.dao.DataAccessResourceFailureException;

@Covers({"watchdog-look", "watchdog-nudge", "watchdog-compare", "watchdog-report"})
class WatchdogRouteTest extends RouteTest {

    private final Outbox.Entry first = new Outbox.Entry(1, message("order.created"));
    private final Outbox.Entry second = new Outbox.Entry(2, message("order.analytics.created"));

    @Test
    void looksWithTheDepthsOfTheQueuesItAsksForAndHandsItsAlarmsOver() throws Exception {
        when(watchdog.queues()).thenReturn(List.of("inventory_queue", "shipping_queue"));
        when(queueDepths.ofEach(List.of("inventory_queue", "shipping_queue")))
                .thenReturn(Map.of("inventory_queue", 3L));
        when(watchdog.look(Map.of("inventory_queue", 3L))).thenReturn(List.of(first, second));
        MockEndpoint outboxed = end("hand-to-outbox-publish");
        outboxed.expectedBodiesReceived(first, second);

        Exchange done = call("watchdog-look", null, Map.of());

        assertThat(done.getException()).isNull();
        verify(watchdog, times(1)).look(any());
        outboxed.assertIsSatisfied();
    }

    @Test
    void looksAtTheBooksThoughNoDepthIsKnown() throws Exception {
        when(watchdog.queues()).thenReturn(List.of("inventory_queue"));
        when(queueDepths.ofEach(any())).thenReturn(Map.of());
        end("hand-to-outbox-publish").expectedMessageCount(0);

        Exchange done = call("watchdog-look", null, Map.of());

        assertThat(done.getException()).isNull();
        verify(watchdog, times(1)).look(Map.of());
        end("hand-to-outbox-publish").assertIsSatisfied();
    }

    @Test
    void comesAgainAfterADatabaseThatWasAway() {
        when(watchdog.queues()).thenThrow(new DataAccessResourceFailureException("away"));
        when(watchdog.nudge()).thenThrow(new DataAccessResourceFailureException("away"));

        assertThat(call("watchdog-look", null, Map.of()).getException()).isNull();
        assertThat(call("watchdog-nudge", null, Map.of()).getException()).isNull();

        verify(watchdog, never()).look(any());
    }

    @Test
    void handsTheMessagesOfANudgeToTheOutbox() throws Exception {
        when(watchdog.nudge()).thenReturn(List.of(first, second));
        MockEndpoint outboxed = end("hand-to-outbox-publish");
        outboxed.expectedBodiesReceived(first, second);

        Exchange done = call("watchdog-nudge", null, Map.of());

        assertThat(done.getException()).isNull();
        verify(watchdog, times(1)).nudge();
        outboxed.assertIsSatisfied();
    }

    @Test
    void takesNoteOfEveryQueueThatIsNotOnTheBroker() {
        when(queueFigures.isAskedOverHttp()).thenReturn(true);
        answers("call-management-call", 200, "[]");

        assertThat(call("watchdog-compare", null, Map.of()).getException()).isNull();

        verify(watchdog).broker(argThat(drift -> "not there".equals(drift.get("queue inventory_queue"))));
    }

    @Test
    void knowsNothingOfABrokerThatDoesNotTellWhatItHas() {
        when(queueFigures.isAskedOverHttp()).thenReturn(true);
        answers("call-management-call", 200, "no JSON at all");

        assertThat(call("watchdog-compare", null, Map.of()).getException()).isNull();

        verify(watchdog).broker(null);
    }

    @Test
    void answersWithTheRulesAndTheirEvidence() {
        when(watchdog.report()).thenReturn(Map.of("lookedAt", "2026-11-20T10:00:00Z"));

        Exchange done = call("readInvariants", null, Map.of());

        assertThat(Shop.json(done.getMessage().getBody(String.class))
                        .path("lookedAt")
                        .asText())
                .isEqualTo("2026-11-20T10:00:00Z");
    }
}
