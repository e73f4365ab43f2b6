package org.orderway.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doCallRealMethod;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.OrderLine;
import org.orderway.orders.OrderRequest;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({"shipping-ship", "ship-parcel", "ask-or-book-carrier", "ask-carrier", "book-carrier"})
class ShippingRouteTest extends RouteTest {

    private static final String BOOKED =
            "{\"carrier\": \"Parcels\", \"shipmentId\": \"sh_1\", \"trackingNumber\": \"OW1GB\", \"label\": \"L\"}";

    private OutgoingMessage prepared;
    private OutgoingMessage shipped;

    @BeforeEach
    void aCarrierThatKnowsNothing() {
        prepared = message("order.shipping_prepared");
        shipped = message("order.shipped");
        when(shipping.settle(any(), any())).thenReturn(Outcome.of(prepared, shipped));
        doCallRealMethod().when(shipping).mayBook(any());
        answers("ask-carrier-call", 404, "unknown");
        answers("book-carrier-call", 201, BOOKED);
    }

    @Test
    void booksAFreshIntentOnceWithoutAsking() throws Exception {
        when(shipping.intend(any())).thenReturn(open(false, true));

        Exchange done = ship();

        assertThat(done.getException()).isNull();
        called(0, 1);
        verify(shipping, times(1)).settle(any(), eq(json(BOOKED)));
        assertThat(published()).containsExactly(prepared, shipped);
        Exchange request = end("book-carrier-call").getExchanges().get(0);
        assertThat(request.getMessage().getHeaders())
                .containsOnly(
                        Map.entry(Exchange.HTTP_METHOD, "POST"),
                        Map.entry(Exchange.HTTP_PATH, "/shipments"),
                        Map.entry(Exchange.CONTENT_TYPE, "application/json"),
                        Map.entry("Idempotency-Key", "shipment-" + orderId));
        assertThat(json(request.getMessage().getBody(String.class)))
                .isEqualTo(json(
                        """
                        {"reference": "%s", "parcel": [{"sku": "85123A", "quantity": 6}],
                         "shipTo": {"name": "Ada", "lines": ["1 High St"], "city": "Leeds", "postcode": "LS1", "country": "GB"}}
                        """
                                .formatted(orderId)));
    }

    @Test
    void asksForAParcelInDoubtAndDoesNotBookWhatIsFound() throws Exception {
        when(shipping.intend(any())).thenReturn(open(true, true));
        answers("ask-carrier-call", 200, BOOKED);

        ship();

        called(1, 0);
        verify(shipping, never()).mayBook(any());
        verify(shipping, times(1)).settle(any(), eq(json(BOOKED)));
        assertThat(published()).containsExactly(prepared, shipped);
        assertThat(end("ask-carrier-call").getExchanges().get(0).getMessage().getHeaders())
                .containsOnly(
                        Map.entry(Exchange.HTTP_METHOD, "GET"),
                        Map.entry(Exchange.HTTP_PATH, "/shipments/shipment-" + orderId));
    }

    @Test
    void booksWhatTheCarrierDoesNotKnow() throws Exception {
        when(shipping.intend(any())).thenReturn(open(true, true));

        ship();

        called(1, 1);
        verify(shipping, times(1)).settle(any(), eq(json(BOOKED)));
    }

    @Test
    void leavesAnOldDoubtToAPersonWithoutBookingOrRetrying() {
        when(shipping.intend(any())).thenReturn(open(true, false));

        Exchange done = ship();

        assertThat(done.getException()).isNull();
        called(1, 0);
        verify(shipping, times(1)).intend(any());
        verify(shipping, never()).settle(any(), any());
        assertThat(published())
                .extracting(OutgoingMessage::routingKey)
                .containsExactly("shipping_dlq", "order.failed.shipping");
    }

    @Test
    void callsNobodyForAParcelThatLeft() {
        when(shipping.intend(any())).thenReturn(Shipment.concluded(orderId, Outcome.of(prepared, shipped)));

        ship();

        called(0, 0);
        verify(shipping, never()).settle(any(), any());
        assertThat(published()).containsExactly(prepared, shipped);
    }

    @Test
    void asksBeforeItBooksAgainWhenTheCarrierFailed() throws Exception {
        when(shipping.intend(any())).thenReturn(open(false, true), open(true, true));
        answers("ask-carrier-call", 200, BOOKED);
        end("book-carrier-call").whenAnyExchangeReceived(broken -> {
            throw new HttpOperationFailedException("http://carrier.test/shipments", 500, "", null, Map.of(), "");
        });

        Exchange done = ship();

        assertThat(done.getException()).isNull();
        called(1, 1);
        verify(shipping, times(2)).intend(any());
        assertThat(published()).containsExactly(prepared, shipped);
    }

    private Exchange ship() {
        return deliver("shipping-ship", Incoming.event("shipping_queue", "order.payment_success", orderId));
    }

    private Shipment open(boolean inDoubt, boolean mayCall) {
        return new Shipment(
                orderId,
                "shipment-" + orderId,
                1,
                new OrderRequest.ShipTo("Ada", List.of("1 High St"), "Leeds", "LS1", "GB"),
                List.of(new OrderLine(1, "85123A", 6, new BigDecimal("2.55"), "other")),
                null,
                inDoubt,
                mayCall,
                null);
    }

    private void called(int asked, int booked) {
        assertThat(end("ask-carrier-call").getReceivedCounter()).as("asked").isEqualTo(asked);
        assertThat(end("book-carrier-call").getReceivedCounter()).as("booked").isEqualTo(booked);
    }

    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text);
    }
}
