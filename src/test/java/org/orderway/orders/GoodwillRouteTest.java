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
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.orderway.messages.Outbox;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;

@Covers("orders-grant-refund")
class GoodwillRouteTest extends RouteTest {

    private final ObjectMapper json = new ObjectMapper();

    @Test
    void grantsARefundUnderItsKeyAndTellsSo() throws Exception {
        Outbox.Entry granted = new Outbox.Entry(1, message("order.refund_granted"));
        when(goodwill.requested(any(), any()))
                .thenReturn(new Goodwill.Grant(orderId, orderId, new BigDecimal("2.50"), "GBP", List.of(granted)));

        Exchange answer = refund("{\"by\": \"Ada\", \"reason\": \"scratched\", \"amount\": \"2.50\"}");

        verify(goodwill, times(1))
                .requested(
                        eq(Map.of("id", orderId.toString(), "Idempotency-Key", "k-1")),
                        argThat(request -> request.path("amount").asText().equals("2.50")));
        assertThat(status(answer)).isEqualTo(202);
        assertThat(json.readTree(answer.getMessage().getBody(byte[].class))
                        .path("amount")
                        .decimalValue())
                .isEqualByComparingTo("2.50");
        assertThat(end("hand-to-outbox-publish").getExchanges())
                .extracting(e -> e.getMessage().getBody())
                .containsExactly(granted);
    }

    @Test
    void wantsToKnowWhoDecidesAndWhy() {
        Exchange answer = refund("{\"amount\": \"2.50\"}");

        assertThat(status(answer)).isEqualTo(400);
        assertThat(answer.getMessage().getBody(String.class)).contains("/by", "/reason");
        verify(goodwill, never()).requested(any(), any());
    }

    @Test
    void refusesMoreThanThereIs() {
        when(goodwill.requested(any(), any())).thenThrow(new NotRefundable(new BigDecimal("1.20"), "GBP"));

        Exchange answer = refund("{\"by\": \"Ada\", \"reason\": \"late\", \"amount\": 2.5}");

        assertThat(status(answer)).isEqualTo(409);
        assertThat(answer.getMessage().getBody(String.class)).contains("1.20 GBP can still be given back");
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    private Exchange refund(String request) {
        return call(
                "grantRefund",
                request.getBytes(StandardCharsets.UTF_8),
                Map.of("id", orderId.toString(), "Idempotency-Key", "k-1"));
    }

    private static int status(Exchange answer) {
        return answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }
}
