package org.orderway.failures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.OutgoingMessage;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({"failed-orders-record", "failed-orders-alert", "alert-operator", "failures-list", "failures-forget"})
class FailedOrdersRouteTest extends RouteTest {

    private final Alerts.Alert one =
            new Alerts.Alert("f-1", 3, "ops@example.org", "Orderway: x fails", "three times", "<f-1-3@shop>");
    private final Alerts.Alert other =
            new Alerts.Alert("f-2", 1, "ops@example.org", "Orderway: y fails", "once", "<f-2-1@shop>");

    @ParameterizedTest
    @ValueSource(strings = {"order.failed", "order.failed.shipping"})
    void countsRefusalsAndStepsThatGaveUp(String type) {
        Exchange done = deliver("failed-orders-record", Incoming.event("failed_order_queue", type, orderId));

        assertThat(done.getException()).isNull();
        verify(failures, times(1)).record(argThat(event -> event.type().equals(type)));
        assertThat(published()).isEmpty();
    }

    @Test
    void tellsNobodyOfAFailureOfItsOwnSoThatItCannotFeedItself() {
        doThrow(new IllegalStateException("bug")).when(failures).record(any());

        deliver(
                "failed-orders-record",
                Incoming.event("failed_order_queue", "order.failed.shipping", orderId)
                        .with("retries", 3));

        assertThat(published()).extracting(OutgoingMessage::routingKey).containsExactly("failed_order_dlq");
    }

    @Test
    void tellsTheOperatorOfEachKindOnceWithNothingInTheHeadersButOurs() {
        when(alerts.due()).thenReturn(List.of(one, other));

        call("failed-orders-alert", null, Map.of("Bcc", "x@example.org"));

        var mails = end("alert-operator-smtp").getExchanges();
        assertThat(mails).hasSize(2);
        assertThat(mails.get(0).getMessage().getHeaders())
                .containsOnly(
                        Map.entry("To", "ops@example.org"),
                        Map.entry("Subject", "Orderway: x fails"),
                        Map.entry("Message-ID", "<f-1-3@shop>"));
        assertThat(mails.get(0).getMessage().getBody()).isEqualTo("three times");
        verify(alerts, times(1)).sent(one);
        verify(alerts, times(1)).sent(other);
    }

    @Test
    void takesNoMailForSentThatTheServerRefusedAndSendsTheNextOne() {
        when(alerts.due()).thenReturn(List.of(one, other));
        end("alert-operator-smtp").whenExchangeReceived(1, refused -> {
            throw new jakarta.mail.MessagingException("451");
        });

        Exchange done = call("failed-orders-alert", null, Map.of());

        assertThat(done.getException()).isNull();
        verify(alerts, never()).sent(one);
        verify(alerts, times(1)).sent(other);
    }

    @Test
    void listsFailuresByKind() throws Exception {
        when(failures.list()).thenReturn(List.of(Map.of("fingerprint", "f-1", "count", 3)));

        var answer = new ObjectMapper()
                .readTree(call("listFailures", null, Map.of()).getMessage().getBody(String.class));

        assertThat(answer.at("/0/count").asInt()).isEqualTo(3);
    }

    @Test
    void forgetsWhatCannotComeAgain() {
        call("failures-forget", null, Map.of());

        verify(failures, times(1)).forget();
    }
}
