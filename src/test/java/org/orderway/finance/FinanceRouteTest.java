package org.orderway.finance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.UnknownOrder;
import org.orderway.testing.Covers;
import org.orderway.testing.EventBodies;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({"finance-book", "finance-report", "answer-finance-table"})
class FinanceRouteTest extends RouteTest {

    @ParameterizedTest
    @ValueSource(strings = {"payment.succeeded", "payment.refunded", "payment.chargeback"})
    void entersEveryMovementOfMoneyIntoTheLedger(String type) {
        Exchange done = deliver("finance-book", Incoming.event("finance_queue", type, orderId));

        assertThat(done.getException()).isNull();
        verify(ledger, times(1))
                .book(argThat(
                        event -> event.type().equals(type) && event.orderId().equals(orderId)));
        assertThat(published()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, -, application/json",
                "-, text/csv, text/csv; charset=UTF-8",
                "csv, application/json, text/csv; charset=UTF-8",
                "json, text/csv, application/json"
            })
    void tellsTheMoneyOfADayAsItIsWanted(String format, String accept, String type) {
        FinanceReports.Report report = new FinanceReports.Report(
                LocalDate.parse("2026-11-20"), "UTC", Instant.EPOCH, Instant.EPOCH, List.of(), List.of());
        when(financeReports.read(any())).thenReturn(report);
        when(financeReports.isTable(any(), any())).thenCallRealMethod();
        when(financeReports.table(report)).thenReturn("day,currency");
        Map<String, Object> headers = new HashMap<>(Map.of("day", "2026-11-20", "Authorization", "secret"));
        if (format != null) {
            headers.put("format", format);
        }
        if (accept != null) {
            headers.put("Accept", accept);
        }

        Exchange answer = call("readFinanceReport", null, headers);

        verify(financeReports, times(1)).read(argThat(asked -> "2026-11-20".equals(asked.get("day"))));
        assertThat(answer.getMessage().getHeaders()).containsOnly(Map.entry("Content-Type", type));
        assertThat(answer.getMessage().getBody(String.class))
                .startsWith(type.startsWith("text") ? "day,currency" : "{\"day\":\"2026-11-20\"");
    }

    @ParameterizedTest
    @CsvSource({"day, yesterday", "day, 2026-02-30", "format, pdf"})
    void refusesADayThatIsNone(String parameter, String value) {
        Exchange answer = call("readFinanceReport", null, Map.of(parameter, value));

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(400);
        verify(financeReports, never()).read(any());
    }

    @Test
    void parksAMovementWithoutAnAmount() {
        Map<String, Object> body = EventBodies.of("payment.succeeded", orderId);
        body.put("amount", 0);

        deliver("finance-book", Incoming.raw("finance_queue", "payment.succeeded", Incoming.json(body)));

        verify(ledger, never()).book(any());
        assertThat(published()).extracting(OutgoingMessage::routingKey).contains("finance_dlq");
    }

    @Test
    void parksAMovementThatTheOrdersDoNotKnowOf() {
        doThrow(new UnknownOrder(orderId)).when(ledger).book(any());

        deliver("finance-book", Incoming.event("finance_queue", "payment.succeeded", orderId));

        verify(ledger, times(1)).book(any());
        assertThat(published()).extracting(OutgoingMessage::routingKey).contains("finance_dlq");
    }
}
