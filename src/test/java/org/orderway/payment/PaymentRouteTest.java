package org.orderway.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doCallRealMethod;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({
    "payment-hand-over",
    "payment-charge",
    "payment-due",
    "capture-payment",
    "ask-or-call-gateway",
    "ask-gateway",
    "call-gateway"
})
class PaymentRouteTest extends RouteTest {

    private static final String CAPTURED = "{\"status\": \"captured\", \"chargeId\": \"ch_1\"}";
    private static final String DECLINED = "{\"status\": \"declined\", \"chargeId\": \"ch_1\"}";

    private OutgoingMessage success;

    @BeforeEach
    void aGatewayThatKnowsNothing() {
        success = message("order.payment_success");
        when(payment.settle(any(), any())).thenReturn(Outcome.of(success));
        doCallRealMethod().when(payment).mayCall(any());
        answers("ask-gateway-call", 404, "unknown");
        answers("call-gateway-call", 201, CAPTURED);
    }

    @Test
    void handsAPaymentToItsMethod() {
        OutgoingMessage requested = message("payment.requested");
        when(payment.handOver(any())).thenReturn(Outcome.of(requested));

        Exchange done =
                deliver("payment-hand-over", Incoming.event("payment_queue", "order.inventory_checked", orderId));

        assertThat(done.getException()).isNull();
        verify(payment, times(1)).handOver(argThat(event -> event.orderId().equals(orderId)));
        assertThat(published()).containsExactly(requested);
        called(0, 0);
    }

    @Test
    void recordsWhatIsDueAtTheDoorWithoutTheGateway() {
        when(payment.due(any())).thenReturn(Outcome.of(success));

        Exchange done = deliver("payment-due", Incoming.event("cod_payment_queue", "payment.requested", orderId));

        assertThat(done.getException()).isNull();
        verify(payment, times(1)).due(any());
        verify(payment, never()).intend(any());
        assertThat(published()).containsExactly(success);
        called(0, 0);
    }

    @Test
    void chargesAFreshIntentOnceWithoutAsking() throws Exception {
        when(payment.intend(any())).thenReturn(open(false, true));

        Exchange done = charge(Incoming.event("prepaid_payment_queue", "payment.requested", orderId)
                .with("Authorization", "Bearer of somebody else")
                .with("CamelHttpPath", "/elsewhere"));

        assertThat(done.getException()).isNull();
        called(0, 1);
        verify(payment, times(1)).settle(any(), eq(json(CAPTURED)));
        assertThat(published()).containsExactly(success);
        Exchange request = end("call-gateway-call").getExchanges().get(0);
        assertThat(request.getMessage().getHeaders())
                .as("what the gateway is sent, nothing of the delivery in it")
                .containsOnly(
                        Map.entry(Exchange.HTTP_METHOD, "POST"),
                        Map.entry(Exchange.HTTP_PATH, "/charges"),
                        Map.entry(Exchange.CONTENT_TYPE, "application/json"),
                        Map.entry("Idempotency-Key", "charge-" + orderId));
        String sent = request.getMessage().getBody(String.class);
        assertThat(json(sent))
                .isEqualTo(json("{\"amount\": 100, \"currency\": \"GBP\", \"token\": \"tok_ok\", \"reference\": \""
                        + orderId + "\"}"));
        assertThat(sent).contains("100").doesNotContain("1E");
    }

    @Test
    void asksForAChargeInDoubtAndDoesNotChargeWhatIsFound() throws Exception {
        when(payment.intend(any())).thenReturn(open(true, true));
        answers("ask-gateway-call", 200, CAPTURED);

        Exchange done = charge();

        assertThat(done.getException()).isNull();
        called(1, 0);
        verify(payment, never()).mayCall(any());
        verify(payment, times(1)).settle(any(), eq(json(CAPTURED)));
        assertThat(published()).containsExactly(success);
        assertThat(end("ask-gateway-call").getExchanges().get(0).getMessage().getHeaders())
                .containsOnly(
                        Map.entry(Exchange.HTTP_METHOD, "GET"),
                        Map.entry(Exchange.HTTP_PATH, "/charges/charge-" + orderId));
    }

    @Test
    void chargesWhatTheGatewayDoesNotKnow() throws Exception {
        when(payment.intend(any())).thenReturn(open(true, true));

        Exchange done = charge();

        assertThat(done.getException()).isNull();
        called(1, 1);
        verify(payment, times(1)).mayCall(any());
        verify(payment, times(1)).settle(any(), eq(json(CAPTURED)));
        assertThat(published()).containsExactly(success);
    }

    @Test
    void leavesAnOldDoubtToAPersonWithoutChargingOrRetrying() {
        when(payment.intend(any())).thenReturn(open(true, false));

        Exchange done = charge();

        assertThat(done.getException()).isNull();
        called(1, 0);
        verify(payment, times(1)).intend(any());
        verify(payment, never()).settle(any(), any());
        assertThat(published())
                .extracting(OutgoingMessage::exchange, OutgoingMessage::routingKey)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("order_dead", "prepaid_payment_dlq"),
                        org.assertj.core.groups.Tuple.tuple("order_events", "order.failed.prepaid_payment"));
    }

    @Test
    void callsNobodyForAPaymentThatIsSettledAndPublishesItsOutcomeAgain() {
        when(payment.intend(any())).thenReturn(Charge.concluded(orderId, Outcome.of(success)));

        Exchange done = charge();

        assertThat(done.getException()).isNull();
        called(0, 0);
        verify(payment, never()).settle(any(), any());
        assertThat(published()).containsExactly(success);
    }

    @Test
    void takesADeclinedCardAsAnAnswerNotAsAFault() throws Exception {
        OutgoingMessage failed = message("order.failed");
        when(payment.intend(any())).thenReturn(open(false, true));
        when(payment.settle(any(), any())).thenReturn(Outcome.of(failed));
        answers("call-gateway-call", 402, DECLINED);

        charge();

        called(0, 1);
        verify(payment, times(1)).settle(any(), eq(json(DECLINED)));
        assertThat(published()).containsExactly(failed);
    }

    @Test
    void asksBeforeItChargesAgainWhenTheAnswerWasLost() throws Exception {
        when(payment.intend(any())).thenReturn(open(false, true), open(true, true));
        answers("ask-gateway-call", 200, CAPTURED);
        end("call-gateway-call").whenAnyExchangeReceived(lost -> {
            throw new java.net.SocketTimeoutException("Read timed out");
        });

        Exchange done = charge();

        assertThat(done.getException()).isNull();
        verify(payment, times(2)).intend(argThat(event -> event.type().equals("payment.requested")));
        called(1, 1);
        verify(payment, times(1)).settle(any(), eq(json(CAPTURED)));
        assertThat(published()).containsExactly(success);
    }

    @Test
    void triesAgainLaterWhenTheGatewayFails() {
        when(payment.intend(any())).thenReturn(open(false, true));
        end("call-gateway-call").whenAnyExchangeReceived(broken -> {
            throw new HttpOperationFailedException(
                    "http://gateway.test/charges?token=secret", 500, "", null, Map.of(), "");
        });

        Exchange done = charge();

        assertThat(done.getException()).isNull();
        verify(payment, never()).settle(any(), any());
        assertThat(published()).singleElement().satisfies(retry -> {
            assertThat(retry.exchange()).isEqualTo("order_retry");
            assertThat(retry.routingKey()).isEqualTo("prepaid_payment_retry_5s_queue");
            assertThat(retry.headers()).containsEntry("failure-reason", "HTTP 500 from gateway.test");
        });
    }

    @Test
    void doesNotTakeAnAskingThatFailedForAnUnknownCharge() {
        when(payment.intend(any())).thenReturn(open(true, true));
        end("ask-gateway-call").whenAnyExchangeReceived(broken -> {
            throw new HttpOperationFailedException("http://gateway.test/charges/x", 503, "", null, Map.of(), "");
        });

        charge();

        assertThat(end("call-gateway-call").getReceivedCounter()).isZero();
        assertThat(published()).extracting(OutgoingMessage::exchange).containsExactly("order_retry");
    }

    private Exchange charge() {
        return charge(Incoming.event("prepaid_payment_queue", "payment.requested", orderId));
    }

    private Exchange charge(Incoming message) {
        return deliver("payment-charge", message);
    }

    private Charge open(boolean inDoubt, boolean mayCall) {
        return new Charge(
                orderId, "charge-" + orderId, new BigDecimal("1E+2"), "GBP", "tok_ok", inDoubt, mayCall, null);
    }

    private void called(int asked, int charged) {
        assertThat(end("ask-gateway-call").getReceivedCounter()).as("asked").isEqualTo(asked);
        assertThat(end("call-gateway-call").getReceivedCounter()).as("charged").isEqualTo(charged);
    }

    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text);
    }
}
