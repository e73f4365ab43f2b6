package org.orderway.bench.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.Queue;

class JourneyTest {

    private static final List<String> MESSAGES_OF_AN_ORDER =
            List.of(Journey.laneKey(false, "GB"), Journey.CREATED, Journey.RESERVED, Journey.PAID, Journey.SHIPPED);

    private final List<Binding> bindings =
            new Topology().declarables("quorum").getDeclarablesByType(Binding.class);

    @Test
    void anOrderIsFivePublishesAndSeventeenDeliveries() {
        Map<String, Integer> deliveries = MESSAGES_OF_AN_ORDER.stream()
                .collect(Collectors.toMap(key -> key, key -> receivers(key).size()));

        assertThat(deliveries)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "order.normal.gb", 2,
                        Journey.CREATED, 4,
                        Journey.RESERVED, 3,
                        Journey.PAID, 4,
                        Journey.SHIPPED, 4));
        assertThat(deliveries.values().stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(17);
    }

    @Test
    void aPriorityOrderHasALaneOfItsOwnAndTheSameMessages() {
        assertThat(receivers(Journey.laneKey(true, "GB")))
                .containsExactlyInAnyOrder(Journey.PRIORITY_LANE, Journey.AUDIT);
    }

    @Test
    void everyQueueIsOfTheTypeAskedForAndHasADeadLetterQueue() {
        List<Queue> queues = new Topology().declarables("classic").getDeclarablesByType(Queue.class);

        assertThat(queues).allSatisfy(queue -> assertThat(queue.getArguments()).containsEntry("x-queue-type", "classic"));
        assertThat(queues.stream().map(Queue::getName))
                .containsAll(Journey.queues().keySet().stream()
                        .map(name -> name + "_dlq")
                        .toList());
        assertThat(bindings)
                .filteredOn(binding -> binding.getExchange().equals(Journey.DEAD))
                .hasSameSizeAs(Journey.queues().keySet());
    }

    private List<String> receivers(String key) {
        return bindings.stream()
                .filter(binding -> binding.getExchange().equals(Journey.EVENTS))
                .filter(binding -> Pattern.matches(
                        binding.getRoutingKey().replace(".", "\\.").replace("\\.#", "(\\..+)?"), key))
                .map(Binding::getDestination)
                .toList();
    }
}
