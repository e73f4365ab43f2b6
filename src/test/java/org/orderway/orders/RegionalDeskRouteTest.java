package org.orderway.orders;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@Covers("regional-desk-see")
@ExtendWith(OutputCaptureExtension.class)
class RegionalDeskRouteTest extends RouteTest {

    @Test
    void seesAnOrderAndTellsNothingOfItButItsId(CapturedOutput output) {
        Exchange done = deliver("regional-desk-see", Incoming.event("india_desk_queue", "order.placed", orderId));

        assertThat(done.getException()).isNull();
        assertThat(output.getOut()).contains("An order for India: " + orderId).doesNotContain("536365");
        assertThat(published()).isEmpty();
    }
}
