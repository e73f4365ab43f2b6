package org.orderway.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import java.math.BigDecimal;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.orderway.messages.OutgoingMessage;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({"analytics-count", "analytics-report"})
class AnalyticsRouteTest extends RouteTest {

    @Test
    void logsTheCreationOfAnOrder() {
        deliver("analytics-count", Incoming.event("analytics_queue", "order.analytics.created", orderId));

        verify(analytics, times(1)).created(any());
        verify(analytics, never()).ended(any());
        assertThat(published()).isEmpty();
    }

    @Test
    void logsTheEndOfAnOrder() {
        deliver("analytics-count", Incoming.event("analytics_queue", "order.analytics.ended", orderId));

        verify(analytics, times(1)).ended(any());
        verify(analytics, never()).created(any());
        assertThat(published()).isEmpty();
    }

    @Test
    void countsNothingItDoesNotKnow() {
        deliver("analytics-count", Incoming.raw("analytics_queue", "order.analytics.guessed", "{}"));

        verifyNoInteractions(analytics);
        assertThat(published()).extracting(OutgoingMessage::routingKey).contains("analytics_dlq");
    }

    @Test
    void showsTheFigures() {
        when(analytics.report()).thenReturn(Map.of("revenue", new BigDecimal("1E+2")));

        Exchange answer = call("readOrdersReport", null, Map.of());

        assertThat(answer.getMessage().getBody(String.class)).isEqualTo("{\"revenue\":100}");
        verify(analytics, times(1)).report();
    }
}
