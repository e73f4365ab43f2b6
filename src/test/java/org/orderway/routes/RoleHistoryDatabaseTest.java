package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.orderway.orders.Decision;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

class RoleHistoryDatabaseTest extends DatabaseTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    @Autowired
    private RoleHistory history;

    @Test
    void whoSwitchedARoleIsKnownBeforeItIsDoneAndWhatCameOfItAfter() {
        long stop = history.begin("4711@leeds", "shipping", "stop", new Decision("Ada", "the carrier moves"), NOON);
        history.end(stop, "done");
        history.begin("4712@leeds", "payment", "start", new Decision("Bob", "a sale"), NOON.plusSeconds(5));

        assertThat(changes(Map.of())).hasSize(2);
        assertThat(changes(Map.of()).get(1))
                .containsEntry("instance", "4711@leeds")
                .containsEntry("role", "shipping")
                .containsEntry("action", "stop")
                .containsEntry("by", "Ada")
                .containsEntry("reason", "the carrier moves")
                .containsEntry("at", "2026-11-20T12:00:00Z")
                .containsEntry("outcome", "done");
        assertThat(changes(Map.of("limit", 1L))).singleElement().satisfies(latest -> assertThat(latest)
                .containsEntry("instance", "4712@leeds")
                .containsEntry("outcome", null));
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> changes(Map<String, Object> parameters) {
        return (List<Map<String, Object>>) history.list(parameters).get("changes");
    }
}
