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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({"payment-refund", "refund-money"})
class RefundsRouteTest extends RouteTest {

    private static final String REFUNDED = "{\"status\": \"refunded\", \"refundId\": \"re_1\"}";

    private OutgoingMessage refunded;

    @BeforeEach
    void aGatewayThatRefunds() {
        refunded = message("order.refunded");
        when(refunds.settle(any(), any())).thenReturn(Outcome.of(refunded));
        doCallRealMethod().when(payment).mayCall(any());
        answers("ask-gateway-call", 404, "unknown");
        answers("call-gateway-call", 201, REFUNDED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "order.cancelled",
                "order.line_cancelled",
                "order.captured_late",
                "order.refund_granted",
                "order.returned",
                "order.failed"
            })
    void refundsOnceUnderTheKey(String cause) throws Exception {
        when(refunds.intend(any())).thenReturn(open(false, true));

        Exchange done = refund(cause);

        assertThat(done.getException()).isNull();
        called(0, 1);
        verify(refunds, times(1)).intend(argThat(event -> event.type().equals(cause)));
        verify(refunds, times(1)).settle(any(), eq(json(REFUNDED)));
        assertThat(published()).containsExactly(refunded);
        var request = end("call-gateway-call").getExchanges().get(0).getMessage();
        assertThat(request.getHeaders())
                .containsEntry(Exchange.HTTP_METHOD, "POST")
                .containsEntry(Exchange.HTTP_PATH, "/refunds")
                .containsEntry("Idempotency-Key", "refund-1");
        assertThat(json(request.getBody(String.class)))
                .isEqualTo(json("{\"charge\": \"ch_1\", \"amount\": 5.10, \"currency\": \"GBP\", \"reference\": \""
                        + orderId + "\"}"));
    }

    @Test
    void asksForARefundInDoubtAndDoesNotRefundWhatIsFound() throws Exception {
        when(refunds.intend(any())).thenReturn(open(true, true));
        answers("ask-gateway-call", 200, REFUNDED);

        refund("order.cancelled");

        called(1, 0);
        assertThat(end("ask-gateway-call").getExchanges().get(0).getMessage().getHeader(Exchange.HTTP_PATH))
                .isEqualTo("/refunds/refund-1");
        verify(refunds, times(1)).settle(any(), eq(json(REFUNDED)));
    }

    @Test
    void leavesAnOldDoubtToAPerson() {
        when(refunds.intend(any())).thenReturn(open(true, false));

        refund("order.cancelled");

        called(1, 0);
        verify(refunds, never()).settle(any(), any());
        assertThat(published())
                .extracting(OutgoingMessage::routingKey)
                .containsExactly("refund_dlq", "order.failed.refund");
    }

    @Test
    void callsNobodyWhereNothingIsToGoBack() {
        when(refunds.intend(any())).thenReturn(Refund.concluded(orderId, "order.failed", Outcome.SILENT));

        Exchange done = refund("order.failed");

        assertThat(done.getException()).isNull();
        called(0, 0);
        assertThat(published()).isEmpty();
    }

    @Test
    void triesAgainLaterWhenTheGatewayFails() {
        when(refunds.intend(any())).thenReturn(open(false, true));
        end("call-gateway-call").whenAnyExchangeReceived(broken -> {
            throw new HttpOperationFailedException("http://gateway.test/refunds", 503, "", null, Map.of(), "");
        });

        refund("order.returned");

        verify(refunds, never()).settle(any(), any());
        assertThat(published()).extracting(OutgoingMessage::exchange).containsExactly("order_retry");
    }

    private Exchange refund(String cause) {
        return deliver("payment-refund", Incoming.event("refund_queue", cause, orderId));
    }

    private Refund open(boolean inDoubt, boolean mayCall) {
        return new Refund(
                orderId, "order.cancelled", "refund-1", new BigDecimal("5.10"), "GBP", "ch_1", inDoubt, mayCall, null);
    }

    private void called(int asked, int refunded) {
        assertThat(end("ask-gateway-call").getReceivedCounter()).as("asked").isEqualTo(asked);
        assertThat(end("call-gateway-call").getReceivedCounter()).as("refunded").isEqualTo(refunded);
    }

    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text);
    }
}
