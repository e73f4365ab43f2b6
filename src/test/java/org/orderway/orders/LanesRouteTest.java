package org.orderway.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;
import org.springframework.dao.CannotAcquireLockException;

@Covers({"orders-process-normal", "orders-process-priority", "create-order", "accept-delivered-order"})
class LanesRouteTest extends RouteTest {

    private static final String FLAT =
            "{\"id\": 1, \"product\": \"Laptop\", \"quantity\": 1, \"price\": 999.99, \"priority\": false}";

    @ParameterizedTest
    @CsvSource({"orders-process-normal, order_queue", "orders-process-priority, priority_order_queue"})
    void setsAnAcceptedOrderGoing(String route, String queue) {
        OutgoingMessage created = message("order.created");
        OutgoingMessage counted = message("order.analytics.created");
        when(orderProcessing.create(orderId)).thenReturn(Outcome.of(created, counted));

        Exchange done = deliver(route, Incoming.event(queue, "order.placed", orderId));

        assertThat(done.getException()).isNull();
        verify(orderProcessing, times(1)).create(any());
        verify(intake, never()).acceptDelivered(any(), any(), any(), any());
        assertThat(published()).containsExactly(created, counted);
    }

    @ParameterizedTest
    @CsvSource({"orders-process-normal, order_queue, normal", "orders-process-priority, priority_order_queue, priority"
    })
    void acceptsAnOrderThatCameStraightOverTheExchangeInItsLane(String route, String queue, String lane) {
        UUID theirs = UUID.randomUUID();
        OutgoingMessage created = message("order.created");
        when(products.of(any())).thenReturn(List.of());
        when(intake.acceptDelivered(any(), any(), any(), any()))
                .thenReturn(new Intake.Acceptance(theirs, "1", false, null));
        when(orderProcessing.create(theirs)).thenReturn(Outcome.of(created));

        Exchange done = deliver(route, Incoming.raw(queue, "order.normal.in", FLAT));

        assertThat(done.getException()).isNull();
        verify(intake, times(1))
                .acceptDelivered(
                        argThat(request -> request.number().equals("1")
                                && request.lines().get(0).sku().equals("Laptop")),
                        any(),
                        eq(lane),
                        eq("message-1"));
        verify(intake, never()).accept(any(), any(), any(), any());
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
        assertThat(published()).containsExactly(created);
    }

    @Test
    void knowsARepeatedForeignMessageByItsContent() {
        when(products.of(any())).thenReturn(List.of());
        when(intake.acceptDelivered(any(), any(), any(), any()))
                .thenReturn(new Intake.Acceptance(orderId, "1", false, null));
        when(orderProcessing.create(orderId)).thenReturn(Outcome.SILENT);
        var seen = org.mockito.ArgumentCaptor.forClass(String.class);

        for (int delivery = 0; delivery < 2; delivery++) {
            deliver(
                    "orders-process-normal",
                    Incoming.raw("order_queue", null, FLAT)
                            .without(SpringRabbitMQConstants.TYPE)
                            .without(SpringRabbitMQConstants.MESSAGE_ID)
                            .with(SpringRabbitMQConstants.ROUTING_KEY, "order.normal.in"));
        }

        verify(intake, times(2)).acceptDelivered(any(), any(), any(), seen.capture());
        assertThat(seen.getAllValues().get(0))
                .isNotBlank()
                .isEqualTo(seen.getAllValues().get(1));
    }

    @Test
    void parksAForeignOrderThatIsNoOrderAtOnce() {
        Exchange done =
                deliver("orders-process-normal", Incoming.raw("order_queue", "order.normal.in", "{\"hello\": 1}"));

        assertThat(done.getException()).isNull();
        verify(intake, never()).acceptDelivered(any(), any(), any(), any());
        verify(orderProcessing, never()).create(any());
        assertThat(published())
                .extracting(OutgoingMessage::routingKey)
                .containsExactly("order_dlq", "order.failed.order");
    }

    @Test
    void retriesAnOrderThatTheDatabaseCouldNotTake() {
        when(orderProcessing.create(any())).thenThrow(new CannotAcquireLockException("taken"));

        Exchange done = deliver("orders-process-normal", Incoming.event("order_queue", "order.placed", orderId));

        assertThat(done.getException()).isNull();
        verify(orderProcessing, times(3)).create(orderId);
        assertThat(published()).singleElement().satisfies(retry -> {
            assertThat(retry.routingKey()).isEqualTo("order_retry_5s_queue");
            assertThat(retry.type()).isEqualTo("order.placed");
            assertThat(retry.headers()).containsEntry("failure-route", "orders-process-normal");
        });
    }
}
