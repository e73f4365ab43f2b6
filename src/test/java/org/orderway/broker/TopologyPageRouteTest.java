package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.testing.Covers;
import org.orderway.testing.RouteTest;
import org.springframework.beans.factory.annotation.Autowired;

@Covers({"topology-tell", "topology-show"})
class TopologyPageRouteTest extends RouteTest {

    @Autowired
    private Topology topology;

    @BeforeEach
    void fillTheQueues() {
        when(queueDepths.ofEach(any())).thenReturn(Map.of("order_queue", 12L));
    }

    @Test
    void answersWithEveryQueueOfTheTable() throws Exception {
        Exchange answer = call("readTopology", null, Map.of("Authorization", "Basic abc"));

        assertThat(answer.getMessage().getHeader("Content-Type")).isEqualTo("application/json");
        JsonNode queues = new ObjectMapper()
                .readTree(answer.getMessage().getBody(byte[].class))
                .path("queues");
        assertThat(queues.findValuesAsText("name"))
                .containsExactlyElementsOf(
                        topology.queues().stream().map(Topology.QueueRow::name).toList());
        assertThat(queues.at("/0/ready").asInt()).isEqualTo(12);
        assertThat(queues.at("/0/for").asText()).startsWith("normal orders");
    }

    @Test
    void answersWithAPageThatBrowsersRead() {
        Exchange answer = call("showTopology", null, Map.of("Authorization", "Basic abc"));

        assertThat(answer.getMessage().getHeader("Content-Type")).isEqualTo("text/html;charset=UTF-8");
        assertThat(answer.getMessage().getHeaders()).doesNotContainKey("Authorization");
        assertThat(answer.getMessage().getBody(String.class))
                .startsWith("<!DOCTYPE html>")
                .contains("order.inventory_checked", "priority_order_queue");
    }
}
