package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.broker.Migration.Phase;
import org.orderway.broker.Migration.State;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;
import org.orderway.testing.Shop;

@Covers({"migration-begin", "migration-tell", "migration-step"})
class MigrationRouteTest extends RouteTest {

    private static final State BEGUN = new State("audit_queue", Phase.MOVING, "looks", Instant.EPOCH);

    @Test
    void beginsWithTheQueueThatIsNamedAndTellsHowFarItIs() {
        when(migration.begin(any())).thenReturn(BEGUN);
        when(migration.tell()).thenReturn(BEGUN);

        Exchange begun = ask("migrateQueue", "{\"queue\": \"audit_queue\"}");
        Exchange told = call("readMigration", null, Map.of());

        verify(migration)
                .begin(argThat(request -> request.path("queue").asText().equals("audit_queue")));
        for (Exchange answer : new Exchange[] {begun, told}) {
            assertThat(Shop.json(answer.getMessage().getBody(String.class))
                            .path("phase")
                            .asText())
                    .isEqualTo("MOVING");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"queue\": \"\"}", "{\"queue\": 7}", "{\"queue\": \"a\", \"force\": true}"})
    void beginsNothingWithoutAQueue(String request) {
        assertThat(ask("migrateQueue", request).getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE))
                .isEqualTo(400);
        verify(migration, never()).begin(any());
    }

    @Test
    void looksAtTheBrokerOnlyWhileThereIsAMigration() {
        when(queueFigures.isAskedOverHttp()).thenReturn(true);
        answers("call-management-call", 200, "[]");
        call("migration-step", null, Map.of());
        assertThat(end("call-management-call").getReceivedCounter()).isZero();

        when(migration.isUnderWay()).thenReturn(true);
        call("migration-step", null, Map.of());

        assertThat(end("call-management-call").getReceivedCounter()).isEqualTo(3);
        verify(migration).step(argThat(found -> found.queues().isEmpty()));
    }

    private Exchange ask(String door, String body) {
        return call(door, body.getBytes(StandardCharsets.UTF_8), Map.of());
    }
}
