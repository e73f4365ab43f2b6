package org.orderway.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.orderway.messages.Outbox;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;

@Covers("back-orders-fill")
class BackOrdersRouteTest extends RouteTest {

    private final UUID other = UUID.fromString("0193a5c0-0000-7000-8000-000000000002");

    @Test
    void tellsWhichOrdersGotTheirGoodsAndWhichWaitedTooLong() {
        Outbox.Entry filled = new Outbox.Entry(1, message("order.backorder_filled"));
        Outbox.Entry cancelled = new Outbox.Entry(2, message("order.line_cancelled"));
        when(backOrders.fillable()).thenReturn(List.of(orderId, other));
        when(backOrders.fill(orderId)).thenReturn(List.of(filled));
        when(backOrders.fill(other)).thenReturn(List.of());
        when(backOrders.lapsed()).thenReturn(List.of(other));
        when(backOrders.giveUp(other)).thenReturn(List.of(cancelled));

        call("back-orders-fill", null, Map.of());

        assertThat(end("hand-to-outbox-publish").getExchanges())
                .extracting(e -> e.getMessage().getBody())
                .containsExactly(filled, cancelled);
        verify(backOrders, never()).giveUp(orderId);
    }

    @Test
    void anOrderThatCannotBeFilledLeavesTheOthersTheirTurnAtTheNextLook() {
        when(backOrders.fillable()).thenThrow(new IllegalStateException("the database is away"));

        call("back-orders-fill", null, Map.of());

        verify(backOrders, never()).lapsed();
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }
}
