package org.orderway.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Outbox;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;
import org.springframework.dao.DataAccessResourceFailureException;

@Covers({"promises-promote", "promises-delay", "normal-lane-hold-back"})
class PromisesRouteTest extends RouteTest {

    @Test
    void handsWhatWasMovedToTheOutbox() {
        when(promises.promote())
                .thenReturn(List.of(
                        new Outbox.Entry(1, message("order.placed")), new Outbox.Entry(2, message("order.placed"))));

        call("promises-promote", null, Map.of());

        assertThat(end("hand-to-outbox-publish").getReceivedExchanges())
                .extracting(exchange ->
                        exchange.getMessage().getBody(Outbox.Entry.class).row())
                .containsExactly(1L, 2L);
    }

    @Test
    void handsWhatIsLateToTheOutbox() {
        when(promises.delayed()).thenReturn(List.of(new Outbox.Entry(3, message("order.delayed"))));

        call("promises-delay", null, Map.of());

        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void holdsTheNormalLaneBackAndNoOther(boolean isFull) {
        when(normalLane.isFull()).thenReturn(isFull);

        Exchange done = call("normal-lane-hold-back", null, Map.of());

        assertThat(done.getException()).isNull();
        verify(consumers, times(1)).holdBack("order_queue", isFull);
    }

    @Test
    void leavesTheLaneAsItIsWhileTheDatabaseIsAway() {
        when(normalLane.isFull()).thenThrow(new DataAccessResourceFailureException("away"));

        Exchange done = call("normal-lane-hold-back", null, Map.of());

        assertThat(done.getException()).isNull();
        verify(consumers, never()).holdBack("order_queue", true);
        verify(consumers, never()).holdBack("order_queue", false);
    }
}
