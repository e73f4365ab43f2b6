package org.orderway.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.orderway.messages.Outbox;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;

@Covers({"orders-cancel", "orders-return", "tell-and-accept"})
class CancellationsRouteTest extends RouteTest {

    private final ObjectMapper json = new ObjectMapper();

    @Test
    void cancelsAnOrderAndTellsSoAtOnce() throws Exception {
        Outbox.Entry cancelled = new Outbox.Entry(1, message("order.cancelled"));
        Outbox.Entry ended = new Outbox.Entry(2, message("order.analytics.ended"));
        when(cancellation.requested(any(), any()))
                .thenReturn(new Cancellation.Answer(orderId, "W-1", "CANCELLED", List.of(cancelled, ended)));

        Exchange answer =
                call("cancelOrder", bytes("{\"reason\": \"ordered_twice\"}"), Map.of("id", orderId.toString()));

        verify(cancellation, times(1))
                .requested(
                        eq(Map.of("id", orderId.toString())),
                        argThat(request -> request.path("reason").asText().equals("ordered_twice")));
        assertThat(status(answer)).isEqualTo(202);
        assertThat(json.readTree(answer.getMessage().getBody(byte[].class)))
                .isEqualTo(
                        json.readTree("{\"id\": \"" + orderId + "\", \"number\": \"W-1\", \"status\": \"CANCELLED\"}"));
        assertThat(end("hand-to-outbox-publish").getExchanges())
                .extracting(e -> e.getMessage().getBody())
                .containsExactly(cancelled, ended);
    }

    @Test
    void cancelsSomePiecesUnderTheirKey() throws Exception {
        Outbox.Entry cancelled = new Outbox.Entry(1, message("order.line_cancelled"));
        when(cancellation.requested(any(), any()))
                .thenReturn(new Cancellation.Answer(orderId, "W-1", "PAID", List.of(cancelled)));

        Exchange answer = call(
                "cancelOrder",
                bytes("{\"lines\": [{\"sku\": \"85123A\", \"quantity\": 2}]}"),
                Map.of("id", orderId.toString(), "Idempotency-Key", "k-1"));

        verify(cancellation, times(1))
                .requested(
                        eq(Map.of("id", orderId.toString(), "Idempotency-Key", "k-1")),
                        argThat(request -> request.at("/lines/0/quantity").asInt() == 2));
        assertThat(status(answer)).isEqualTo(202);
        assertThat(json.readTree(answer.getMessage().getBody(byte[].class))
                        .path("status")
                        .asText())
                .isEqualTo("PAID");
        assertThat(end("hand-to-outbox-publish").getExchanges())
                .extracting(e -> e.getMessage().getBody())
                .containsExactly(cancelled);
    }

    @Test
    void tellsEachFaultOfPiecesToBeCancelled() {
        Exchange answer = call(
                "cancelOrder",
                bytes("{\"lines\": [{\"sku\": \"A\", \"quantity\": 0}, {\"quantity\": 1}]}"),
                Map.of("id", orderId.toString()));

        assertThat(status(answer)).isEqualTo(400);
        assertThat(answer.getMessage().getBody(String.class)).contains("/lines/0/quantity", "/lines/1/sku");
        verify(cancellation, never()).requested(any(), any());
    }

    @Test
    void cancelsWithoutABody() {
        when(cancellation.requested(any(), any()))
                .thenReturn(new Cancellation.Answer(orderId, "W-1", "CANCELLING", List.of()));

        Exchange answer = call("cancelOrder", null, Map.of("id", orderId.toString()));

        assertThat(status(answer)).isEqualTo(202);
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    @Test
    void refusesToCancelWhatHasEndedOtherwise() {
        when(cancellation.requested(any(), any())).thenThrow(new NotReturnable("The order is FAILED"));

        Exchange answer = call("cancelOrder", bytes("{}"), Map.of("id", orderId.toString()));

        assertThat(status(answer)).isEqualTo(409);
        assertThat(answer.getMessage().getBody(String.class)).contains("The order is FAILED");
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    @Test
    void takesAReasonForAWordAndNothingElse() {
        Exchange answer =
                call("cancelOrder", bytes("{\"reason\": \"Ada changed her mind\"}"), Map.of("id", orderId.toString()));

        assertThat(status(answer)).isEqualTo(400);
        assertThat(answer.getMessage().getBody(String.class))
                .contains("/reason")
                .doesNotContain("Ada");
        verify(cancellation, never()).requested(any(), any());
    }

    @Test
    void takesGoodsBack() throws Exception {
        Outbox.Entry returned = new Outbox.Entry(1, message("order.returned"));
        when(returns.requested(any(), any()))
                .thenReturn(new Returns.Answer(
                        orderId, orderId, "SHIPPED", new BigDecimal("5.10"), "GBP", List.of(returned)));

        Exchange answer = call(
                "returnOrder",
                bytes("{\"lines\": [{\"sku\": \"85123A\", \"quantity\": 2}]}"),
                Map.of("id", orderId.toString(), "Idempotency-Key", "k-1"));

        verify(returns, times(1))
                .requested(
                        eq(Map.of("id", orderId.toString(), "Idempotency-Key", "k-1")),
                        argThat(request -> request.at("/lines/0/quantity").asInt() == 2));
        assertThat(status(answer)).isEqualTo(202);
        assertThat(json.readTree(answer.getMessage().getBody(byte[].class))
                        .path("value")
                        .decimalValue())
                .isEqualByComparingTo("5.10");
        assertThat(end("hand-to-outbox-publish").getExchanges())
                .extracting(e -> e.getMessage().getBody())
                .containsExactly(returned);
    }

    @Test
    void tellsEachFaultOfAReturn() {
        Exchange answer = call(
                "returnOrder",
                bytes("{\"lines\": [{\"sku\": \"A\", \"quantity\": 0}, {\"quantity\": 1}]}"),
                Map.of("id", orderId.toString()));

        assertThat(status(answer)).isEqualTo(400);
        assertThat(answer.getMessage().getBody(String.class)).contains("/lines/0/quantity", "/lines/1/sku");
        verify(returns, never()).requested(any(), any());
    }

    private static int status(Exchange answer) {
        return answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
}
