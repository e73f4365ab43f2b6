package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.contains;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.ServiceStatus;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.Test;
import org.orderway.orders.Decision;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;
import org.orderway.testing.Shop;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

/** The doors by which a role is switched while it runs: that of fraud, which has a queue and two timers. */
@Covers({"roles-tell", "roles-history", "roles-stop", "roles-start"})
class RolesRouteTest extends RouteTest {

    private static final byte[] DECISION = "{\"by\": \"Ada\", \"reason\": \"a journey\"}".getBytes();
    private static final Map<String, Object> FRAUD = Map.of("role", "fraud");
    private static final List<String> ROUTES = List.of("fraud-learn", "fraud-measure", "fraud-tell");

    @Test
    void aRoleRestsWhenItIsStoppedAndWorksWhenItIsStarted() throws Exception {
        when(roleHistory.begin(any(), eq("fraud"), eq("stop"), eq(new Decision("Ada", "a journey")), any()))
                .thenReturn(7L);
        try {
            JsonNode stopped = json(call("stopRole", DECISION, FRAUD), 200);

            assertThat(stopped.path("atWork").asBoolean()).isFalse();
            assertThat(stopped.path("switched").path("by").asText()).isEqualTo("Ada");
            assertThat(stopped.path("routes").findValuesAsText("id")).isEqualTo(ROUTES);
            assertThat(statuses()).containsOnly(ServiceStatus.Stopped);
            assertThat(healthOf("fraud-learn")).isNotEmpty().containsOnly(HealthCheck.State.UP);
            verify(roleHistory).end(7L, "done");
            assertThat(told("fraud").path("atWork").asBoolean()).isFalse();
            json(call("stopRole", DECISION, FRAUD), 200);
            assertThat(statuses()).as("once more").containsOnly(ServiceStatus.Stopped);
            assertThat(told("payment").path("atWork").asBoolean()).isTrue();
            assertThat(camel.getRouteController().getRouteStatus("payment-charge"))
                    .isEqualTo(ServiceStatus.Started);
        } finally {
            JsonNode started = json(call("startRole", DECISION, FRAUD), 200);

            assertThat(started.path("atWork").asBoolean()).isTrue();
        }
        assertThat(statuses()).containsOnly(ServiceStatus.Started);
        deliver("fraud-measure", Incoming.raw("none", "none", ""));
        verify(fraud).measure();
    }

    @Test
    void aRoleThatDoesNotBecomeQuietIsAsItWasAndTheAnswerSaysWhoHasSomethingInHand() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        doAnswer(held -> {
                    begun.countDown();
                    return goOn.await(20, TimeUnit.SECONDS);
                })
                .when(fraud)
                .measure();
        CompletableFuture<Exchange> inHand =
                CompletableFuture.supplyAsync(() -> deliver("fraud-measure", Incoming.raw("none", "none", "")));
        begun.await(10, TimeUnit.SECONDS);

        try {
            JsonNode refused = json(call("stopRole", DECISION, FRAUD), 409);

            assertThat(refused.path("detail").asText())
                    .contains("The role fraud is as it was", "`fraud-measure` still had 1 messages in hand");
            verify(roleHistory).end(anyLong(), contains("`fraud-measure` still had 1"));
            assertThat(told("fraud").path("atWork").asBoolean()).isTrue();
            assertThat(statuses()).containsOnly(ServiceStatus.Started);
            assertThat(ROUTES).allSatisfy(id -> assertThat(
                            ServiceHelper.isStarted(camel.getRoute(id).getConsumer()))
                    .isTrue());
        } finally {
            goOn.countDown();
        }
        assertThat(inHand.get(10, TimeUnit.SECONDS).getException()).isNull();
        await().until(() -> camel.getInflightRepository().size("fraud-measure") == 0);
    }

    @Test
    void whatCannotBeRecordedIsNotDone() {
        when(roleHistory.begin(any(), any(), any(), any(), any()))
                .thenThrow(new CannotGetJdbcConnectionException("it is away"));

        json(call("stopRole", DECISION, FRAUD), 503);

        assertThat(statuses()).containsOnly(ServiceStatus.Started);
    }

    @Test
    void thereIsNoSuchRole() {
        assertThat(json(call("stopRole", DECISION, Map.of("role", "shiping")), 404)
                        .path("detail")
                        .asText())
                .contains("There is no role shiping");
        json(call("startRole", DECISION, Map.of("role", "shiping")), 404);
        verify(roleHistory, never()).begin(any(), any(), any(), any(), any());
    }

    @Test
    void whoeverSwitchesARoleSaysWhoAndWhy() {
        json(call("stopRole", "{}".getBytes(), FRAUD), 400);
        json(call("startRole", "{}".getBytes(), FRAUD), 400);

        assertThat(statuses()).containsOnly(ServiceStatus.Started);
    }

    @Test
    void tellsWhoSwitchedRoles() {
        when(roleHistory.list(Map.of("limit", 3L))).thenReturn(Map.of("changes", List.of(Map.of("role", "fraud"))));

        assertThat(json(call("listRoleChanges", null, Map.of("limit", "3")), 200)
                        .path("changes")
                        .findValuesAsText("role"))
                .containsExactly("fraud");
    }

    private JsonNode told(String role) {
        for (JsonNode known : json(call("readRoles", null, Map.of()), 200).path("roles")) {
            if (known.path("role").asText().equals(role)) {
                return known;
            }
        }
        throw new AssertionError("no role " + role);
    }

    private List<ServiceStatus> statuses() {
        return ROUTES.stream().map(camel.getRouteController()::getRouteStatus).toList();
    }

    private List<HealthCheck.State> healthOf(String route) {
        return HealthCheckHelper.invoke(camel, "full").stream()
                .filter(result -> route.equals(result.getDetails().get("route.id")))
                .map(HealthCheck.Result::getState)
                .toList();
    }

    private static JsonNode json(Exchange answer, int status) {
        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class))
                .isEqualTo(status);
        return Shop.json(answer.getMessage().getBody(String.class));
    }
}
