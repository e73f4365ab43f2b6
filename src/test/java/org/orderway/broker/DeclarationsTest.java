package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.Exchange;
import org.springframework.amqp.core.Queue;

class DeclarationsTest {

    private static final String TABLE =
            """
            retry-delays: [5s]
            exchanges:
              - {name: events, type: topic}
              - {name: notices, type: headers}
              - {name: announcements, type: fanout}
            queues:
              - {name: later_queue, exchange: events, keys: [a.created], delay: 10s, then: mail_queue}
              - {name: mail_queue}
              - {name: a_queue, exchange: events, keys: ["a.*", "a.*.*"], lane: true, max-length: 7, \
            also: [{exchange: announcements}]}
              - {name: notice_queue, exchange: notices, arguments: {x-match: all, department: finance}}
            """;

    @Test
    void givesQuorumQueuesASecondNetThatLosesNothing() {
        Declarables declared = declare("queue-type: quorum\n" + TABLE);

        assertThat(arguments(declared, "a_queue"))
                .containsOnly(
                        Map.entry("x-queue-type", "quorum"),
                        Map.entry("x-delivery-limit", 100),
                        Map.entry("x-dead-letter-exchange", "order_dead"),
                        Map.entry("x-dead-letter-routing-key", "a_dlq"),
                        Map.entry("x-dead-letter-strategy", "at-least-once"),
                        Map.entry("x-overflow", "reject-publish"),
                        Map.entry("x-max-length", 7L));
        assertThat(arguments(declared, "a_retry_5s_queue"))
                .containsOnly(
                        Map.entry("x-queue-type", "quorum"),
                        Map.entry("x-message-ttl", 5000L),
                        Map.entry("x-dead-letter-exchange", "order_return"),
                        Map.entry("x-dead-letter-routing-key", "a_queue"),
                        Map.entry("x-dead-letter-strategy", "at-least-once"),
                        Map.entry("x-overflow", "reject-publish"));
        assertThat(arguments(declared, "later_queue"))
                .containsEntry("x-message-ttl", 10_000L)
                .containsEntry("x-dead-letter-exchange", "order_return")
                .containsEntry("x-dead-letter-routing-key", "mail_queue");
    }

    @Test
    void givesClassicQueuesNoArgumentsOfQuorumQueues() {
        Declarables declared = declare("queue-type: classic\n" + TABLE);

        assertThat(arguments(declared, "mail_queue"))
                .containsOnly(
                        Map.entry("x-dead-letter-exchange", "order_dead"),
                        Map.entry("x-dead-letter-routing-key", "mail_dlq"));
        assertThat(arguments(declared, "a_queue"))
                .containsEntry("x-max-length", 7L)
                .containsEntry("x-overflow", "reject-publish");
        assertThat(arguments(declared, "a_retry_5s_queue"))
                .containsOnly(
                        Map.entry("x-message-ttl", 5000L),
                        Map.entry("x-dead-letter-exchange", "order_return"),
                        Map.entry("x-dead-letter-routing-key", "a_queue"));
        assertThat(arguments(declared, "a_dlq")).isEmpty();
    }

    @Test
    void letsNothingRunOutOfADeadLetterQueue() {
        Declarables declared = declare(TABLE);

        for (String resting : List.of("a_dlq", "unroutable_queue")) {
            assertThat(arguments(declared, resting)).containsOnlyKeys("x-queue-type", "x-delivery-limit");
            assertThat((int) arguments(declared, resting).get("x-delivery-limit"))
                    .isGreaterThan(1_000_000);
        }
        assertThat(queues(declared)).map(Queue::getName).doesNotContain("later_dlq", "unroutable_dlq");
    }

    @Test
    void makesEverythingDurableAndGivesEveryExchangeTheAlternate() {
        Declarables declared = declare(TABLE);

        assertThat(queues(declared)).allMatch(Queue::isDurable);
        assertThat(exchanges(declared)).allMatch(Exchange::isDurable);
        assertThat(exchanges(declared))
                .map(exchange -> exchange.getName() + " " + exchange.getType() + " "
                        + exchange.getArguments().get("alternate-exchange"))
                .containsExactly(
                        "unroutable fanout null",
                        "order_dead direct unroutable",
                        "order_return direct unroutable",
                        "order_retry direct unroutable",
                        "events topic unroutable",
                        "notices headers unroutable",
                        "announcements fanout unroutable");
    }

    @Test
    void declaresWhatOthersPointAtFirst() {
        List<String> names = queues(declare(TABLE)).stream().map(Queue::getName).toList();

        for (Queue queue : queues(declare(TABLE))) {
            if (queue.getArguments().get("x-dead-letter-routing-key") instanceof String target) {
                assertThat(names.indexOf(target)).isLessThan(names.indexOf(queue.getName()));
            }
        }
    }

    @Test
    void bindsEachQueueToItsKeysAndItsReturn() {
        assertThat(declare(TABLE).getDeclarablesByType(Binding.class))
                .map(b -> b.getExchange() + " " + b.getRoutingKey() + " " + b.getDestination() + " " + b.getArguments())
                .contains(
                        "events a.* a_queue {}",
                        "events a.*.* a_queue {}",
                        "announcements  a_queue {}",
                        "events a.created later_queue {}",
                        "order_return a_queue a_queue {}",
                        "order_retry a_retry_5s_queue a_retry_5s_queue {}",
                        "order_dead a_dlq a_dlq {}",
                        "unroutable  unroutable_queue {}")
                .anyMatch(binding -> binding.startsWith("notices  notice_queue")
                        && binding.contains("x-match=all")
                        && binding.contains("department=finance"));
    }

    @Test
    void leavesAnExchangeOfTheBrokersOwnAloneAndBindsToIt() {
        Declarables declared = declare(
                """
                exchanges: [{name: amq.topic, type: topic, predeclared: true}]
                queues: [{name: a_queue, exchange: amq.topic, keys: ["warehouse.#"]}]
                """);

        assertThat(exchanges(declared)).map(Exchange::getName).doesNotContain("amq.topic");
        assertThat(declared.getDeclarablesByType(Binding.class))
                .map(b -> b.getExchange() + " " + b.getRoutingKey() + " " + b.getDestination())
                .contains("amq.topic warehouse.# a_queue");
    }

    /** Nobody who publishes has to be changed for somebody new who listens. */
    @Test
    void aNewSubscriberAddsItsOwnQueuesAndBindingsAndChangesNothingThatIsThere() {
        Set<String> before = words(new Declarations().declarables(Topologies.shipped()));
        Topology shipped = Topologies.shipped();

        Set<String> after =
                words(new Declarations().declarables(Topologies.shipped("orderway.examples.regional-desk=true")));

        assertThat(after).containsAll(before);
        after.removeAll(before);
        assertThat(after)
                .isNotEmpty()
                .allSatisfy(declared -> assertThat(declared).contains("india_desk"))
                .contains("order_events order.*.in.# india_desk_queue");
        assertThat(Topologies.shipped("orderway.examples.regional-desk=true").published())
                .as("what is published")
                .isEqualTo(shipped.published());
    }

    private static Set<String> words(Declarables declared) {
        Set<String> words = new TreeSet<>();
        exchanges(declared).forEach(e -> words.add(e.getName() + " " + e.getType() + " " + e.getArguments()));
        queues(declared).forEach(q -> words.add(q.getName() + " " + q.getArguments()));
        declared.getDeclarablesByType(Binding.class)
                .forEach(b -> words.add(b.getExchange() + " " + b.getRoutingKey() + " " + b.getDestination()));
        return words;
    }

    private static Declarables declare(String table) {
        return new Declarations().declarables(Topologies.of(table));
    }

    private static Map<String, Object> arguments(Declarables declared, String queue) {
        return queues(declared).stream()
                .filter(q -> q.getName().equals(queue))
                .findFirst()
                .orElseThrow()
                .getArguments();
    }

    private static List<Queue> queues(Declarables declared) {
        return declared.getDeclarablesByType(Queue.class);
    }

    private static List<Exchange> exchanges(Declarables declared) {
        return declared.getDeclarablesByType(Exchange.class);
    }
}
