package org.orderway.outages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.math.BigDecimal;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.eclipse.angus.mail.util.MailConnectException;
import org.eclipse.angus.mail.util.SocketConnectException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.InOrder;
import org.mockito.Mockito;
import org.orderway.messages.Delivery;
import org.orderway.messages.OutgoingMessage;
import org.orderway.messages.Retries;
import org.orderway.payment.Charge;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.CannotSerializeTransactionException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DeadlockLoserDataAccessException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.transaction.CannotCreateTransactionException;

/** What becomes of a message by the kind of its failure: parked, retried, or kept until an outage is over. */
@Covers({"outages-probe", "outages-list", "wait-out-outage", "send-to-wait", "note-wait", "retry-delivery"})
class OutagesRouteTest extends RouteTest {

    @Autowired
    private List<CircuitBreaker> breakers;

    @BeforeEach
    void anOrderToCharge() {
        when(payment.intend(any()))
                .thenReturn(new Charge(orderId, "charge-1", BigDecimal.TEN, "GBP", "tok_ok", false, true, null));
    }

    @AfterEach
    void everythingIsBack() {
        Mockito.reset(pings);
        call("outages-probe", null, Map.of());
        breakers.forEach(CircuitBreaker::reset);
        assertThat(outages.report().outages()).isEmpty();
    }

    // --- answers of others

    @ParameterizedTest
    @ValueSource(ints = {302, 400, 401, 403, 404, 409, 422})
    void whatIsAnsweredTheSameAgainIsADeadLetterAtOnce(int status) {
        int calls = charging(answer(status, Map.of()));

        assertThat(calls).isEqualTo(1);
        assertThat(published())
                .extracting(OutgoingMessage::routingKey)
                .containsExactly("prepaid_payment_dlq", "order.failed.prepaid_payment");
        assertThat(published().get(0).headers())
                .containsEntry("retries", 0)
                .containsEntry("failure-reason", "HTTP " + status + " from gateway.test");
        verify(pings, never()).isSilent(any());
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
    void whatMayBeAnsweredOtherwiseIsRetried(int status) {
        int calls = charging(answer(status, Map.of()));

        assertThat(calls)
                .as("with two quick redeliveries, unless it is too busy")
                .isEqualTo(status == 429 ? 1 : 3);
        assertWaits("prepaid_payment_retry_5s_queue", 1);
    }

    @ParameterizedTest
    @CsvSource({
        "4, prepaid_payment_retry_5s_queue",
        "6, prepaid_payment_retry_30s_queue",
        "31, prepaid_payment_retry_5m_queue"
    })
    void whoIsTooBusyIsLeftAloneForTheTimeHeAsksFor(String seconds, String queue) {
        int calls = charging(answer(429, Map.of("Retry-After", seconds)));

        assertThat(calls).isEqualTo(1);
        assertWaits(queue, 1);
        assertThat(outages.report().outages()).isEmpty();
    }

    // --- nobody answers

    static Stream<Exception> neverGotThere() {
        return Stream.of(
                new ConnectException("Connection refused"),
                new HttpHostConnectException("Connect to gateway.test failed"),
                new ConnectTimeoutException("Connect to gateway.test timed out"),
                new NoRouteToHostException("No route to host"),
                new UnknownHostException("gateway.test"));
    }

    @ParameterizedTest
    @MethodSource("neverGotThere")
    void aCallThatNeverGotThereCostsTheOrderNothing(Exception failure) {
        int calls = charging(failure);

        assertThat(calls).as("no quick redelivery").isEqualTo(1);
        assertWaitsOut("prepaid_payment_retry_5s_queue", "gateway");
        verify(pings, never()).isSilent(any());
    }

    static Stream<Exception> gotLost() {
        return Stream.of(
                new SocketTimeoutException("Read timed out"),
                new SocketException("Connection reset"),
                answer(500, Map.of()));
    }

    @ParameterizedTest
    @MethodSource("gotLost")
    void aCallThatGotLostIsAnOutageWhenThePingGetsLostToo(Exception failure) {
        when(pings.isSilent("gateway")).thenReturn(true);

        charging(failure);

        assertWaitsOut("prepaid_payment_retry_5s_queue", "gateway");
    }

    @ParameterizedTest
    @MethodSource("gotLost")
    void aCallThatGotLostIsAFaultWhenThePingIsAnswered(Exception failure) {
        charging(failure);

        assertWaits("prepaid_payment_retry_5s_queue", 1);
    }

    @Test
    void aMailServerThatIsAwayIsWaitedFor() {
        when(notification.tells("order.shipped")).thenReturn(true);
        when(notification.intend(any()))
                .thenThrow(new IllegalStateException(new MailConnectException(
                        new SocketConnectException("x", new ConnectException("refused"), "mail.test", 25, 1))));

        deliver("notification-tell", Incoming.event("notification_queue", "order.shipped", orderId));

        assertWaitsOut("notification_retry_5s_queue", "smtp");
    }

    @Test
    void anOpenBreakerIsAnOutageAndTheGatewayIsLeftInPeace() {
        breakers.forEach(CircuitBreaker::transitionToOpenState);

        int calls = charging(answer(500, Map.of()));

        assertThat(calls).isZero();
        assertWaitsOut("prepaid_payment_retry_5s_queue", "gateway");
    }

    @Test
    void aGatewayThatOnlyFailsOpensTheBreaker() {
        for (int order = 0; order < 7; order++) {
            charging(answer(500, Map.of()));
        }

        assertThat(breakers)
                .filteredOn(breaker -> breaker.getName().equals("gateway"))
                .extracting(CircuitBreaker::getState)
                .containsExactly(CircuitBreaker.State.OPEN);
        assertThat(outages.isThere("gateway")).isFalse();
    }

    @Test
    void refusalsOfAGatewayDoNotOpenTheBreaker() {
        for (int order = 0; order < 30; order++) {
            charging(answer(400, Map.of()));
        }

        assertThat(breakers).extracting(CircuitBreaker::getState).containsOnly(CircuitBreaker.State.CLOSED);
        assertThat(published())
                .filteredOn(message -> message.exchange().equals("order_dead"))
                .hasSize(30);
    }

    // --- the database

    static Stream<Arguments> databaseAway() {
        SQLException refused = new SQLException("refused", "08001", new ConnectException("refused"));
        return Stream.of(
                Arguments.of(new CannotGetJdbcConnectionException("no connection", refused)),
                Arguments.of(new CannotCreateTransactionException("no connection", refused)),
                Arguments.of(new DataAccessResourceFailureException("terminating connection", refused)));
    }

    @ParameterizedTest
    @MethodSource("databaseAway")
    void aDatabaseThatIsAwayIsWaitedForWithoutAskingItForANote(RuntimeException failure) {
        when(inventory.reserve(any())).thenThrow(failure);

        deliver("inventory-reserve", Incoming.event("inventory_queue", "order.created", orderId));

        verify(inventory, times(1)).reserve(any());
        assertThat(published()).singleElement().satisfies(message -> {
            assertThat(message.routingKey()).isEqualTo("inventory_retry_5s_queue");
            assertThat(message.headers()).containsEntry("retries", 0);
        });
        assertThat(outages.isThere("database")).isFalse();
        verify(retries, never()).record(any());
    }

    @Test
    void aDatabaseThatIsAwayCostsAuditNothing() {
        doThrow(new CannotGetJdbcConnectionException("away", new SQLException()))
                .when(audit)
                .append(any());

        deliver(
                "audit-append",
                Incoming.event("audit_queue", "order.created", orderId).with("retries", 3));

        assertThat(published()).singleElement().satisfies(message -> {
            assertThat(message.routingKey()).isEqualTo("audit_retry_5s_queue");
            assertThat(message.headers()).containsEntry("retries", 3);
        });
    }

    static Stream<RuntimeException> locks() {
        return Stream.of(
                new DeadlockLoserDataAccessException("deadlock", new SQLException()),
                new CannotAcquireLockException("lock"),
                new CannotSerializeTransactionException("serialization"),
                new org.springframework.dao.QueryTimeoutException("slow"));
    }

    @ParameterizedTest
    @MethodSource("locks")
    void aLockIsTriedAgainAtOnceAndThenLater(RuntimeException failure) {
        when(inventory.reserve(any())).thenThrow(failure);

        deliver("inventory-reserve", Incoming.event("inventory_queue", "order.created", orderId));

        verify(inventory, times(3)).reserve(any());
        assertWaits("inventory_retry_5s_queue", 1);
    }

    // --- the wait

    @Test
    void aWaitIsNotedBeforeTheMessageLeavesAndForgottenWhenItIsBack() {
        when(inventory.reserve(any())).thenThrow(new CannotAcquireLockException("lock"));
        Instant before = Instant.now();

        deliver("inventory-reserve", Incoming.event("inventory_queue", "order.created", orderId));

        InOrder order = Mockito.inOrder(retries, publisher);
        var noted = org.mockito.ArgumentCaptor.forClass(Retries.Wait.class);
        order.verify(retries).record(noted.capture());
        order.verify(publisher).publish(any(OutgoingMessage.class));
        verify(retries, never()).cameBack(any());
        assertThat(noted.getValue()).satisfies(wait -> {
            assertThat(wait.queue()).isEqualTo("inventory_queue");
            assertThat(wait.messageId()).isEqualTo("message-1");
            assertThat(wait.orderId()).isEqualTo(orderId);
            assertThat(wait.retries()).isEqualTo(1);
            assertThat(wait.reason()).isEqualTo("CannotAcquireLockException");
            assertThat(wait.dueAt())
                    .isBetween(before.plusSeconds(5), Instant.now().plusSeconds(5));
        });

        deliver(
                "inventory-reserve",
                Incoming.event("inventory_queue", "order.created", orderId).with("retries", 1));

        var back = org.mockito.ArgumentCaptor.forClass(Delivery.class);
        verify(retries).cameBack(back.capture());
        assertThat(back.getValue().id()).isEqualTo("message-1");
    }

    @Test
    void whoWaitedOutAnOutageIsForgottenToo() {
        deliver(
                "audit-append",
                Incoming.event("audit_queue", "order.created", orderId).with("outage-since", "2026-11-20T10:00:00Z"));

        verify(retries).cameBack(any());
        verify(audit).append(any());
    }

    @Test
    void aNoteThatCannotBeWrittenHoldsNoMessageUp() {
        when(inventory.reserve(any())).thenThrow(new IllegalStateException("a mistake"));
        doThrow(new CannotGetJdbcConnectionException("away", new SQLException()))
                .when(retries)
                .record(any());

        Exchange done = deliver("inventory-reserve", Incoming.event("inventory_queue", "order.created", orderId));

        assertThat(done.getException()).isNull();
        assertWaits("inventory_retry_5s_queue", 1);
    }

    @Test
    void anOutageKeepsTheTimeItBegan() {
        when(inventory.reserve(any())).thenThrow(new CannotCreateTransactionException("away", new SQLException()));

        deliver(
                "inventory-reserve",
                Incoming.event("inventory_queue", "order.created", orderId)
                        .with("retries", 2)
                        .with("outage-since", "2026-11-20T10:00:00Z"));

        assertThat(published()).singleElement().satisfies(message -> assertThat(message.headers())
                .containsEntry("retries", 2)
                .containsEntry("outage-since", "2026-11-20T10:00:00Z"));
    }

    @Test
    void whatIsAwayCanBeRead() throws Exception {
        charging(new ConnectException("refused"));

        Exchange answer = call("listOutages", null, Map.of());

        var report = new ObjectMapper().readTree(answer.getMessage().getBody(String.class));
        assertThat(report.at("/outages/0/dependency").asText()).isEqualTo("gateway");
        assertThat(report.at("/outages/0/reason").asText()).isEqualTo("ConnectException");
        assertThat(report.at("/outages/0/queues/0").asText()).isEqualTo("prepaid_payment_queue");
        assertThat(report.at("/paused").isArray()).isTrue();
    }

    /** Lets a charge fail at the gateway, and gives the number of calls it took. */
    private int charging(Exception failure) {
        end("call-gateway-call").reset();
        end("call-gateway-call").whenAnyExchangeReceived(call -> call.setException(failure));
        Exchange done =
                deliver("payment-charge", Incoming.event("prepaid_payment_queue", "payment.requested", orderId));
        assertThat(done.getException()).as("acknowledged").isNull();
        return end("call-gateway-call").getReceivedCounter();
    }

    private void assertWaits(String queue, int retry) {
        assertThat(published()).singleElement().satisfies(message -> {
            assertThat(message.exchange()).isEqualTo("order_retry");
            assertThat(message.routingKey()).isEqualTo(queue);
            assertThat(message.headers()).containsEntry("retries", retry).doesNotContainKey("outage-since");
        });
    }

    private void assertWaitsOut(String queue, String dependency) {
        assertThat(published()).singleElement().satisfies(message -> {
            assertThat(message.exchange()).isEqualTo("order_retry");
            assertThat(message.routingKey()).isEqualTo(queue);
            assertThat(message.headers()).containsEntry("retries", 0).containsKey("outage-since");
        });
        assertThat(outages.isThere(dependency)).isFalse();
    }

    private static HttpOperationFailedException answer(int status, Map<String, String> headers) {
        return new HttpOperationFailedException("http://gateway.test/charges", status, "", null, headers, "");
    }
}
