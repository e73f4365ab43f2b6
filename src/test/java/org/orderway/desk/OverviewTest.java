package org.orderway.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.analytics.Analytics;
import org.orderway.announcements.Announcements;
import org.orderway.broker.QueueFigures;
import org.orderway.broker.QueueFigures.Counts;
import org.orderway.broker.QueueFigures.Figure;
import org.orderway.broker.Topologies;
import org.orderway.failures.DeadLetterView;
import org.orderway.failures.Failures;
import org.orderway.fraud.Reviews;
import org.orderway.messages.Outbox;
import org.orderway.messages.Retries;
import org.orderway.orders.Orders;
import org.orderway.outages.Outages;
import org.orderway.routes.RouteStates;
import org.orderway.routes.RouteStates.State;
import org.orderway.watchdog.Watchdog;
import org.springframework.transaction.CannotCreateTransactionException;

class OverviewTest {

    private static final Instant NOW = Instant.parse("2026-11-20T10:00:30Z");

    private final Analytics analytics = mock(Analytics.class);
    private final DeadLetterView letters = mock(DeadLetterView.class);
    private final Reviews reviews = mock(Reviews.class);
    private final Watchdog watchdog = mock(Watchdog.class);
    private final Outbox outbox = mock(Outbox.class);
    private final Outages outages = mock(Outages.class);
    private final RouteStates routes = mock(RouteStates.class);
    private final QueueFigures figures = mock(QueueFigures.class);
    private final Clock clock = mock(Clock.class);

    private final Overview overview = new Overview(
            analytics,
            mock(Orders.class),
            mock(Retries.class),
            mock(Failures.class),
            letters,
            reviews,
            watchdog,
            mock(Announcements.class),
            outbox,
            outages,
            routes,
            Topologies.shipped(),
            figures,
            new Overview.Settings(Duration.ofSeconds(2)),
            clock);

    @BeforeEach
    void allIsWell() {
        when(clock.instant()).thenReturn(NOW);
        when(outages.report()).thenReturn(new Outages.Report(List.of(), List.of()));
        when(figures.tell()).thenReturn(told(Map.of(), List.of(), List.of()));
    }

    @Test
    void saysThatAllIsWellWhenItIs() {
        when(routes.list()).thenReturn(List.of(route("shipping-prepare", "Started", false)));

        Snapshot now = overview.now();

        assertThat(now.troubles()).isEmpty();
        assertThat(now.isWell()).isTrue();
        assertThat(now.routesStarted()).isEqualTo(1);
        assertThat(now.routes()).isEmpty();
    }

    @Test
    void tellsWhatIsAwaySinceWhenAndWhoPauses() {
        when(outages.report())
                .thenReturn(new Outages.Report(
                        List.of(new Outages.View(
                                "carrier", "2026-11-20T09:58:00Z", "HTTP 503", List.of("shipping_queue"))),
                        List.of("shipping-prepare")));
        when(routes.list()).thenReturn(List.of(route("shipping-prepare", "Started", false)));

        Snapshot now = overview.now();

        assertThat(now.troubles()).singleElement().satisfies(trouble -> {
            assertThat(trouble.what()).isEqualTo("The carrier is away: HTTP 503");
            assertThat(trouble.since()).isEqualTo(Instant.parse("2026-11-20T09:58:00Z"));
            assertThat(trouble.level()).isEqualTo("warn");
        });
        assertThat(now.routes())
                .extracting(row -> row.route().id(), Snapshot.RouteRow::state, Snapshot.RouteRow::why)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("shipping-prepare", "paused", "waits for carrier"));
        assertThat(now.isBad()).isFalse();
    }

    @Test
    void tellsARouteThatAPersonStoppedFromOneThatIsLeftOut() {
        when(routes.list())
                .thenReturn(List.of(route("shipping-prepare", "Stopped", false), route("fraud-note", "Stopped", true)));

        Snapshot now = overview.now();

        assertThat(now.routes()).extracting(Snapshot.RouteRow::state).containsExactly("stopped", "left out");
        assertThat(now.troubles()).extracting(Trouble::what).containsExactly("The route shipping-prepare is stopped");
    }

    @Test
    void isThereWhenTheDatabaseIsNotAndSaysSoFirst() {
        when(letters.list(any())).thenThrow(new CannotCreateTransactionException("away"));
        when(outages.report())
                .thenReturn(new Outages.Report(
                        List.of(new Outages.View("database", "2026-11-20T09:58:00Z", "refused", List.of())),
                        List.of()));

        Snapshot now = overview.now();

        assertThat(now.records()).isNull();
        assertThat(now.troubles().get(0).what()).isEqualTo("The database does not answer");
        assertThat(now.isBad()).isTrue();
        assertThat(now.queues()).isNotEmpty();
    }

    @Test
    void tellsOfAlarmsOfASplitClusterOfWhatNobodyWantedAndOfAQueueLeftAlone() {
        when(figures.tell())
                .thenReturn(told(
                        Map.of(
                                "unroutable_queue", figure("unroutable_queue", 3, 0),
                                "audit_queue", figure("audit_queue", 12, 0)),
                        List.of("rabbit@a: memory"),
                        List.of("rabbit@a does not see rabbit@b")));

        assertThat(overview.now().troubles())
                .extracting(Trouble::what)
                .containsExactly(
                        "The broker raises an alarm, rabbit@a: memory",
                        "The cluster is split: rabbit@a does not see rabbit@b",
                        "3 messages were published that no queue wanted",
                        "audit_queue holds 12 messages and nobody takes them");
    }

    @Test
    void tellsOfABrokenRuleWithItsEvidenceAndOfAFullOutbox() {
        when(watchdog.report())
                .thenReturn(Map.of(
                        "invariants",
                        List.of(
                                Map.of("rule", "Holds", "violations", 0L, "evidence", List.of()),
                                Map.of(
                                        "rule",
                                        "What is sold is what orders bought",
                                        "violations",
                                        2L,
                                        "evidence",
                                        List.of(Map.of(
                                                "sku",
                                                "LAMP",
                                                "expected",
                                                "3",
                                                "found",
                                                "2",
                                                "since",
                                                "2026-11-20T09:00:00Z"))))));
        when(outbox.isFull()).thenReturn(true);

        assertThat(overview.now().troubles())
                .extracting(Trouble::what)
                .containsExactly(
                        "Broken: What is sold is what orders bought",
                        "Too many messages wait to be published: new orders are turned away with 503");
    }

    @Test
    void isGatheredOnceForAllWhoLookAtTheSameTime() {
        overview.now();
        when(clock.instant()).thenReturn(NOW.plusMillis(1_999));
        overview.now();
        verify(outages, times(1)).report();

        when(clock.instant()).thenReturn(NOW.plusSeconds(2));
        overview.now();
        verify(outages, times(2)).report();
    }

    private static QueueFigures.Report told(Map<String, Figure> queues, List<String> alarms, List<String> partitions) {
        return new QueueFigures.Report(NOW, NOW, queues, alarms, partitions, null);
    }

    private static Figure figure(String queue, long ready, int consumers) {
        return new Figure(new Counts(queue, ready, 0L, consumers, 0L, 0L, 0L), 0.0, 0.0, 0.0);
    }

    private static State route(String id, String status, boolean leftOut) {
        return new State(id, "a-group", "What it does", status, leftOut);
    }
}
