package org.orderway.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.orderway.messages.Outbox;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;

@Covers("inventory-expire")
class ExpiryRouteTest extends RouteTest {

    @Test
    void whatIsCancelledBecauseNobodyPaidIsHandedToTheOutbox() {
        Outbox.Entry entry = new Outbox.Entry(7, message("order.cancelled"));
        when(expiry.expire()).thenReturn(List.of(entry)).thenThrow(new IllegalStateException("database away"));

        call("inventory-expire", null, Map.of());
        call("inventory-expire", null, Map.of());

        assertThat(end("hand-to-outbox-publish").getExchanges())
                .extracting(exchange -> exchange.getMessage().getBody())
                .containsExactly(entry);
    }
}
