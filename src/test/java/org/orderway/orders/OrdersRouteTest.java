package org.orderway.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.messages.Outbox;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;
import org.springframework.dao.DataAccessResourceFailureException;

@Covers({
    "orders-place",
    "orders-read",
    "orders-list",
    "admit-order",
    "read-order",
    "check-lines",
    "accept-order",
    "hand-to-outbox",
    "answer-json"
})
class OrdersRouteTest extends RouteTest {

    private static final String ORDER =
            """
            {"number": "S-1", "priority": false, "currency": "GBP",
             "customer": {"id": "c-1", "name": "Ada", "email": "ada@example.org"},
             "shipTo": {"name": "Ada", "lines": ["1 High St"], "city": "Leeds", "postcode": "LS1", "country": "GB"},
             "payment": {"method": "prepaid", "token": "tok_ok"},
             "lines": [{"sku": "A", "quantity": 2, "unitPrice": "2.50"}, {"sku": "B", "quantity": 1}]}
            """;

    private Outbox.Entry entry;

    @BeforeEach
    void aCatalogueAndRoomForAnOrder() {
        entry = new Outbox.Entry(7, message("order.placed"));
        when(products.of(any())).thenReturn(List.of(new Article("B", "lamps", new BigDecimal("3.40"), "GBP")));
        when(intake.accept(any(), any(), any(), any())).thenReturn(new Intake.Acceptance(orderId, "S-1", false, entry));
    }

    @Test
    void acceptsAnOrderAndHandsItsFirstMessageOn() throws Exception {
        Exchange answer = place(ORDER, Map.of("Idempotency-Key", "k-1", "Authorization", "Bearer"));

        assertThat(status(answer)).isEqualTo(202);
        assertThat(answer.getMessage().getHeader("Location")).isEqualTo("/orders/" + orderId);
        assertThat(answer.getMessage().getHeaders()).doesNotContainKeys("Authorization", "Idempotency-Key");
        assertThat(json(answer))
                .isEqualTo(new ObjectMapper()
                        .readTree("{\"id\": \"" + orderId + "\", \"number\": \"S-1\", \"status\": \"RECEIVED\"}"));
        verify(intake, times(1))
                .accept(
                        argThat(request -> request.number().equals("S-1")),
                        eq(List.of(
                                new OrderLine(1, "A", 2, new BigDecimal("2.5"), "other"),
                                new OrderLine(2, "B", 1, new BigDecimal("3.40"), "lamps"))),
                        eq("normal"),
                        eq("k-1"));
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isEqualTo(1);
        assertThat(end("hand-to-outbox-publish")
                        .getExchanges()
                        .get(0)
                        .getMessage()
                        .getBody())
                .isSameAs(entry);
        verifyNoInteractions(publisher);
    }

    @Test
    void sendsAPriorityOrderIntoThePriorityLane() throws Exception {
        place(ORDER.replace("\"priority\": false", "\"priority\": true"), Map.of());

        verify(intake, times(1)).accept(any(), any(), eq("priority"), any());
        verify(intake, never()).accept(any(), any(), eq("normal"), any());
    }

    @Test
    void answersARepeatedOrderTheSameAndPublishesNothing() throws Exception {
        when(intake.accept(any(), any(), any(), any())).thenReturn(new Intake.Acceptance(orderId, "S-1", true, null));

        Exchange answer = place(ORDER, Map.of("Idempotency-Key", "k-1"));

        assertThat(status(answer)).isEqualTo(202);
        assertThat(json(answer).get("id").asText()).isEqualTo(orderId.toString());
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    @Test
    void turnsOrdersAwayWhileTooManyMessagesWait() throws Exception {
        when(outbox.isFull()).thenReturn(true);

        Exchange answer = place(ORDER, Map.of());

        assertThat(status(answer)).isEqualTo(503);
        assertThat(answer.getMessage().getHeader("Retry-After")).isEqualTo("10");
        verifyNoInteractions(intake);
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    @Test
    void namesEveryMistakeOfEveryLineAndAcceptsNothing() throws Exception {
        when(products.of(any()))
                .thenReturn(List.of(
                        new Article("A", "x", BigDecimal.ONE, "EUR"), new Article("B", "x", BigDecimal.ONE, "EUR")));

        Exchange answer = place(ORDER.replace(", \"unitPrice\": \"2.50\"", ""), Map.of());

        assertThat(status(answer)).isEqualTo(400);
        assertThat(json(answer).get("errors").findValuesAsText("pointer"))
                .containsExactly("/lines/0/unitPrice", "/lines/1/unitPrice");
        verifyNoInteractions(intake);
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    @Test
    void refusesAnOrderThatIsNotAsTheContractSays() throws Exception {
        Exchange answer = place("{\"id\": 1}", Map.of());

        assertThat(status(answer)).isEqualTo(400);
        verifyNoInteractions(intake, products);
    }

    @Test
    void tellsConflictFromReuseFromOutage() throws Exception {
        when(intake.accept(any(), any(), any(), any()))
                .thenThrow(new NumberTaken("S-1"), new KeyTaken(), new DataAccessResourceFailureException("secret"));

        assertThat(status(place(ORDER, Map.of()))).isEqualTo(409);
        assertThat(status(place(ORDER, Map.of()))).isEqualTo(422);
        Exchange outage = place(ORDER, Map.of());
        assertThat(status(outage)).isEqualTo(503);
        assertThat(outage.getMessage().getBody(String.class)).doesNotContain("secret");
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    @Test
    void showsAnOrder() throws Exception {
        when(orderView.read(orderId.toString())).thenReturn(Map.of("id", orderId));

        Exchange answer = call("readOrder", null, Map.of("id", orderId.toString(), "Cookie", "secret"));

        assertThat(json(answer).get("id").asText()).isEqualTo(orderId.toString());
        assertThat(answer.getMessage().getHeaders()).containsOnly(Map.entry(Exchange.CONTENT_TYPE, "application/json"));
        verify(orderView, times(1)).read(any());
    }

    @Test
    void saysThatAnOrderIsNotThere() {
        when(orderView.read(any())).thenThrow(new UnknownOrder(orderId));

        Exchange answer = call("readOrder", null, Map.of("id", orderId.toString()));

        assertThat(status(answer)).isEqualTo(404);
        assertThat(answer.getMessage().getBody(String.class)).contains("There is no order " + orderId);
    }

    @Test
    void listsOrdersByTheContractsParameters() throws Exception {
        when(orderView.list(any())).thenReturn(Map.of("orders", List.of()));

        Exchange answer = call("listOrders", null, Map.of("status", "PAID", "limit", "7", "Host", "x"));

        assertThat(json(answer).get("orders")).isEmpty();
        verify(orderView, times(1)).list(Map.of("status", "PAID", "limit", 7L));
        assertThat(status(call("listOrders", null, Map.of("limit", "0")))).isEqualTo(400);
        verify(orderView, times(1)).list(any());
    }

    private Exchange place(String order, Map<String, Object> headers) {
        return call("placeOrder", new ByteArrayInputStream(order.getBytes(StandardCharsets.UTF_8)), headers);
    }

    private static Integer status(Exchange answer) {
        return answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }

    private static JsonNode json(Exchange answer) throws Exception {
        return new ObjectMapper().readTree(answer.getMessage().getBody(String.class));
    }
}
