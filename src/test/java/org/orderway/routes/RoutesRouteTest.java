package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;
import org.orderway.testing.Shop;

/** The doors by which routes are looked at and changed. Here nothing is edited: saved is what runs. */
@Covers({"routes-tell", "routes-history", "routes-check", "routes-apply", "routes-roll-back"})
class RoutesRouteTest extends RouteTest {

    private static final byte[] DECISION = "{\"by\": \"Ada\", \"reason\": \"a better way\"}".getBytes();

    @Test
    void tellsWhichVersionIsAtWork() {
        JsonNode report = json(call("readRoutes", null, Map.of()));

        assertThat(report.path("version").asText()).matches("[0-9a-f]{12}");
        assertThat(report.path("files").findValuesAsText("file")).contains("routes-yaml/inventory.camel.yaml");
        assertThat(report.path("files").findValuesAsText("state")).containsOnly("running");
    }

    @Test
    void findsNothingToTakeOverWhereNothingWasEdited() {
        JsonNode checked = json(call("checkRoutes", null, Map.of()));
        JsonNode applied = json(call("applyRoutes", DECISION, Map.of()));

        assertThat(checked.path("ok").asBoolean()).isTrue();
        assertThat(applied.path("says").asText()).isEqualTo("Nothing changed.");
        assertThat(applied.path("version")).isEqualTo(checked.path("version"));
    }

    @Test
    void whoeverChangesRoutesSaysWhoAndWhy() {
        Exchange answer = call("applyRoutes", "{}".getBytes(), Map.of());

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(400);
    }

    @Test
    void tellsTheHistory() {
        when(routeHistory.list(any())).thenReturn(Map.of("changes", List.of()));

        assertThat(json(call("listRouteChanges", null, Map.of())).path("changes"))
                .isEmpty();
    }

    @Test
    void doesNotRollBackToWhatNeverWas() {
        when(routeHistory.texts("0123456789ab")).thenThrow(new UnknownVersion("0123456789ab"));

        Exchange answer = call("rollBackRoutes", DECISION, Map.of("version", "0123456789ab"));

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(404);
    }

    private static JsonNode json(Exchange answer) {
        return Shop.json(answer.getMessage().getBody(String.class));
    }
}
