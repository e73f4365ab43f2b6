package org.orderway.finance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.UnknownOrder;
import org.orderway.testing.Covers;
import org.orderway.testing.EventBodies;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers("finance-book")
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
