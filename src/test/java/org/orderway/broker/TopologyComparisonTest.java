package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.orderway.broker.FoundTopology.Bound;
import org.orderway.broker.FoundTopology.FoundExchange;
import org.orderway.broker.FoundTopology.FoundQueue;
import org.orderway.broker.TopologyComparison.Part;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.CustomExchange;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.Queue;

class TopologyComparisonTest {

    private static final String TABLE =
            """
            retry-delays: [5s]
            exchanges:
              - {name: events, type: topic}
              - {name: notices, type: headers}
            queues:
              - {name: a_queue, exchange: events, keys: ["a.*", "b.*"]}
              - {name: notice_queue, exchange: notices, arguments: {x-match: all, department: finance}}
            """;

    private final Declarables wanted = Declarations.of(Topologies.of(TABLE));
    private final List<FoundExchange> exchanges = new ArrayList<>();
    private final List<FoundQueue> queues = new ArrayList<>();
    private final List<Bound> bindings = new ArrayList<>();

    /** A broker on which all of it was declared, told with the numbers of JSON. */
    TopologyComparisonTest() {
        wanted.getDeclarablesByType(CustomExchange.class)
                .forEach(e -> exchanges.add(new FoundExchange(e.getName(), e.getType(), e.getArguments())));
        wanted.getDeclarablesByType(Queue.class).forEach(q -> queues.add(found(q.getName(), q.getArguments())));
        wanted.getDeclarablesByType(Binding.class)
                .forEach(b -> bindings.add(
                        new Bound(b.getExchange(), b.getDestination(), b.getRoutingKey(), b.getArguments())));
    }

    @Test
    void changesNothingWhereEverythingIsAsInTheTable() {
        TopologyComparison compared = compare();

        assertThat(compared.created()).isEmpty();
        assertThat(compared.changed()).isEmpty();
        assertThat(compared.refused()).isEmpty();
        assertThat(compared.beyond()).isEmpty();
        assertThat(compared.same()).isEqualTo(exchanges.size() + queues.size() + bindings.size());
        assertThat(compared.drift()).isEmpty();
    }

    @Test
    void createsAQueueThatIsNotThereWithItsBindings() {
        queues.removeIf(queue -> queue.name().equals("a_queue"));
        bindings.removeIf(bound -> bound.queue().equals("a_queue"));

        assertThat(compare().created())
                .containsExactly(
                        new Part("queue", "a_queue", List.of("order_return a_queue", "events a.*", "events b.*")));
        assertThat(compare().changed()).isEmpty();
        assertThat(compare().drift()).isEqualTo(Map.of("queue a_queue", "not there"));
    }

    @Test
    void createsAnExchangeThatIsNotThere() {
        exchanges.removeIf(exchange -> exchange.name().equals("events"));
        bindings.removeIf(bound -> bound.exchange().equals("events"));

        assertThat(compare().created()).containsExactly(new Part("exchange", "events", List.of("topic")));
        assertThat(compare().changed())
                .containsExactly(new Part("queue", "a_queue", List.of("events a.*", "events b.*")));
        assertThat(compare().drift()).isEqualTo(Map.of("exchange events", "not there"));
    }

    @Test
    void changesAQueueThatGetsAFurtherBinding() {
        bindings.removeIf(bound -> bound.key().equals("b.*"));

        assertThat(compare().changed()).containsExactly(new Part("queue", "a_queue", List.of("events b.*")));
        assertThat(compare().drift()).isEqualTo(Map.of("binding events b.* of a_queue", "not there"));
    }

    @Test
    void isRefusedAQueueOfAnotherTypeOrWithAnArgumentMoreOrLess() {
        Map<String, Object> arguments = new HashMap<>(queue("a_queue").arguments());
        arguments.put("x-queue-type", "classic");
        arguments.put("x-max-length", 10);
        arguments.remove("x-delivery-limit");
        replace(found("a_queue", arguments));

        assertThat(compare().refused())
                .containsExactly(new Part(
                        "queue",
                        "a_queue",
                        List.of(
                                "x-delivery-limit: 100 in the table, none on the broker",
                                "x-max-length: none in the table, 10 on the broker",
                                "x-queue-type: quorum in the table, classic on the broker")));
        assertThat(compare().drift()).containsOnlyKeys("queue a_queue");
    }

    @Test
    void isRefusedAnExchangeOfAnotherTypeOrWithoutTheAlternate() {
        exchanges.removeIf(exchange -> exchange.name().equals("events"));
        exchanges.add(new FoundExchange("events", "direct", Map.of()));

        assertThat(compare().refused())
                .containsExactly(new Part(
                        "exchange",
                        "events",
                        List.of(
                                "type: topic in the table, direct on the broker",
                                "alternate-exchange: unroutable in the table, none on the broker")));
    }

    @Test
    void comparesNoArgumentsWhereTheBrokerDoesNotTellThem() {
        replace(new FoundQueue("a_queue", null, 0L));

        assertThat(compare().refused()).isEmpty();
        assertThat(compare().drift()).isEmpty();
    }

    @Test
    void tellsABindingThatSomebodyAddedAndOneWithOtherArguments() {
        bindings.add(new Bound("events", "a_queue", "#", Map.of()));
        bindings.removeIf(bound ->
                bound.queue().equals("notice_queue") && bound.exchange().equals("notices"));
        bindings.add(new Bound("notices", "notice_queue", "", Map.of("x-match", "any", "department", "finance")));

        assertThat(compare().beyond())
                .extracting(Part::name, part -> part.details().size())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("a_queue", 1),
                        org.assertj.core.groups.Tuple.tuple("notice_queue", 1));
        assertThat(compare().drift())
                .hasSize(3)
                .containsEntry("binding events # of a_queue", "there, but not in the table");
    }

    @Test
    void tellsAQueueThatSomebodyBoundToOneOfOurExchangesAndNoneOfStrangers() {
        queues.add(found("spy", Map.of()));
        bindings.add(new Bound("events", "spy", "#", Map.of()));
        queues.add(found("of_others", Map.of()));
        exchanges.add(new FoundExchange("theirs", "topic", Map.of()));
        bindings.add(new Bound("theirs", "of_others", "#", Map.of()));

        assertThat(compare().beyond()).containsExactly(new Part("queue", "spy", List.of("events #")));
        assertThat(compare().drift()).isEqualTo(Map.of("queue spy", "there, but not in the table"));
    }

    @Test
    void tellsAMigrationThatIsNotFinishedAsOneThing() {
        bindings.removeIf(bound -> bound.queue().equals("a_queue"));
        queues.removeIf(queue -> queue.name().equals("a_queue"));
        queues.add(found("a_queue_moving", Map.of()));
        bindings.add(new Bound("events", "a_queue_moving", "a.*", Map.of()));

        assertThat(compare().drift()).containsOnlyKeys("queue a_queue_moving");
    }

    private TopologyComparison compare() {
        return new TopologyComparison(wanted, new FoundTopology(exchanges, queues, bindings));
    }

    private FoundQueue queue(String name) {
        return queues.stream().filter(q -> q.name().equals(name)).findFirst().orElseThrow();
    }

    private void replace(FoundQueue queue) {
        queues.removeIf(other -> other.name().equals(queue.name()));
        queues.add(queue);
    }

    private static FoundQueue found(String name, Map<String, Object> arguments) {
        return new FoundQueue(name, arguments, 0L);
    }
}
