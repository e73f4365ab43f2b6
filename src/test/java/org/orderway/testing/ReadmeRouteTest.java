package org.orderway.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.when;

import org.junit.jupiter.api.Test;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;

@Covers("inventory-reserve")
class ReadmeRouteTest extends RouteTest {

    @Test
    void aCreatedOrderIsReserved() {
        OutgoingMessage reserved = message("order.inventory_checked");
        when(inventory.reserve(any())).thenReturn(Outcome.of(reserved));

        deliver("inventory-reserve", Incoming.event("inventory_queue", "order.created", orderId));

        assertThat(published()).containsExactly(reserved);
    }
}
