package org.orderway.notification;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@Covers("chat-tell")
@ExtendWith(OutputCaptureExtension.class)
class ChatRouteTest extends RouteTest {

    @Test
    void theStubSaysThatItIsOneAndSendsNothing(CapturedOutput output) {
        Exchange done = deliver("chat-tell", Incoming.event("chat_queue", "order.shipped", orderId));

        assertThat(done.getException()).isNull();
        assertThat(output.getOut())
                .contains("A stub would tell the chat order.shipped of order " + orderId)
                .doesNotContain("536365", "OW1GB");
        assertThat(published()).isEmpty();
    }
}
