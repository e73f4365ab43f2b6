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
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.Test;
import org.orderway.messages.Outbox;
import org.orderway.shipping.Shipment;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;

@Covers({"payment-resolve", "resolve-charge", "shipping-resolve", "resolve-shipment"})
class CancelledCallsRouteTest extends RouteTest {

    private final UUID other = UUID.fromString("0193a5c0-0000-7000-8000-000000000002");

    @Test
    void letsTheGatewaysAnswerDecide() {
        Outbox.Entry entry = new Outbox.Entry(1, message("order.cancelled"));
        Charge awaited = charge(orderId);
        when(payment.awaited()).thenReturn(List.of(awaited));
        when(payment.resolve(any(), any())).thenReturn(List.of(entry));
        answers("ask-gateway-call", 200, "{\"status\": \"captured\", \"chargeId\": \"ch_1\"}");

        call("payment-resolve", null, Map.of());

        assertThat(end("ask-gateway-call").getExchanges().get(0).getMessage().getHeader(Exchange.HTTP_PATH))
                .isEqualTo("/charges/charge-" + orderId);
        verify(payment, times(1)).resolve(eq(awaited), argThat(answer -> answer.path("status")
                .asText()
                .equals("captured")));
        verify(payment, never()).neverCharged(any());
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isEqualTo(1);
        assertThat(end("call-gateway-call").getReceivedCounter()).as("charged").isZero();
    }

    @Test
    void leavesItToTheBeanWhetherAnUnknownChargeNeverHappened() {
        when(payment.awaited()).thenReturn(List.of(charge(orderId)));
        when(payment.neverCharged(any())).thenReturn(List.of());
        answers("ask-gateway-call", 404, "no such key");

        call("payment-resolve", null, Map.of());

        verify(payment, times(1)).neverCharged(any());
        verify(payment, never()).resolve(any(), any());
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    @Test
    void aFailedQuestionDecidesNothingAndHoldsUpNoOther() {
        when(payment.awaited()).thenReturn(List.of(charge(orderId), charge(other)));
        when(payment.resolve(any(), any())).thenReturn(List.of());
        end("ask-gateway-call").whenAnyExchangeReceived(call -> {
            if (call.getMessage().getHeader(Exchange.HTTP_PATH, String.class).endsWith(orderId.toString())) {
                throw new HttpOperationFailedException("http://gateway.test", 500, "", null, Map.of(), "");
            }
            call.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
            call.getMessage().setBody("{\"status\": \"declined\"}");
        });

        call("payment-resolve", null, Map.of());

        verify(payment, times(1)).resolve(argThat(charge -> charge.orderId().equals(other)), any());
        verify(payment, never()).neverCharged(any());
    }

    @Test
    void letsTheCarriersAnswerDecide() {
        when(shipping.awaited()).thenReturn(List.of(shipment()));
        when(shipping.resolve(any(), any())).thenReturn(List.of(new Outbox.Entry(1, message("order.shipped"))));
        answers("ask-carrier-call", 200, "{\"trackingNumber\": \"OW1\"}");

        call("shipping-resolve", null, Map.of());

        verify(shipping, times(1)).resolve(any(), argThat(answer -> answer.path("trackingNumber")
                .asText()
                .equals("OW1")));
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isEqualTo(1);
        assertThat(end("book-carrier-call").getReceivedCounter()).as("booked").isZero();
    }

    @Test
    void leavesItToTheBeanWhetherAnUnknownShipmentNeverHappened() {
        when(shipping.awaited()).thenReturn(List.of(shipment()));
        when(shipping.neverShipped(any())).thenReturn(List.of());
        answers("ask-carrier-call", 404, "no such key");

        call("shipping-resolve", null, Map.of());

        verify(shipping, times(1)).neverShipped(any());
        verify(shipping, never()).resolve(any(), any());
    }

    private static Charge charge(UUID id) {
        return new Charge(id, "charge-" + id, null, null, null, true, false, null);
    }

    private Shipment shipment() {
        return new Shipment(orderId, "shipment-" + orderId, 1, null, List.of(), null, true, false, null);
    }
}
