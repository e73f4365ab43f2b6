package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.broker.TopologyPlan.Entry;
import org.orderway.broker.TopologyPlan.View;
import org.orderway.testing.NeedsRabbitMq;
import org.orderway.testing.OnEachVersion;
import org.orderway.testing.RealRabbit;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.Binding.DestinationType;
import org.springframework.amqp.core.CustomExchange;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.Queue;
import org.springframework.context.ConfigurableApplicationContext;

/** What the plan foretells is what a real RabbitMQ then does. */
@NeedsRabbitMq
@OnEachVersion
class TopologyPlanIT {

    private final RealRabbit rabbit = RealRabbit.current();
    private ConfigurableApplicationContext room;
    private AmqpAdmin admin;
    private Declarables table;

    @BeforeEach
    void open() {
        room = BrokerRoom.open(
                "--spring.rabbitmq.virtual-host=" + rabbit.virtualHost(),
                "--orderway.management.virtual-host=" + rabbit.virtualHost());
        admin = room.getBean(AmqpAdmin.class);
        table = room.getBean(Declarables.class);
    }

    @AfterEach
    void close() {
        table.getDeclarablesByType(Queue.class).forEach(queue -> admin.deleteQueue(queue.getName()));
        table.getDeclarablesByType(CustomExchange.class).forEach(exchange -> admin.deleteExchange(exchange.getName()));
        admin.deleteExchange("theirs");
        room.close();
    }

    @Test
    void createsAllOnAnEmptyBrokerAndThenFindsNothingToDo() throws IOException {
        View before = plan();
        assertThat(names(before.create()))
                .containsAll(room.getBean(Topology.class).allQueues());
        assertThat(before.refused()).isEmpty();

        admin.initialize();

        View after = plan();
        assertThat(after.says()).containsExactly("Nothing would change: all of the table is there");
        assertThat(after.same()).isEqualTo(table.getDeclarables().size());
        assertThat(room.getBean(TopologyPlan.class).drift(found())).isEmpty();
    }

    /** Of all there is in the table, what was foretold is refused, and nothing else is. */
    @Test
    void foretellsEveryRefusalAndNoOther() throws IOException {
        otherwise("inventory_queue", Map.of("x-queue-type", "classic"), "x-delivery-limit", "x-dead-letter-strategy");
        otherwise("shipping_queue", Map.of("x-delivery-limit", 7));
        otherwise("audit_queue", Map.of("x-max-length", 1000));
        otherwise("payment_retry_200ms_queue", Map.of("x-message-ttl", 5000));
        otherwise("restock_queue", Map.of(), "x-dead-letter-routing-key");
        otherwise("analytics_queue", Map.of());
        rabbit.onChannel(channel -> channel.exchangeDeclare("payment_events", "direct", true));
        rabbit.onChannel(channel -> channel.exchangeDeclare("shop_events", "topic", true));
        rabbit.onChannel(channel -> channel.exchangeDeclare("theirs", "topic", true));

        List<String> foretold = names(plan().refused());

        assertThat(foretold)
                .containsExactlyInAnyOrder(
                        "inventory_queue",
                        "shipping_queue",
                        "audit_queue",
                        "payment_retry_200ms_queue",
                        "restock_queue",
                        "payment_events",
                        "shop_events");
        assertThatThrownBy(() -> admin.initialize()).rootCause().hasMessageContaining("reply-code=406");
        List<String> refused = new ArrayList<>();
        table.getDeclarablesByType(CustomExchange.class).forEach(exchange -> {
            try {
                admin.declareExchange(exchange);
            } catch (AmqpException e) {
                assertThat(e).rootCause().hasMessageContaining("reply-code=406");
                refused.add(exchange.getName());
            }
        });
        table.getDeclarablesByType(Queue.class).forEach(queue -> {
            try {
                admin.declareQueue(queue);
            } catch (AmqpException e) {
                assertThat(e).rootCause().hasMessageContaining("reply-code=406");
                refused.add(queue.getName());
            }
        });
        assertThat(refused).containsExactlyInAnyOrderElementsOf(foretold);
    }

    @Test
    void tellsABindingThatIsMissingAndOneThatIsTooMuch() throws IOException {
        admin.initialize();
        admin.removeBinding(
                new Binding("shipping_queue", DestinationType.QUEUE, "order_events", "order.payment_success", null));
        admin.removeBinding(new Binding(
                "finance_notice_queue",
                DestinationType.QUEUE,
                "notices",
                "",
                Map.of("x-match", "all", "department", "finance")));
        admin.declareBinding(new Binding("audit_queue", DestinationType.QUEUE, "payment_events", "#", null));

        View plan = plan();

        assertThat(names(plan.change())).containsExactly("finance_notice_queue", "shipping_queue");
        assertThat(plan.change().get(1).details()).containsExactly("order_events order.payment_success");
        assertThat(plan.beyond()).containsExactly(new Entry("queue", "audit_queue", List.of("payment_events #")));
        assertThat(room.getBean(TopologyPlan.class).drift(found())).hasSize(3);

        admin.initialize();
        assertThat(plan().change()).isEmpty();
    }

    /** Declares a queue of the table with some arguments more or other, and some left out. */
    private void otherwise(String name, Map<String, Object> others, String... without) {
        Queue wanted = table.getDeclarablesByType(Queue.class).stream()
                .filter(queue -> queue.getName().equals(name))
                .findFirst()
                .orElseThrow();
        Map<String, Object> arguments = new HashMap<>(wanted.getArguments());
        arguments.putAll(others);
        arguments.keySet().removeAll(List.of(without));
        if ("classic".equals(arguments.get("x-queue-type"))) {
            arguments.remove("x-queue-type");
        }
        rabbit.onChannel(channel -> channel.queueDeclare(name, true, false, false, arguments));
    }

    private View plan() throws IOException {
        return room.getBean(TopologyPlan.class).plan(found(), null);
    }

    private FoundTopology found() throws IOException {
        BrokerLook look = room.getBean(BrokerLook.class);
        return look.read(ask(look.addressOfExchanges()), ask(look.addressOfQueues()), ask(look.addressOfBindings()));
    }

    private byte[] ask(String address) {
        return rabbit.ask(address).toString().getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> names(List<Entry> entries) {
        return entries.stream().map(Entry::name).toList();
    }
}
