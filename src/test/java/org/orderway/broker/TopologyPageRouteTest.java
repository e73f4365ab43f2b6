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

@Covers({"topology-tell", "topology-show", "topology-explain"})
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

    @Test
    void saysWhichQueuesAMessageGetsIntoAndWhy() throws Exception {
        JsonNode way = explain("order.priority.in.electronics");

        assertThat(way.path("queues").findValuesAsText("queue"))
                .containsExactlyInAnyOrder("priority_order_queue", "audit_queue", "india_desk_queue");
        assertThat(way.path("says").toString())
                .contains("priority_order_queue gets it, because it is bound with order.priority.#");
        assertThat(way.path("known").asBoolean()).isTrue();
    }

    @Test
    void saysWhatHappensToAMistypedKey() throws Exception {
        assertThat(explain("order.payment_sucess").path("known").asBoolean()).isFalse();
        assertThat(explain("oder.created").path("says").toString()).contains("unroutable_queue, which is an alarm");
    }

    @Test
    void doesNotExplainAnExchangeThatIsNotThere() {
        Exchange answer = call("explainTopology", null, Map.of("exchange", "order_evens"));

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(404);
        assertThat(answer.getMessage().getBody(String.class)).contains("order_events");
    }

    private JsonNode explain(String key) throws Exception {
        Exchange answer = call("explainTopology", null, Map.of("key", key));
        return new ObjectMapper().readTree(answer.getMessage().getBody(byte[].class));
    }
}
