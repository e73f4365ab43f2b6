package org.orderway.outages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.ArgumentCaptor;
import org.orderway.broker.FailureReasons;
import org.orderway.broker.HttpFailures;
import org.orderway.broker.PublishFailures;
import org.orderway.broker.Topology;
import org.orderway.broker.WorkQueue;
import org.orderway.messages.Delivery;
import org.springframework.amqp.AmqpConnectException;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

/** What counts as an outage, who pauses for it, and when they go on. */
class OutagesTest {

    private static final Exception REFUSED = new ConnectException("Connection refused");

    private Instant now = Instant.parse("2026-11-20T10:00:00Z");
    private final Pings pings = mock(Pings.class);
    private final Consumers consumers = mock(Consumers.class);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Topology topology = mock(Topology.class);
    private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("gateway");
    private final Clock clock = mock(Clock.class);
    private Outages outages;

    @BeforeEach
    void anInstanceWithFourQueues() {
        when(clock.instant()).thenAnswer(asked -> now);
        when(topology.needs()).thenReturn(List.of("database"));
        List<WorkQueue> queues = List.of(
                queue("audit_queue", "database"),
                queue("prepaid_payment_queue", "database", "gateway"),
                queue("shipping_queue", "database", "carrier"),
                queue("notification_queue", "database", "smtp"));
        when(topology.workQueues()).thenReturn(queues);
        queues.forEach(queue -> {
            when(topology.findWorkQueue(queue.name())).thenReturn(java.util.Optional.of(queue));
            when(topology.workQueue(queue.name())).thenReturn(queue);
        });
        outages = new Outages(
                topology,
                pings,
                consumers,
                new HttpFailures(Clock.fixed(now, ZoneOffset.UTC)),
                new FailureReasons(),
                List.of(breaker),
                new OutageSettings(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(1),
                        Duration.ofHours(1),
                        Duration.ofSeconds(1),
                        null),
                clock,
                meters);
    }

    @AfterEach
    void end() {
        outages.destroy();
    }

    static Stream<Arguments> failures() {
        Exception sql = new SQLException("gone", REFUSED);
        return Stream.of(
                Arguments.of("audit_queue", new CannotGetJdbcConnectionException("x", new SQLException()), true),
                Arguments.of("shipping_queue", new DataAccessResourceFailureException("x", sql), true),
                Arguments.of("shipping_queue", new CannotAcquireLockException("x"), true),
                Arguments.of("shipping_queue", new RuntimeException("wrapped", REFUSED), true),
                Arguments.of("prepaid_payment_queue", new SocketTimeoutException(), true),
                Arguments.of("notification_queue", new jakarta.mail.MessagingException("x", REFUSED), true),
                Arguments.of("audit_queue", REFUSED, false),
                Arguments.of("notification_queue", REFUSED, false),
                Arguments.of("shipping_queue", new IllegalStateException("a mistake of ours"), false),
                Arguments.of("shipping_queue", new AmqpConnectException(REFUSED), false));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailureConcernsWhatTheQueueNeedsAndTheCallWasMeantFor(String queue, Exception failure, boolean concerns) {
        assertThat(outages.concerns(delivery(queue), failure)).isEqualTo(concerns);
    }

    @Test
    void aFailureThatMayBeTheOrdersOwnIsAnOutageWhenThePingFailsToo() {
        Exception broken = answer(500, Map.of());

        assertThat(outages.isDown(delivery("shipping_queue"), broken)).isFalse();
        when(pings.isSilent("carrier")).thenReturn(true);
        assertThat(outages.isDown(delivery("shipping_queue"), broken)).isTrue();
        assertThat(outages.isDown(delivery("shipping_queue"), new IllegalStateException()))
                .isFalse();
        assertThat(outages.isDown(delivery("prepaid_payment_queue"), broken)).isFalse();
    }

    @Test
    void aMistakeOfOursPingsNobody() {
        assertThat(outages.isDown(delivery("shipping_queue"), new IllegalStateException()))
                .isFalse();

        verify(pings, never()).isSilent(anyString());
    }

    @Test
    void whoNeedsWhatIsAwayPausesAndTheOthersGoOn() {
        outages.begin(delivery("shipping_queue"), REFUSED);

        assertThat(steered()).accepts("shipping_queue").rejects("audit_queue", "prepaid_payment_queue");
        assertThat(outages.isThere("carrier")).isFalse();
        assertThat(outages.isThere("gateway")).isTrue();
        assertThat(gauge("carrier")).isEqualTo(1);
        assertThat(gauge("gateway")).isZero();
        assertThat(outages.report().outages())
                .containsExactly(new Outages.View(
                        "carrier", "2026-11-20T10:00:00Z", "ConnectException", List.of("shipping_queue")));
    }

    @Test
    void everybodyPausesForABrokerWhoseAlarmIsOnButNotForOneThatIsAway() {
        assertThat(outages.concerns(delivery("audit_queue"), PublishFailures.unreachable(null)))
                .isFalse();
        Exception blocked = PublishFailures.blocked(null);
        assertThat(outages.isDown(delivery("audit_queue"), blocked)).isFalse();
        when(pings.isSilent("broker")).thenReturn(true);
        assertThat(outages.isDown(delivery("audit_queue"), blocked)).isTrue();

        outages.begin(delivery("audit_queue"), blocked);

        assertThat(steered()).accepts("shipping_queue", "audit_queue", "prepaid_payment_queue");
    }

    @Test
    void everybodyPausesForTheDatabaseAlsoWhoHasNoRow() {
        outages.begin(delivery("audit_queue"), new CannotGetJdbcConnectionException("x", new SQLException()));

        assertThat(steered()).accepts("shipping_queue", "audit_queue", "shipping_dlq");
    }

    @Test
    void theyGoOnWhenItAnswersAgain() {
        outages.begin(delivery("shipping_queue"), REFUSED);
        when(pings.isSilent("carrier")).thenReturn(true);
        pass(Duration.ofSeconds(30));
        outages.probe();
        assertThat(outages.isThere("carrier")).isFalse();

        when(pings.isSilent("carrier")).thenReturn(false);
        outages.probe();

        assertThat(outages.isThere("carrier")).isTrue();
        assertThat(gauge("carrier")).isZero();
        assertThat(steered()).rejects("shipping_queue");
        assertThat(outages.report().outages()).isEmpty();
    }

    @Test
    void whatComesAndGoesIsLeftAloneForLongerEachTime() {
        assertThat(Stream.generate(this::secondsOfAPause).limit(6)).containsExactly(1, 2, 4, 8, 10, 10);

        pass(Duration.ofMinutes(1));

        assertThat(secondsOfAPause()).isEqualTo(1);
    }

    @Test
    void whoAsksForMoreTimeThanARetryLastsGetsIt() {
        Exception asked = answer(429, Map.of("Retry-After", "600"));
        assertThat(outages.isDown(delivery("prepaid_payment_queue"), asked)).isTrue();
        assertThat(outages.isDown(delivery("prepaid_payment_queue"), answer(429, Map.of("Retry-After", "300"))))
                .isFalse();

        outages.begin(delivery("prepaid_payment_queue"), asked);
        pass(Duration.ofSeconds(599));
        outages.probe();
        assertThat(outages.isThere("gateway")).isFalse();
        pass(Duration.ofSeconds(1));
        outages.probe();
        assertThat(outages.isThere("gateway")).isTrue();
    }

    @Test
    void whoAnswersThePingGetsATrialOfItsOpenBreaker() {
        breaker.transitionToOpenState();
        outages.begin(
                delivery("prepaid_payment_queue"), CallNotPermittedException.createCallNotPermittedException(breaker));
        pass(Duration.ofSeconds(1));

        outages.probe();

        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.HALF_OPEN);
    }

    @Test
    void nobodyCanStopUsForAYear() {
        outages.begin(delivery("prepaid_payment_queue"), answer(429, Map.of("Retry-After", "31536000")));
        pass(Duration.ofHours(1));
        outages.probe();

        assertThat(outages.isThere("gateway")).isTrue();
    }

    @Test
    void everyDependencyOfTheTopologyIsKnown() {
        assertThat(Topology.DEPENDENCIES)
                .allSatisfy(word -> assertThat(Dependency.of(word).word()).isEqualTo(word));
        assertThat(Dependency.values()).as("and the broker").hasSize(Topology.DEPENDENCIES.size() + 1);
    }

    private int secondsOfAPause() {
        outages.begin(delivery("shipping_queue"), REFUSED);
        int seconds = 0;
        while (!outages.isThere("carrier")) {
            pass(Duration.ofSeconds(1));
            seconds++;
            outages.probe();
        }
        return seconds;
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private double gauge(String dependency) {
        return meters.get("orderway.outage")
                .tag("dependency", dependency)
                .gauge()
                .value();
    }

    /** Which queues the consumers were last told to pause. */
    @SuppressWarnings("unchecked")
    private Predicate<String> steered() {
        verify(consumers, timeout(5_000).atLeastOnce()).steer(any());
        ArgumentCaptor<Predicate<String>> told = ArgumentCaptor.forClass(Predicate.class);
        verify(consumers, timeout(5_000).atLeastOnce()).steer(told.capture());
        return told.getValue();
    }

    private static Exception answer(int status, Map<String, String> headers) {
        return new HttpOperationFailedException("http://there.test/", status, "", null, headers, "");
    }

    private static WorkQueue queue(String name, String... needs) {
        return new WorkQueue(
                name, "", true, false, null, 3, List.of(Duration.ofMinutes(5)), 1, 1, 1, null, List.of(needs));
    }

    private static Delivery delivery(String queue) {
        return new Delivery(queue, "", "m-1", "t", null, Instant.EPOCH, null, 0, Map.of(), new byte[0]);
    }
}
