package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.ConnectException;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;
import org.springframework.beans.factory.annotation.Autowired;

@Covers({"topology-plan", "look-at-broker", "ask-for-topology"})
class TopologyPlanRouteTest extends RouteTest {

    @Autowired
    private Topology topology;

    @Test
    void tellsWhatAStartWouldMakeOnAnEmptyBroker() throws Exception {
        when(queueFigures.isAskedOverHttp()).thenReturn(true);
        answers("call-management-call", 200, "[]");

        JsonNode plan = plan();

        assertThat(plan.path("compared").asBoolean()).isTrue();
        assertThat(plan.path("create").findValuesAsText("name")).containsAll(topology.allQueues());
        assertThat(plan.path("same").asInt()).isZero();
        assertThat(end("call-management-call").getReceivedExchanges())
                .extracting(asked -> asked.getMessage()
                        .getHeader(Exchange.HTTP_URI, String.class)
                        .replaceAll(".*/api/(\\w+)/.*", "$1"))
                .containsExactly("exchanges", "queues", "bindings");
    }

    @Test
    void tellsAQueueThatCouldNotBeDeclaredAsTheTableSays() throws Exception {
        when(queueFigures.isAskedOverHttp()).thenReturn(true);
        end("call-management-call").whenAnyExchangeReceived(call -> call.getMessage()
                .setBody(
                        call.getMessage()
                                        .getHeader(Exchange.HTTP_URI, String.class)
                                        .contains("/queues/")
                                ? "[{\"name\": \"inventory_queue\", \"durable\": true, \"auto_delete\": false,"
                                        + " \"arguments\": {\"x-message-ttl\": 5}}]"
                                : "[]"));

        JsonNode refused = plan().path("refused");

        assertThat(refused.findValuesAsText("name")).containsExactly("inventory_queue");
        assertThat(refused.at("/0/details").toString())
                .contains("x-message-ttl: none in the table, 5 on the broker")
                .contains("x-queue-type: quorum in the table, none on the broker");
    }

    @Test
    void saysPlainlyThatThereIsNobodyToAsk() throws Exception {
        JsonNode plan = plan();

        assertThat(plan.path("compared").asBoolean()).isFalse();
        assertThat(plan.at("/says/0").asText()).startsWith("This broker has no management API");
        assertThat(end("call-management-call").getReceivedExchanges()).isEmpty();
    }

    @Test
    void saysPlainlyThatTheManagementApiDoesNotAnswer() throws Exception {
        when(queueFigures.isAskedOverHttp()).thenReturn(true);
        end("call-management-call").whenAnyExchangeReceived(call -> {
            throw new ConnectException("Connection refused");
        });

        JsonNode plan = plan();

        assertThat(plan.path("compared").asBoolean()).isFalse();
        assertThat(plan.at("/says/0").asText()).endsWith("does not answer: ConnectException");
    }

    private JsonNode plan() throws Exception {
        Exchange answer = call("planTopology", null, Map.of("Authorization", "Basic abc"));
        assertThat(answer.getMessage().getHeaders()).doesNotContainKey("Authorization");
        assertThat(answer.getMessage().getHeader("Content-Type")).isEqualTo("application/json");
        return new ObjectMapper().readTree(answer.getMessage().getBody(byte[].class));
    }
}
