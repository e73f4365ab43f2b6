package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.orderway.broker.BrokerRoom.message;

import com.rabbitmq.client.GetResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.orderway.testing.OnEachVersion;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.context.ConfigurableApplicationContext;

@EnabledIfEnvironmentVariable(named = BrokerRoom.ADDRESS, matches = "amqp.*")
@OnEachVersion
@Tag("rabbitmq")
class TopologyIT {

    private ConfigurableApplicationContext room;
    private Topology topology;
    private Publisher publisher;
    private QueueDepths depths;
    private RabbitTemplate rabbit;

    @BeforeEach
    void open() {
        room = BrokerRoom.open();
        topology = room.getBean(Topology.class);
        publisher = room.getBean(Publisher.class);
        depths = room.getBean(QueueDepths.class);
        rabbit = room.getBean(RabbitTemplate.class);
        AmqpAdmin admin = room.getBean(AmqpAdmin.class);
        admin.initialize();
        topology.allQueues().forEach(queue -> admin.purgeQueue(queue, false));
    }

    @AfterEach
    void close() {
        room.close();
    }

    @Test
    void declaresEveryQueue() {
        assertThat(topology.allQueues())
                .allSatisfy(queue -> assertThat(depths.of(queue)).hasValue(0));
    }

    @Test
    void bringsARetriedMessageBackToItsOwnQueueAlone() {
        publisher.publish(message(
                "order_retry", topology.workQueue("restock_queue").retryQueues().get(0), "again"));
        long start = System.nanoTime();

        Message back = await().until(() -> rabbit.receive("restock_queue"), Objects::nonNull);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(150));
        assertThat(back.getMessageProperties().getMessageId()).isEqualTo("again");
        assertThat(back.getMessageProperties().getType()).isEqualTo("order.tested");
        assertThat(back.getMessageProperties().getHeaders()).containsEntry("retries", 1);
        assertThat(topology.allQueues())
                .allSatisfy(queue -> assertThat(depths.of(queue)).hasValue(0));
    }

    @Test
    void putsARejectedMessageIntoItsDeadLetterQueue() {
        publisher.publish(message("order_events", "order.payment_success", "bad"));
        rabbit.execute(channel -> {
            GetResponse delivery = channel.basicGet("shipping_queue", false);
            channel.basicReject(delivery.getEnvelope().getDeliveryTag(), false);
            return null;
        });

        Message dead = await().until(() -> rabbit.receive("shipping_dlq"), Objects::nonNull);

        assertThat(dead.getMessageProperties().getMessageId()).isEqualTo("bad");
    }

    /** The second net: whatever happens to our routes, no message is delivered without end. */
    @Test
    void putsAMessageThatIsReturnedAgainAndAgainIntoItsDeadLetterQueueToo() {
        publisher.publish(message("order_events", "order.payment_success", "endless"));
        AtomicInteger deliveries = new AtomicInteger();

        Message dead = await().pollInterval(Duration.ofMillis(20))
                .until(
                        () -> {
                            rabbit.execute(channel -> {
                                GetResponse delivery = channel.basicGet("shipping_queue", false);
                                if (delivery != null) {
                                    deliveries.incrementAndGet();
                                    channel.basicReject(delivery.getEnvelope().getDeliveryTag(), true);
                                }
                                return null;
                            });
                            return rabbit.receive("shipping_dlq");
                        },
                        Objects::nonNull);

        assertThat(dead.getMessageProperties().getMessageId()).isEqualTo("endless");
        assertThat(deliveries).hasValueBetween(topology.deliveryLimit(), topology.deliveryLimit() + 1);
    }
}
