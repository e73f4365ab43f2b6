package org.orderway.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.orderway.messages.Outbox;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;

@Covers({"payouts-list", "payouts-paid"})
class PayoutsRouteTest extends RouteTest {

    private final String id = "payout-" + orderId + "-order.returned";

    @Test
    void listsWhatIsOwed() {
        when(payouts.open()).thenReturn(List.of(Map.of("id", id)));

        Exchange answer = call("listPayouts", null, Map.of());

        assertThat(answer.getMessage().getBody(String.class)).isEqualTo("[{\"id\":\"" + id + "\"}]");
    }

    @Test
    void takesItThatAPayoutWasMadeAndTellsIt() {
        Outbox.Entry entry = new Outbox.Entry(1, message("order.refunded"));
        when(payouts.paid(any(), any())).thenReturn(new Payouts.Paid(id, orderId, List.of(entry)));

        Exchange answer = call("markPayoutPaid", "{\"by\": \"Ada\", \"reference\": \"4711\"}", Map.of("id", id));

        verify(payouts, times(1))
                .paid(eq(id), argThat(said -> said.path("by").asText().equals("Ada")));
        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo("202");
        assertThat(answer.getMessage().getBody(String.class)).contains("\"status\":\"paid\"");
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isEqualTo(1);
    }

    @Test
    void wantsToKnowWhoPaid() {
        Exchange answer = call("markPayoutPaid", "{\"reference\": \"4711\"}", Map.of("id", id));

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(400);
        verify(payouts, never()).paid(any(), any());
    }
}
