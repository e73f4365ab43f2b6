package org.orderway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orderway.messages.Outbox;
import org.orderway.payment.UnknownPayment;
import org.orderway.shipping.UnknownParcel;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;
import org.springframework.beans.factory.annotation.Autowired;

@Covers({"webhooks-carrier", "webhooks-payment", "tell-and-answer-received"})
class WebhooksRouteTest extends RouteTest {

    private static final String PARCEL =
            "{\"trackingNumber\": \"OW1GB\", \"status\": \"delivered\", \"occurredAt\": \"2026-11-20T10:00:00+01:00\"}";
    private static final String CHARGE =
            "{\"type\": \"charge.captured\", \"key\": \"charge-1\", \"chargeId\": \"ch_1\"}";

    @Autowired
    private Signatures signatures;

    @Test
    void takesTheCarriersReportAndTellsWhatFollows() {
        Outbox.Entry entry = new Outbox.Entry(1, message("order.delivered"));
        when(tracking.report(any())).thenReturn(List.of(entry));

        Exchange answer = call("reportParcel", PARCEL, signatures.sign("carrier", bytes(PARCEL)));

        assertThat(answer.getMessage().getBody(String.class)).isEqualTo("{\"received\":true}");
        verify(tracking, times(1))
                .report(argThat(report -> report.path("trackingNumber").asText().equals("OW1GB")));
        assertThat(end("hand-to-outbox-publish").getExchanges())
                .singleElement()
                .satisfies(told -> assertThat(told.getMessage().getBody()).isEqualTo(entry));
    }

    @Test
    void takesThePaymentProvidersReportUnderAnyOfItsSecrets() {
        when(paymentReports.report(any())).thenReturn(List.of());

        Exchange answer = call("reportPayment", CHARGE, signatures.sign("payment", bytes(CHARGE)));

        assertThat(answer.getMessage().getBody(String.class)).isEqualTo("{\"received\":true}");
        verify(paymentReports, times(1))
                .report(argThat(report -> report.path("key").asText().equals("charge-1")));
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"reportParcel, payment", "reportPayment, carrier"})
    void readsNothingOfWhoeverCannotSign(String door, String other) {
        String body = "{ nobody reads this";

        for (String signature : List.of("", signatures.sign(other, bytes(body)))) {
            Exchange answer = call(door, body, signature);

            assertThat(status(answer)).isEqualTo(401);
        }
        verify(tracking, never()).report(any());
        verify(paymentReports, never()).report(any());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            reportParcel  | carrier | {"trackingNumber": "OW1GB", "status": "delivered"}                            | /occurredAt
            reportParcel  | carrier | {"trackingNumber": "OW1GB", "status": "lost", "occurredAt": "2026-11-20T10:00:00Z"} | /status
            reportParcel  | carrier | {"trackingNumber": "OW1GB", "status": "delivered", "occurredAt": "2026-11-20T10:00:00Z", "collected": {"amount": -1, "currency": "GBP"}} | /collected/amount
            reportPayment | payment | {"type": "charge.captured", "key": "charge-1"}                                | /chargeId
            reportPayment | payment | {"type": "chargeback", "key": "charge-1", "chargebackId": "cb", "currency": "GBP"} | /amount
            reportPayment | payment | {"type": "dispute", "key": "charge-1"}                                        | /type
            """)
    void tellsASignedCallWhatIsWrongInIt(String door, String sender, String body, String pointer) {
        Exchange answer = call(door, body, signatures.sign(sender, bytes(body)));

        assertThat(status(answer)).isEqualTo(400);
        assertThat(answer.getMessage().getBody(String.class)).contains("\"" + pointer + "\"");
        verify(tracking, never()).report(any());
        verify(paymentReports, never()).report(any());
    }

    @Test
    void asksForACallToComeAgainWhoseParcelOrPaymentIsNotKnown() {
        when(tracking.report(any())).thenThrow(new UnknownParcel("OW1GB"));
        when(paymentReports.report(any())).thenThrow(new UnknownPayment("charge-1"));

        assertThat(status(call("reportParcel", PARCEL, signatures.sign("carrier", bytes(PARCEL)))))
                .isEqualTo(404);
        assertThat(status(call("reportPayment", CHARGE, signatures.sign("payment", bytes(CHARGE)))))
                .isEqualTo(404);
    }

    private Exchange call(String door, String body, String signature) {
        return call(door, new ByteArrayInputStream(bytes(body)), Map.of(Signatures.HEADER, signature));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Integer status(Exchange answer) {
        return answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }
}
