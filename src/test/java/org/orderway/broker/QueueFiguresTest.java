package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.orderway.broker.QueueFigures.Counts;
import org.orderway.broker.QueueFigures.Settings;
import org.springframework.beans.factory.ObjectProvider;

class QueueFiguresTest {

    private static final String NO_NODES = "[]";

    private final QueueDepths depths = mock(QueueDepths.class);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Clock clock = mock(Clock.class);
    private BrokerAtHand atHand;

    private final QueueFigures figures = with("http://127.0.0.1:15672");

    @Test
    void tellsWhatWaitsWhatIsInWorkAndHowFastItGoes() throws IOException {
        at(0);
        answered(queue("shipping_queue", 5, 2, 100, 90, 80), NO_NODES);
        at(10);
        answered(queue("shipping_queue", 7, 3, 120, 100, 85), NO_NODES);

        QueueFigures.Figure shipping = figures.tell().of("shipping_queue");
        assertThat(shipping.counts()).isEqualTo(new Counts("shipping_queue", 7L, 3L, 2, 120L, 100L, 85L));
        assertThat(shipping.in()).isEqualTo(2.0);
        assertThat(shipping.out()).isEqualTo(1.0);
        assertThat(shipping.done()).isEqualTo(0.5);
        assertThat(gauge("shipping_queue", "ready")).isEqualTo(7);
        assertThat(gauge("shipping_queue", "in_work")).isEqualTo(3);
    }

    @Test
    void doesNotTakeARestartOfTheBrokerForWorkGoingBackwards() throws IOException {
        at(0);
        answered(queue("shipping_queue", 0, 0, 100, 100, 100), NO_NODES);
        at(10);
        answered(queue("shipping_queue", 0, 0, 3, 3, 3), NO_NODES);

        assertThat(figures.tell().of("shipping_queue").in()).isNull();
    }

    @Test
    void aQueueThatWasNeverUsedHasNoRatesYetAndIsNotMistakenForUnknown() throws IOException {
        String quiet =
                """
                [{"name": "shipping_queue", "messages_ready": 0, "messages_unacknowledged": 0, "consumers": 2}]""";
        at(0);
        answered(quiet, NO_NODES);
        at(10);
        answered(quiet, NO_NODES);

        assertThat(figures.tell().of("shipping_queue").ready()).isZero();
        assertThat(figures.tell().of("shipping_queue").in()).isZero();
        assertThat(gauge("audit_queue", "ready")).isEqualTo(-1);
    }

    @Test
    void tellsWhatAilsTheBroker() throws IOException {
        at(0);
        answered(
                "[]",
                """
                [{"name": "rabbit@a", "running": true, "mem_alarm": true, "disk_free_alarm": false, "partitions": ["rabbit@b"]},
                 {"name": "rabbit@b", "running": true, "mem_alarm": false, "disk_free_alarm": true, "partitions": []},
                 {"name": "rabbit@c", "running": false}]""");

        assertThat(figures.tell().alarms()).containsExactly("rabbit@a: memory", "rabbit@b: disk", "rabbit@c: down");
        assertThat(figures.tell().partitions()).containsExactly("rabbit@a does not see rabbit@b");
    }

    @Test
    void keepsOldFiguresAsOldAndAsksTheQueuesWhatWaitsWhileTheApiIsAway() throws IOException {
        at(0);
        answered(queue("shipping_queue", 5, 2, 100, 90, 80), NO_NODES);
        assertThat(figures.isStale()).isFalse();
        when(depths.ofEach(any())).thenReturn(Map.of("shipping_queue", 9L, "audit_queue", 1L));
        at(31);

        figures.silent("Connection refused");

        assertThat(figures.isStale()).isTrue();
        QueueFigures.Report told = figures.tell();
        assertThat(told.answeredAt()).isEqualTo(Instant.EPOCH);
        assertThat(told.readyAt()).isEqualTo(Instant.EPOCH.plusSeconds(31));
        assertThat(told.silence()).isEqualTo("Connection refused");
        assertThat(told.of("shipping_queue").ready()).isEqualTo(9);
        assertThat(told.of("shipping_queue").inWork()).isEqualTo(2);
        assertThat(told.of("audit_queue").ready()).isEqualTo(1);
        assertThat(told.of("audit_queue").inWork()).isNull();
        assertThat(meters.get("orderway.queue.figures.age").gauge().value()).isEqualTo(31);

        answered(queue("shipping_queue", 0, 0, 100, 100, 100), NO_NODES);
        assertThat(figures.isStale()).isFalse();
        assertThat(figures.tell().silence()).isNull();
    }

    @Test
    void knowsNothingBeforeTheFirstAnswerAndSaysSo() {
        at(0);

        assertThat(figures.isStale()).isTrue();
        assertThat(figures.tell().answeredAt()).isNull();
        assertThat(gauge("shipping_queue", "ready")).isEqualTo(-1);
        assertThat(meters.get("orderway.queue.figures.age").gauge().value()).isEqualTo(-1);
    }

    @Test
    void takesTheFiguresOfABrokerInThisJvmWithoutAskingAnybody() {
        at(0);
        atHand = mock(BrokerAtHand.class);
        when(atHand.counts()).thenReturn(List.of(new Counts("audit_queue", 4L, 1L, 2, 10L, 6L, 5L)));

        assertThat(figures.isAskedOverHttp()).isFalse();
        figures.look();

        assertThat(figures.tell().of("audit_queue").ready()).isEqualTo(4);
        assertThat(figures.isStale()).isFalse();
    }

    @Test
    void asksForTheQueuesOfItsVirtualHostOnly() {
        assertThat(figures.isAskedOverHttp()).isTrue();
        assertThat(figures.addressOfQueues()).startsWith("http://127.0.0.1:15672/api/queues/%2Fshop%20a?columns=name,");
        assertThat(with("").isAskedOverHttp()).isFalse();
    }

    private QueueFigures with(String url) {
        @SuppressWarnings("unchecked")
        ObjectProvider<BrokerAtHand> provider = mock(ObjectProvider.class);
        when(provider.getIfAvailable()).thenAnswer(asked -> atHand);
        return new QueueFigures(
                Topologies.shipped(),
                depths,
                provider,
                new ObjectMapper(),
                new Settings(url, "/shop a", Duration.ofSeconds(30)),
                clock,
                url.isEmpty() ? new SimpleMeterRegistry() : meters);
    }

    private void at(long seconds) {
        when(clock.instant()).thenReturn(Instant.EPOCH.plusSeconds(seconds));
        when(clock.getZone()).thenReturn(ZoneOffset.UTC);
    }

    private void answered(String queues, String nodes) throws IOException {
        figures.answered(queues.getBytes(StandardCharsets.UTF_8), nodes.getBytes(StandardCharsets.UTF_8));
    }

    private static String queue(String name, int ready, int inWork, int in, int out, int done) {
        return """
                [{"name": "%s", "messages_ready": %d, "messages_unacknowledged": %d, "consumers": 2,
                  "message_stats": {"publish": %d, "deliver_get": %d, "ack": %d}}]"""
                .formatted(name, ready, inWork, in, out, done);
    }

    private double gauge(String queue, String state) {
        return meters.get("orderway.queue.messages")
                .tag("queue", queue)
                .tag("state", state)
                .gauge()
                .value();
    }
}
