package org.orderway.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doNothing;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.broker.PublishFailures;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;

@Covers({"outbox-publish", "outbox-sweep", "publish-entry"})
class OutboxRouteTest extends RouteTest {

    private Outbox.Entry first;
    private Outbox.Entry second;
    private Outbox.Entry third;

    @BeforeEach
    void threeRows() {
        first = new Outbox.Entry(1, message("order.placed"));
        second = new Outbox.Entry(2, message("order.created"));
        third = new Outbox.Entry(3, message("order.shipped"));
    }

    @Test
    void letsARowGoOnceTheBrokerHasItsMessage() {
        Exchange done = call("outbox-publish", first, Map.of());

        assertThat(done.getException()).isNull();
        var inOrder = inOrder(publisher, outbox);
        inOrder.verify(publisher, times(1)).publish(first.message());
        inOrder.verify(outbox, times(1)).confirmed(first);
    }

    @Test
    void keepsARowWhoseMessageWasNotConfirmed() {
        doThrow(PublishFailures.unreachable(first.message())).when(publisher).publish(any(OutgoingMessage.class));

        Exchange done = call("outbox-publish", first, Map.of());

        assertThat(done.getException()).as("left to the sweeper").isNull();
        verify(publisher, times(1)).publish(first.message());
        verify(outbox, never()).confirmed(any());
    }

    @Test
    void sweepsWhatIsOverdueOldestFirst() {
        when(outbox.takeOverdue()).thenReturn(List.of(first, second, third));

        Exchange done = call("outbox-sweep", null, Map.of());

        assertThat(done.getException()).isNull();
        verify(outbox, times(1)).measure();
        assertThat(published()).containsExactly(first.message(), second.message(), third.message());
        verify(outbox, times(3)).confirmed(any());
    }

    @Test
    void aMessageTheBrokerRefusesHoldsUpNoneBehindIt() {
        when(outbox.takeOverdue()).thenReturn(List.of(first, second, third));
        doNothing()
                .doThrow(PublishFailures.unreachable(second.message()))
                .doNothing()
                .when(publisher)
                .publish(any(OutgoingMessage.class));

        Exchange done = call("outbox-sweep", null, Map.of());

        assertThat(done.getException()).isNull();
        assertThat(published()).containsExactly(first.message(), second.message(), third.message());
        verify(outbox, times(1)).confirmed(first);
        verify(outbox, never()).confirmed(second);
        verify(outbox, times(1)).confirmed(third);
    }

    @Test
    void measuresTheBacklogEvenWhenNothingIsOverdue() {
        when(outbox.takeOverdue()).thenReturn(List.of());

        call("outbox-sweep", null, Map.of());

        verify(outbox, times(1)).measure();
        assertThat(published()).isEmpty();
    }
}
