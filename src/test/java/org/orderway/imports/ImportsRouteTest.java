package org.orderway.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.ArgumentMatchers.isNull;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.messages.Outbox;
import org.orderway.orders.Articles;
import org.orderway.orders.Intake;
import org.orderway.orders.OrderRequest;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;
import org.springframework.dao.DataAccessResourceFailureException;

@Covers({"orders-import", "import-csv", "import-invoice", "place-invoice", "imports-match-returns", "imports-unmatched"
})
class ImportsRouteTest extends RouteTest {

    private static final String HEAD =
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    @BeforeEach
    void anEmptyCatalogue() {
        when(products.of(any())).thenReturn(List.of());
        when(products.introduce(any()))
                .thenAnswer(call -> call.<List<?>>getArgument(0).size());
        when(intake.accept(any(), any(), any(), any()))
                .thenReturn(
                        new Intake.Acceptance(orderId, "536365", false, new Outbox.Entry(1, message("order.placed"))));
    }

    @Test
    void opensTheReturnOfEachRowAndTellsSo() {
        var row = new ImportedReturns.Row("C536379", 0, "A", 1, "17850");
        var other = new ImportedReturns.Row("C536379", 1, "B", 1, "17850");
        Outbox.Entry returned = new Outbox.Entry(1, message("order.returned"));
        when(importedReturns.waiting()).thenReturn(List.of(row, other));
        when(importedReturns.match(row)).thenReturn(List.of(returned));
        when(importedReturns.match(other)).thenReturn(List.of());

        call("imports-match-returns", null, Map.of());

        verify(importedReturns, times(1)).match(other);
        assertThat(end("hand-to-outbox-publish").getExchanges())
                .extracting(e -> e.getMessage().getBody())
                .containsExactly(returned);
    }

    @Test
    void showsTheReturnsThatFitNoOrder() {
        when(importedReturns.unmatched()).thenReturn(List.of(Map.of("invoice", "C536379")));

        Exchange answer = call("listUnmatchedReturns", null, Map.of());

        assertThat(answer.getMessage().getBody(String.class)).isEqualTo("[{\"invoice\":\"C536379\"}]");
    }

    @Test
    void takesEachInvoiceInAsAnOrder() throws Exception {
        Exchange answer = importOf(HEAD
                + "536365,85123A,\"HEART, WHITE\",6,01-12-2010 08:26,2.55,17850,United Kingdom\n"
                + "536365,71053,LANTERN,6,01-12-2010 08:26,3.39,17850,United Kingdom\n"
                + "536366,22633,HAND WARMER,100,01-12-2010 08:28,5.00,17850,EIRE\n");

        assertThat(report(answer))
                .isEqualTo(
                        json(
                                "{\"orders\": 2, \"replayed\": 0, \"returns\": 0, \"products\": 3, \"failed\": 0, \"errors\": []}"));
        verify(intake, times(1)).accept(order("536365"), any(), eq("normal"), eq(""));
        verify(intake, times(1)).accept(order("536366"), any(), eq("priority"), eq(""));
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isEqualTo(2);
        assertThat(end("import-invoice-set-aside").getReceivedCounter()).isZero();
        verify(products, times(1))
                .introduce(argThat(articles -> articles.get(0).name().equals("HEART, WHITE")
                        && articles.get(0).openingStock() == 0));
    }

    @Test
    void opensTheStockOfNewArticlesAsWished() throws Exception {
        call(
                "importOrders",
                csv(HEAD + "1,A,Lamp,1,x,1.00,7,France\n2,POST,Postage,1,x,1.00,7,France\n"),
                Map.of("openingStock", "12"));

        verify(products, times(1))
                .introduce(
                        argThat(a -> a.get(0).openingStock() != null && a.get(0).openingStock() == 12));
        verify(products, times(1))
                .introduce(
                        argThat(a -> a.get(0).sku().equals("POST") && a.get(0).openingStock() == null));
    }

    @Test
    void setsAReturnAsideAndTakesNoOrderForIt() throws Exception {
        Exchange answer = importOf(HEAD + "C536379,D,Discount,-1,x,27.50,14527,United Kingdom\n");

        assertThat(end("import-invoice-set-aside").getReceivedCounter()).isEqualTo(1);
        verify(intake, never()).accept(any(), any(), any(), any());
        verify(products, never()).introduce(any());
        assertThat(report(answer).get("orders").asInt()).isZero();
    }

    @Test
    void notesAMistakeAndGoesOnWithTheNextInvoice() throws Exception {
        Exchange answer = importOf(HEAD
                + "1,A,Lamp,6,x,2.55,17850,United Kingdom\n"
                + "2,A,Lamp,many,x,2.55,17850,United Kingdom\n"
                + "3,A,Lamp,1,x,2.555555,17850,United Kingdom\n"
                + "4,A,Lamp,1,x,2.55,17850,United Kingdom\n");

        JsonNode report = report(answer);
        assertThat(report.get("orders").asInt()).isEqualTo(2);
        assertThat(report.get("failed").asInt()).isEqualTo(2);
        assertThat(report.get("errors").get(0).get("row").asInt()).isEqualTo(3);
        assertThat(report.get("errors").get(0).get("detail").asText()).contains("Quantity", "invoice 2 was left out");
        verify(intake, times(1)).accept(order("1"), any(), any(), any());
        verify(intake, times(1)).accept(order("4"), any(), any(), any());
        verify(intake, times(2)).accept(any(), any(), any(), any());
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isEqualTo(2);
    }

    @Test
    void countsAnInvoiceThatWasKnownBefore() throws Exception {
        when(intake.accept(any(), any(), any(), any())).thenReturn(new Intake.Acceptance(orderId, "1", true, null));

        Exchange answer = importOf(HEAD + "1,A,Lamp,6,x,2.55,17850,United Kingdom\n");

        JsonNode report = report(answer);
        assertThat(report.get("replayed").asInt()).isEqualTo(1);
        assertThat(report.get("orders").asInt()).isZero();
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    @Test
    void endsTheImportWhenTheDatabaseIsAway() {
        when(intake.accept(any(), any(), any(), any())).thenThrow(new DataAccessResourceFailureException("away"));

        Exchange answer = importOf(
                HEAD + "1,A,Lamp,6,x,2.55,17850,United Kingdom\n" + "2,A,Lamp,6,x,2.55,17850,United Kingdom\n");

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(503);
        verify(intake, times(1)).accept(any(), any(), any(), any());
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    @Test
    void refusesAFileWithoutItsColumns() {
        Exchange answer = importOf("InvoiceNo,StockCode\n1,A\n");

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(400);
        assertThat(answer.getMessage().getBody(String.class)).contains("missing: Description, Quantity");
        verify(intake, never()).accept(any(), any(), any(), any());
    }

    @Test
    void readsAFileThatBeginsWithAByteOrderMark() throws Exception {
        Exchange answer = importOf("\uFEFF" + HEAD + "1,A,Lamp,6,x,2.55,17850,United Kingdom\n");

        assertThat(report(answer).get("orders").asInt()).isEqualTo(1);
    }

    @Test
    void refusesAFileThatIsNoCsv() {
        Exchange answer = importOf(HEAD + "1,\"A\"x,Lamp,6,x,2.55,17850,United Kingdom\n");

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(400);
        verify(intake, never()).accept(any(), any(), any(), any());
    }

    @Test
    void readsAFileAsUtf8() {
        importOf(HEAD + "1,A,Café ✓,6,x,2.55,17850,United Kingdom\n");

        verify(products, times(1))
                .introduce(
                        argThat((List<Articles.NewArticle> a) -> a.get(0).name().equals("Café ✓")));
        verify(intake, never()).accept(any(), any(), any(), isNull());
    }

    private Exchange importOf(String text) {
        return call("importOrders", csv(text), Map.of());
    }

    private static ByteArrayInputStream csv(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static OrderRequest order(String number) {
        return argThat(request -> request != null && request.number().equals(number));
    }

    private static JsonNode report(Exchange answer) throws Exception {
        return json(answer.getMessage().getBody(String.class));
    }

    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text);
    }
}
