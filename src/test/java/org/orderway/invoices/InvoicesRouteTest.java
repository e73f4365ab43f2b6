package org.orderway.invoices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
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
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.Papers.Paper;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({
    "invoices-issue",
    "invoices-credit",
    "invoices-read",
    "invoices-credits",
    "invoices-credit-note",
    "answer-paper"
})
class InvoicesRouteTest extends RouteTest {

    private static final byte[] PDF = {'%', 'P', 'D', 'F'};

    @Test
    void tellsThatAPaidOrderIsInvoiced() {
        OutgoingMessage invoiced = message("order.invoiced");
        when(invoices.issue(any())).thenReturn(Outcome.of(invoiced));

        Exchange done = deliver("invoices-issue", Incoming.event("invoice_queue", "order.payment_success", orderId));

        assertThat(done.getException()).isNull();
        verify(invoices, times(1)).issue(argThat(event -> event.orderId().equals(orderId)));
        assertThat(published()).containsExactly(invoiced);
    }

    @Test
    void tellsNothingOfAnOrderThatCameToNothing() {
        when(invoices.issue(any())).thenReturn(Outcome.VOID);

        deliver("invoices-issue", Incoming.event("invoice_queue", "order.payment_success", orderId));

        assertThat(published()).isEmpty();
    }

    @Test
    void creditsARefund() {
        when(creditNotes.issue(any())).thenReturn(Outcome.SILENT);

        Exchange done = deliver("invoices-credit", Incoming.event("credit_note_queue", "order.refunded", orderId));

        assertThat(done.getException()).isNull();
        verify(creditNotes, times(1)).issue(argThat(event -> event.type().equals("order.refunded")));
        assertThat(published()).isEmpty();
    }

    @Test
    void aRefundThatIsNoneIsNotCredited() {
        deliver("invoices-credit", Incoming.raw("credit_note_queue", "order.refunded", "{\"amount\": -1}"));

        verify(creditNotes, never()).issue(any());
        assertThat(published()).extracting(OutgoingMessage::exchange).contains("order_dead");
    }

    @Test
    void showsAnInvoiceAsPdfAndNothingOfTheRequest() {
        when(invoices.read(orderId.toString())).thenReturn(new Paper("2026-000001", PDF));

        var answer = call("readInvoice", null, Map.of("id", orderId.toString(), "Cookie", "secret"))
                .getMessage();

        assertThat(answer.getBody(byte[].class)).isEqualTo(PDF);
        assertThat(answer.getHeaders())
                .containsOnly(
                        Map.entry("Content-Type", "application/pdf"),
                        Map.entry("Content-Disposition", "inline; filename=\"2026-000001.pdf\""));
    }

    @Test
    void saysThatThereIsNoInvoiceYet() {
        when(invoices.read(any())).thenThrow(new NoSuchPaper("The order has no invoice"));

        assertThat(call("readInvoice", null, Map.of("id", orderId.toString()))
                        .getMessage()
                        .getHeader(Exchange.HTTP_RESPONSE_CODE))
                .isEqualTo(404);
    }

    @Test
    void listsTheCreditNotesOfAnOrder() throws Exception {
        when(creditNotes.list(orderId.toString()))
                .thenReturn(List.of(new CreditNotes.Summary(
                        "C2026-000001", "2026-000001", new BigDecimal("5.10"), "GBP", "2026-11-20T10:00:00Z")));

        var answer = new ObjectMapper()
                .readTree(call("listCreditNotes", null, Map.of("id", orderId.toString()))
                        .getMessage()
                        .getBody(String.class));

        assertThat(answer.at("/0/number").asText()).isEqualTo("C2026-000001");
    }

    @Test
    void showsACreditNoteAsPdf() {
        when(creditNotes.read(Map.of("id", orderId.toString(), "number", "C2026-000001")))
                .thenReturn(new Paper("C2026-000001", PDF));

        var answer = call("readCreditNote", null, Map.of("id", orderId.toString(), "number", "C2026-000001"))
                .getMessage();

        assertThat(answer.getBody(byte[].class)).isEqualTo(PDF);
    }
}
