package org.orderway.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.orderway.messages.OutgoingMessage;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({"analytics-count", "analytics-report", "rebuilds-start", "rebuilds-read", "rebuilds-go-on"})
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
    void showsTheFiguresOfATime() {
        Map<String, Object> asked = Map.of("by", "hour", "from", "2026-11-20T10:00:00Z");
        when(analytics.report(asked)).thenReturn(Map.of("revenue", new BigDecimal("1E+2")));

        Exchange answer = call(
                "readOrdersReport",
                null,
                Map.of("by", "hour", "from", "2026-11-20T10:00:00Z", "Accept", "application/json", "Cookie", "mine"));

        assertThat(answer.getMessage().getBody(String.class)).isEqualTo("{\"revenue\":100}");
        verify(analytics, times(1)).report(asked);
    }

    @Test
    void writesTheFiguresAsATableForThoseWhoWantThat() {
        when(analytics.table(Map.of()))
                .thenReturn(List.of(List.of("time", "figure"), List.of("2026-11-20T10:00:00Z", "a \"b\", c")));

        Exchange answer = call("readOrdersReport", null, Map.of("Accept", "text/csv, */*", "Cookie", "mine"));

        assertThat(answer.getMessage().getBody(String.class))
                .isEqualTo("time,figure\r\n2026-11-20T10:00:00Z,\"a \"\"b\"\", c\"\r\n");
        assertThat(answer.getMessage().getHeader("Content-Type")).isEqualTo("text/csv; charset=utf-8");
        assertThat(answer.getMessage().getHeaders()).doesNotContainKey("Cookie");
        verify(analytics, never()).report(any());
    }

    @Test
    void refusesATimeThatMakesNoReport() {
        when(analytics.report(any())).thenThrow(new BadRange("from is not before to"));

        assertThat(status(call("readOrdersReport", null, Map.of()))).isEqualTo(422);
        assertThat(status(call("readOrdersReport", null, Map.of("by", "year")))).isEqualTo(400);
        assertThat(status(call("readOrdersReport", null, Map.of("from", "yesterday"))))
                .isEqualTo(400);
        verify(analytics, times(1)).report(any());
    }

    @Test
    void beginsToMakeTheFiguresAnewAndTellsHowFarItIs() {
        when(rebuild.start(any())).thenReturn(Map.of("id", 5));
        when(rebuild.read(5)).thenReturn(Map.of("read", 17));
        when(rebuild.read(6)).thenThrow(new UnknownRebuild(6));

        Exchange begun = call("startRebuild", bytes("{\"by\": \"Ada\", \"reason\": \"a test\"}"), Map.of());
        Exchange anonymous = call("startRebuild", bytes("{}"), Map.of());

        assertThat(status(begun)).isEqualTo(202);
        assertThat(begun.getMessage().getBody(String.class)).isEqualTo("{\"id\":5}");
        assertThat(status(anonymous)).isEqualTo(400);
        verify(rebuild, times(1))
                .start(argThat(request -> request.path("by").asText().equals("Ada")));
        assertThat(call("readRebuild", null, Map.of("id", "5")).getMessage().getBody(String.class))
                .isEqualTo("{\"read\":17}");
        assertThat(status(call("readRebuild", null, Map.of("id", "6")))).isEqualTo(404);
        when(rebuild.start(any())).thenThrow(new RebuildRunning());
        assertThat(status(call("startRebuild", bytes("{\"by\": \"Ada\", \"reason\": \"again\"}"), Map.of())))
                .isEqualTo(409);
    }

    @Test
    void goesOnBatchByBatchUntilNothingIsLeft() {
        when(rebuild.step()).thenReturn(true, true, false);

        deliver("rebuilds-go-on", Incoming.raw("none", "none", ""));

        verify(rebuild, times(3)).step();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int status(Exchange exchange) {
        return exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }
}
