package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;

@Covers({"management-poll", "ask-management", "call-management"})
class ManagementRouteTest extends RouteTest {

    @Test
    void asksTheManagementApiForQueuesAndNodes() throws Exception {
        when(queueFigures.isAskedOverHttp()).thenReturn(true);
        when(queueFigures.addressOfQueues()).thenReturn("http://rabbit:15672/api/queues/%2F");
        when(queueFigures.addressOfNodes()).thenReturn("http://rabbit:15672/api/nodes");
        end("call-management-call").whenAnyExchangeReceived(call -> call.getMessage()
                .setBody(call.getMessage().getHeader(Exchange.HTTP_URI, String.class)));

        call("management-poll", null, Map.of());

        verify(queueFigures)
                .answered(
                        eq("http://rabbit:15672/api/queues/%2F".getBytes(StandardCharsets.UTF_8)),
                        eq("http://rabbit:15672/api/nodes".getBytes(StandardCharsets.UTF_8)));
        verify(queueFigures, never()).look();
        assertThat(end("call-management-call").getReceivedExchanges())
                .extracting(asked -> asked.getMessage().getHeader(Exchange.HTTP_METHOD))
                .isEqualTo(List.of("GET", "GET"));
    }

    @Test
    void looksAtWhatIsAtHandWhereThereIsNoManagementApi() throws Exception {
        call("management-poll", null, Map.of());

        verify(queueFigures).look();
        verify(queueFigures, never()).answered(any(), any());
        end("call-management-call").expectedMessageCount(0);
        end("call-management-call").assertIsSatisfied();
    }

    @Test
    void goesByOldFiguresAndAsksLessOftenWhileTheApiIsAway() {
        when(queueFigures.isAskedOverHttp()).thenReturn(true);
        when(queueFigures.addressOfQueues()).thenReturn("http://rabbit:15672/api/queues/%2F");
        end("call-management-call").whenAnyExchangeReceived(call -> {
            throw new ConnectException("Connection refused");
        });

        Exchange poll = call("management-poll", null, Map.of());

        verify(queueFigures).silent(eq("ConnectException"));
        // The scheduler takes this for a look that found nothing, and waits longer until the next.
        assertThat(poll.getProperty(Exchange.SCHEDULER_POLLED_MESSAGES, Boolean.class))
                .isFalse();
        assertThat(poll.getException()).isNull();
    }
}
