package org.orderway.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import org.orderway.messages.Event;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({"inventory-reserve", "inventory-restock"})
class InventoryRouteTest extends RouteTest {

    @Test
    void reservesACreatedOrderAndPublishesWhatWasRecorded() {
        OutgoingMessage checked = message("order.inventory_checked");
        when(inventory.reserve(any())).thenReturn(Outcome.of(checked));

        Exchange done = deliver("inventory-reserve", Incoming.event("inventory_queue", "order.created", orderId));

        assertThat(done.getException()).isNull();
        ArgumentCaptor<Event> event = ArgumentCaptor.forClass(Event.class);
        verify(inventory, times(1)).reserve(event.capture());
        assertThat(event.getValue().orderId()).isEqualTo(orderId);
        assertThat(event.getValue().type()).isEqualTo("order.created");
        verify(inventory, never()).restock(any());
        assertThat(published()).containsExactly(checked);
    }

    @Test
    void publishesNothingForAnOrderThatHadEndedByThen() {
        when(inventory.reserve(any())).thenReturn(Outcome.VOID);

        Exchange done = deliver("inventory-reserve", Incoming.event("inventory_queue", "order.created", orderId));

        assertThat(done.getException()).isNull();
        assertThat(published()).isEmpty();
    }

    @Test
    void givesBackWhatAFailedOrderHeld() {
        when(inventory.restock(any())).thenReturn(Outcome.SILENT);

        Exchange done = deliver("inventory-restock", Incoming.event("restock_queue", "order.failed", orderId));

        assertThat(done.getException()).isNull();
        verify(inventory, times(1)).restock(any());
        verify(inventory, never()).reserve(any());
        assertThat(published()).isEmpty();
    }
}
