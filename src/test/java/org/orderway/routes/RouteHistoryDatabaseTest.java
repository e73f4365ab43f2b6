package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

class RouteHistoryDatabaseTest extends DatabaseTest {

    private static final Map<String, String> FIRST = Map.of("a.camel.yaml", "# A\n", "b.camel.yaml", "# B\n");
    private static final Map<String, String> SECOND = Map.of("a.camel.yaml", "# A2\n", "b.camel.yaml", "# B\n");

    @Autowired
    private RouteHistory history;

    @Test
    void everyVersionIsKeptWithItsFilesAndWhoMadeIt() {
        history.record(change("v1", null, "start", FIRST));
        history.record(change("v2", "v1", "edit", SECOND));
        history.record(change("v1", "v2", "rollback", FIRST));

        assertThat(history.texts("v1")).isEqualTo(FIRST);
        assertThat(history.texts("v2")).isEqualTo(SECOND);
        assertThat(changes()).extracting(change -> change.get("version")).containsExactly("v1", "v2", "v1");
        assertThat(changes().get(1))
                .containsEntry("kind", "edit")
                .containsEntry("previous", "v1")
                .containsEntry("by", "Ada")
                .containsEntry("reason", "a better way")
                .containsEntry("diff", "-# A\n+# A2\n")
                .containsEntry("shadow", "Shadow run: 1 order would go the same way");
        assertThat(changes().get(0)).containsEntry("shadow", null);
        assertThat(jdbc.sql("select count(*) from route_texts")
                        .query(Long.class)
                        .single())
                .as("a text is kept once")
                .isEqualTo(3);
    }

    @Test
    void aStartWithTheVersionOfBeforeIsNoChange() {
        history.record(change("v1", null, "start", FIRST));
        history.record(change("v1", null, "start", FIRST));
        history.record(change("v2", null, "start", SECOND));

        assertThat(changes()).extracting(change -> change.get("version")).containsExactly("v2", "v1");
    }

    @Test
    void whatNeverWasIsNotThere() {
        assertThatThrownBy(() -> history.texts("v9")).isInstanceOf(UnknownVersion.class);
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> changes() {
        return (List<Map<String, Object>>) history.list(Map.of()).get("changes");
    }

    private static RouteHistory.Change change(String version, String previous, String kind, Map<String, String> texts) {
        return new RouteHistory.Change(
                version,
                previous,
                kind,
                "Ada",
                "a better way",
                Instant.parse("2026-11-20T10:00:00Z"),
                texts,
                "-# A\n+# A2\n",
                kind.equals("edit") ? "Shadow run: 1 order would go the same way" : null);
    }
}
