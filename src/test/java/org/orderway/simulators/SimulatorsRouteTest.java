package org.orderway.simulators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orderway.orders.Intake;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;
import org.orderway.webhooks.Signatures;
import org.springframework.beans.factory.annotation.Autowired;

@Covers({
    "gateway-simulator-charge",
    "gateway-simulator-answer",
    "gateway-simulator-find",
    "carrier-simulator-book",
    "carrier-simulator-find",
    "tracking-simulator-follow",
    "simulator-found",
    "refund-simulator-refund",
    "refund-simulator-find",
    "texts-simulator-sms",
    "texts-simulator-push",
    "samples-feed",
    "deliveries-simulator-look",
    "report-simulated-parcel"
})
class SimulatorsRouteTest extends RouteTest {

    @Autowired
    private Signatures signatures;

    @ParameterizedTest
    @CsvSource({"tok_ok, captured, 201", "tok_declined, declined, 402", "tok_timeout, captured, 201"})
    void theGatewayChargesUnderAKey(String token, String status, int code) {
        when(gatewaySimulator.charge(any(), any())).thenReturn(Map.of("status", status, "chargeId", "ch_1"));

        Exchange answer = post("gateway-simulator-charge", "{\"token\": \"" + token + "\"}");

        verify(gatewaySimulator, times(1)).charge(eq("key-1"), any());
        assertThat(status(answer)).isEqualTo(code);
        assertThat(answer.getMessage().getBody(String.class)).contains("\"status\":\"" + status + "\"");
    }

    @Test
    void aTrackingLinkLeadsToItsParcelOrNowhere() {
        when(carrierSimulator.follow("OW1GB")).thenReturn(Map.of("trackingNumber", "OW1GB"));
        when(carrierSimulator.follow("OW2GB")).thenReturn(null);

        Exchange found = call("tracking-simulator-follow", null, Map.of("trackingNumber", "OW1GB"));

        assertThat(found.getMessage().getBody(String.class)).isEqualTo("{\"trackingNumber\":\"OW1GB\"}");
        assertThat(status(call("tracking-simulator-follow", null, Map.of("trackingNumber", "OW2GB"))))
                .isEqualTo(404);
    }

    @Test
    void theGatewayRefundsUnderAKeyOrRefuses() {
        when(gatewaySimulator.refund(eq("key-1"), any()))
                .thenReturn(Map.of("status", "refunded"), (Map<String, Object>) null);

        Exchange done = post("refund-simulator-refund", "{\"charge\": \"ch_1\", \"amount\": 1}");
        Exchange refused = post("refund-simulator-refund", "{\"charge\": \"ch_1\", \"amount\": 1}");

        assertThat(status(done)).isEqualTo(201);
        assertThat(done.getMessage().getBody(String.class)).contains("refunded");
        assertThat(status(refused)).isEqualTo(409);
        when(gatewaySimulator.findRefund(any())).thenReturn(null);
        when(gatewaySimulator.findRefund("key-1")).thenReturn(Map.of("status", "refunded"));
        assertThat(status(call("refund-simulator-find", null, Map.of("key", "key-1"))))
                .isNull();
        assertThat(status(call("refund-simulator-find", null, Map.of("key", "key-2"))))
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({"texts-simulator-sms, sms", "texts-simulator-push, app"})
    void aTextIsKeptUnderItsKey(String route, String channel) {
        when(textsSimulator.keep(any(), any(), any())).thenReturn(Map.of("id", "key-1"));

        Exchange answer = post(route, "{\"to\": \"+447700900123\", \"text\": \"Hello\"}");

        verify(textsSimulator, times(1)).keep(eq(channel), eq("key-1"), any());
        assertThat(status(answer)).isEqualTo(201);
    }

    @Test
    void theGatewayFailsBeforeItCharges() {
        Exchange answer = post("gateway-simulator-charge", "{\"token\": \"tok_error\"}");

        assertThat(status(answer)).isEqualTo(500);
        verify(gatewaySimulator, never()).charge(any(), any());
    }

    @Test
    void theGatewayTellsWhatItDidOrThatItDidNothing() {
        when(gatewaySimulator.find(any())).thenReturn(null);
        when(gatewaySimulator.find("key-1")).thenReturn(Map.of("status", "captured"));

        Exchange found = call("gateway-simulator-find", null, Map.of("key", "key-1"));
        assertThat(found.getMessage().getBody(String.class)).isEqualTo("{\"status\":\"captured\"}");
        assertThat(status(found)).isNull();
        assertThat(status(call("gateway-simulator-find", null, Map.of("key", "key-2"))))
                .isEqualTo(404);
        verify(gatewaySimulator, times(1)).find("key-2");
        verify(gatewaySimulator, never()).charge(any(), any());
    }

    @ParameterizedTest
    @CsvSource({"LS1", "CARRIER-SLOW"})
    void theCarrierBooksUnderAKey(String postcode) {
        when(carrierSimulator.ship(any(), any())).thenReturn(Map.of("trackingNumber", "OW1"));

        Exchange answer = post("carrier-simulator-book", "{\"shipTo\": {\"postcode\": \"" + postcode + "\"}}");

        verify(carrierSimulator, times(1)).ship(eq("key-1"), any());
        assertThat(status(answer)).isEqualTo(201);
        assertThat(answer.getMessage().getBody(String.class)).isEqualTo("{\"trackingNumber\":\"OW1\"}");
    }

    @Test
    void theCarrierFailsBeforeItBooks() {
        Exchange answer = post("carrier-simulator-book", "{\"shipTo\": {\"postcode\": \"CARRIER-500\"}}");

        assertThat(status(answer)).isEqualTo(500);
        verify(carrierSimulator, never()).ship(any(), any());
    }

    @Test
    void theCarrierTellsWhatItDidOrThatItDidNothing() {
        when(carrierSimulator.find(any())).thenReturn(null);
        when(carrierSimulator.find("key-1")).thenReturn(Map.of("trackingNumber", "OW1"));

        assertThat(status(call("carrier-simulator-find", null, Map.of("key", "key-1"))))
                .isNull();
        assertThat(status(call("carrier-simulator-find", null, Map.of("key", "key-2"))))
                .isEqualTo(404);
        verify(carrierSimulator, times(1)).find("key-2");
    }

    @Test
    void theCarrierReportsItsParcelsSignedAndAgainUntilTheReportIsTaken() {
        Map<String, Object> report = Map.of("trackingNumber", "OW1", "status", "delivered");
        when(carrierSimulator.toReport()).thenReturn(List.of(report));
        end("report-simulated-parcel-call").whenAnyExchangeReceived(refused -> {
            throw new java.net.ConnectException("Connection refused");
        });

        call("deliveries-simulator-look", null, Map.of());
        verify(carrierSimulator, never()).reported(any());

        end("report-simulated-parcel-call").whenAnyExchangeReceived(taken -> {});
        call("deliveries-simulator-look", null, Map.of());
        verify(carrierSimulator, times(1)).reported(report);
        assertThat(end("report-simulated-parcel-call").getExchanges())
                .hasSize(2)
                .allSatisfy(call -> signatures.check(
                        "carrier",
                        call.getMessage().getHeaders(),
                        call.getMessage().getBody(byte[].class)));
    }

    @Test
    void feedsTheSampleOrdersOnce(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(
                folder.resolve("samples.csv"),
                """
                InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
                536365,85123A,HEART,6,01-12-2010 08:26,2.55,17850,United Kingdom
                """);
        when(samples.areNew()).thenReturn(true, false);
        when(samples.file()).thenReturn(file.toFile());
        when(products.of(any())).thenReturn(List.of());
        when(intake.accept(any(), any(), any(), any())).thenReturn(new Intake.Acceptance(orderId, "1", true, null));

        assertThat(call("samples-feed", null, Map.of()).getException()).isNull();
        assertThat(call("samples-feed", null, Map.of()).getException()).isNull();

        verify(intake, times(1)).accept(any(), any(), any(), any());
        verify(products, times(1))
                .introduce(org.mockito.ArgumentMatchers.argThat(a -> a.get(0).openingStock() == 195));
        verify(samples, times(1)).fed();
    }

    private Exchange post(String route, String body) {
        return call(
                route,
                new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)),
                Map.of("Idempotency-Key", "key-1"));
    }

    private static Integer status(Exchange answer) {
        return answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }
}
