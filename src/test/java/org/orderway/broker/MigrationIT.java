package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.orderway.broker.BrokerRoom.message;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.orderway.broker.FoundTopology.Bound;
import org.orderway.broker.Migration.Phase;
import org.orderway.broker.TopologyPlan.Entry;
import org.orderway.testing.NeedsRabbitMq;
import org.orderway.testing.OnEachVersion;
import org.orderway.testing.RealRabbit;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.Queue;
import org.springframework.context.ConfigurableApplicationContext;

/** A queue gets other arguments on a real RabbitMQ, under a publisher that never stops. */
@NeedsRabbitMq
@OnEachVersion
class MigrationIT {

    private static final String MIGRATED = "inventory_queue";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final RealRabbit rabbit = RealRabbit.current();
    private final ScheduledExecutorService traffic = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger published = new AtomicInteger();
    private final Set<String> consumed = ConcurrentHashMap.newKeySet();
    private final Set<String> keys = ConcurrentHashMap.newKeySet();
    private ConfigurableApplicationContext room;

    /** A classic queue where the table wants a quorum queue. */
    private void open(String patience) {
        room = room(patience);
        AmqpAdmin admin = room.getBean(AmqpAdmin.class);
        admin.initialize();
        Queue wanted = room.getBean(Declarables.class).getDeclarablesByType(Queue.class).stream()
                .filter(queue -> queue.getName().equals(MIGRATED))
                .findFirst()
                .orElseThrow();
        Map<String, Object> classic = new HashMap<>(wanted.getArguments());
        classic.keySet().removeAll(List.of("x-queue-type", "x-delivery-limit", "x-dead-letter-strategy", "x-overflow"));
        // Publishing has a connection of its own, at whose beginning the table is declared: that has to be over by
        // then.
        room.getBean(Publisher.class).publish(message("order_events", "order.invoiced", "before"));
        admin.deleteQueue(MIGRATED);
        rabbit.onChannel(channel -> channel.queueDeclare(MIGRATED, true, false, false, classic));
        rabbit.onChannel(channel -> channel.queueBind(MIGRATED, "order_events", "order.created"));
        rabbit.onChannel(channel -> channel.queueBind(MIGRATED, "order_return", MIGRATED));
        // Somebody's own binding stays, too.
        rabbit.onChannel(channel -> channel.queueBind(MIGRATED, "inventory_events", "inventory.counted"));
    }

    @AfterEach
    void close() throws InterruptedException {
        traffic.shutdownNow();
        assertThat(traffic.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        room.getBean(AmqpAdmin.class).deleteQueue(MIGRATED);
        room.getBean(AmqpAdmin.class).deleteQueue(MIGRATED + Migration.MOVING);
        room.close();
    }

    @Test
    void everyMessageOfASteadyPublisherIsConsumedWhileTheQueueBecomesAQuorumQueue() throws Exception {
        open("10m");
        consume();
        publishAllTheTime();
        assertThat(plan().refused()).extracting(Entry::name).containsExactly(MIGRATED);
        List<Bound> before = bindings(MIGRATED);

        assertThat(begin()).isEqualTo(Phase.MOVING);
        assertThat(migrate()).isEqualTo(Phase.DONE);

        int meanwhile = published.get();
        await("and the traffic goes on").atMost(PATIENCE).until(() -> published.get() > meanwhile + 100);
        traffic.shutdown();
        await("every message").atMost(PATIENCE).untilAsserted(() -> assertThat(consumed)
                .hasSize(published.get()));
        assertThat(keys).as("each with the key it was published with").containsExactly("order.created");
        assertThat(rabbit.queue(MIGRATED).orElseThrow().type()).isEqualTo("quorum");
        assertThat(rabbit.queue(MIGRATED + Migration.MOVING)).isEmpty();
        assertThat(bindings(MIGRATED)).containsExactlyInAnyOrderElementsOf(before);
        assertThat(plan().refused()).isEmpty();
        room.getBean(AmqpAdmin.class).initialize();
    }

    @Test
    void whoeverBeginsAgainAfterACrashCarriesOnAndLosesNothing() throws Exception {
        open("10m");
        publishAllTheTime();
        consume();
        begin();
        await("the moment without the queue")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    room.getBean(Migration.class).step(found());
                    return room.getBean(Migration.class).tell().says().startsWith("the new queue is there");
                });
        ConfigurableApplicationContext crashed = room;
        room = room("10m");
        crashed.getBean(CamelContext.class).stop();
        consume();

        assertThat(begin()).isEqualTo(Phase.MOVING);
        assertThat(migrate()).isEqualTo(Phase.DONE);

        traffic.shutdown();
        assertThat(traffic.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        await("every message").atMost(PATIENCE).untilAsserted(() -> assertThat(consumed)
                .hasSize(published.get()));
        crashed.close();
    }

    @Test
    void aQueueThatNobodyWorksOffIsPutBackAsItWasWithAllOfItsMessages() throws Exception {
        open("4s");
        publishAllTheTime();

        begin();
        assertThat(migrate()).isEqualTo(Phase.GIVEN_UP);

        traffic.shutdown();
        assertThat(traffic.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(rabbit.queue(MIGRATED).orElseThrow().type()).isEqualTo("classic");
        assertThat(rabbit.queue(MIGRATED + Migration.MOVING)).isEmpty();
        consume();
        await("every message").atMost(PATIENCE).untilAsserted(() -> assertThat(consumed)
                .hasSize(published.get()));
    }

    @Test
    void nothingIsDoneWithAQueueThatIsNotInTheTable() {
        open("10m");
        var refused = room.getBean(Migration.class)
                .begin(JsonNodeFactory.instance.objectNode().put("queue", "inventry_queue"));

        assertThat(refused.phase()).isEqualTo(Phase.REFUSED);
        assertThat(refused.says()).endsWith("did you mean \"inventory_queue\"?");
    }

    private ConfigurableApplicationContext room(String patience) {
        return BrokerRoom.open(
                "--spring.rabbitmq.virtual-host=" + rabbit.virtualHost(),
                "--orderway.management.virtual-host=" + rabbit.virtualHost(),
                "--orderway.management.url=http://management",
                // Its figures are a second old at most here.
                "--orderway.broker.migration.quiet=4s",
                "--orderway.broker.migration.patience=" + patience);
    }

    private Phase begin() {
        return room.getBean(Migration.class)
                .begin(JsonNodeFactory.instance.objectNode().put("queue", MIGRATED))
                .phase();
    }

    private Phase migrate() {
        Migration migration = room.getBean(Migration.class);
        return await("the end of the migration")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .until(
                        () -> {
                            migration.step(found());
                            return migration.tell().phase();
                        },
                        phase -> phase != Phase.MOVING);
    }

    private void publishAllTheTime() {
        Publisher publisher = room.getBean(Publisher.class);
        traffic.scheduleWithFixedDelay(
                () -> publisher.publish(message("order_events", "order.created", "m-" + published.incrementAndGet())),
                0,
                10,
                TimeUnit.MILLISECONDS);
    }

    private void consume() throws Exception {
        room.getBean(CamelContext.class).addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("spring-rabbitmq:order_events?queues=" + MIGRATED)
                        .routeId("consumer")
                        .process(exchange -> {
                            keys.add(
                                    exchange.getMessage().getHeader(SpringRabbitMQConstants.ROUTING_KEY, String.class));
                            consumed.add(
                                    exchange.getMessage().getHeader(SpringRabbitMQConstants.MESSAGE_ID, String.class));
                        });
            }
        });
    }

    private List<Bound> bindings(String queue) throws IOException {
        return found().bindings().stream()
                .filter(bound -> bound.queue().equals(queue))
                .toList();
    }

    private TopologyPlan.View plan() throws IOException {
        return room.getBean(TopologyPlan.class).plan(found(), null);
    }

    private FoundTopology found() throws IOException {
        BrokerLook look = room.getBean(BrokerLook.class);
        return look.read(ask(look.addressOfExchanges()), ask(look.addressOfQueues()), ask(look.addressOfBindings()));
    }

    private byte[] ask(String address) {
        return rabbit.ask(address.replace("http://management", "")).toString().getBytes(StandardCharsets.UTF_8);
    }
}
