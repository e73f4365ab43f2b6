package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.orderway.broker.BrokerRoom.message;

import com.rabbitmq.client.Channel;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.orderway.broker.PublishFailed.Reason;
import org.orderway.messages.OutgoingMessage;
import org.orderway.testing.OnEachVersion;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageDeliveryMode;
import org.springframework.amqp.core.QueueBuilder;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.context.ConfigurableApplicationContext;

@EnabledIfEnvironmentVariable(named = BrokerRoom.ADDRESS, matches = "amqp.*")
@OnEachVersion
@Tag("rabbitmq")
class PublisherIT {

    private BrokerProxy network;
    private ConfigurableApplicationContext room;
    private Publisher publisher;
    private AmqpAdmin admin;
    private RabbitTemplate rabbit;

    @BeforeEach
    void open() throws Exception {
        network = BrokerRoom.proxy();
        network.open();
        room = BrokerRoom.openAt(BrokerRoom.through(network));
        publisher = room.getBean(Publisher.class);
        admin = room.getBean(AmqpAdmin.class);
        rabbit = room.getBean(RabbitTemplate.class);
        admin.initialize();
        room.getBean(Topology.class).allQueues().forEach(queue -> admin.purgeQueue(queue, false));
    }

    @AfterEach
    void close() throws Exception {
        room.close();
        network.close();
    }

    @Test
    void sendsAPersistentMessageWithAllItsProperties() {
        publisher.publish(message("order_events", "order.payment_success", "id-1"));

        Message received = rabbit.receive("shipping_queue");
        var properties = received.getMessageProperties();
        assertThat(properties.getReceivedDeliveryMode()).isEqualTo(MessageDeliveryMode.PERSISTENT);
        assertThat(properties.getMessageId()).isEqualTo("id-1");
        assertThat(properties.getType()).isEqualTo("order.tested");
        assertThat(properties.getCorrelationId()).isEqualTo("order-1");
        assertThat(properties.getContentType()).isEqualTo("application/json");
        assertThat(properties.getAppId()).isEqualTo("orderway");
        assertThat(properties.getTimestamp()).isEqualTo("2026-11-20T10:15:30Z");
        assertThat(properties.getHeaders()).containsEntry("retries", 1);
        assertThat(received.getBody()).asString().isEqualTo("{}");
    }

    @Test
    void confirmsABatchAsAWhole() {
        publisher.publish(IntStream.range(0, 500)
                .mapToObj(i -> message("order_events", "order.created", "id-" + i))
                .toList());

        assertThat(room.getBean(QueueDepths.class).of("inventory_queue")).hasValue(500);
        assertThat(room.getBean(MeterRegistry.class)
                        .get("orderway.publish.confirm")
                        .tag("outcome", "confirmed")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void manyPublishOnOneChannelAndEachHearsOfItsOwn() throws Exception {
        publishAtOnce(40, i -> message("order_events", "order.created", "id-" + i));

        assertThat(room.getBean(QueueDepths.class).of("inventory_queue")).hasValue(40);
        try (Channel next = room.getBean(ConnectionFactory.class)
                .getPublisherConnectionFactory()
                .createConnection()
                .getDelegate()
                .createChannel()) {
            assertThat(next.getChannelNumber()).isEqualTo(2);
        }
    }

    @Test
    void whatTheBrokerRefusesTakesNothingWithIt() {
        List<Throwable> failures = publishAtOnce(
                40, i -> message(i % 8 == 0 ? "no_exchange" : "order_events", "order.created", "id-" + i));

        assertThat(failures).hasSize(5).allSatisfy(failure -> assertThat(((PublishFailed) failure).reason())
                .isEqualTo(Reason.REFUSED));
        // What was in doubt may be there twice, under one id.
        assertThat(room.getBean(QueueDepths.class).of("inventory_queue").getAsLong())
                .isGreaterThanOrEqualTo(35);
    }

    @Test
    void keepsAndCountsWhatNoQueueIsBoundTo() {
        publisher.publish(message("order_payment", "cash", "lost"));

        assertThat(rabbit.receive("unroutable_queue").getMessageProperties().getMessageId())
                .isEqualTo("lost");
        assertThat(room.getBean(MeterRegistry.class)
                        .get("orderway.published.unknown.key")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void alarmsWhileTheUnroutableQueueIsNotEmpty() {
        publisher.publish(message("order_payment", "cash", "lost"));
        room.getBean(QueueDepths.class).poll();

        assertThat(room.getBean(MeterRegistry.class)
                        .get("orderway.queue.depth")
                        .tag("queue", "unroutable_queue")
                        .gauge()
                        .value())
                .isEqualTo(1);
    }

    @Test
    void tellsThatAnExchangeDoesNotExistAndCanGoOn() {
        PublishFailed failed = failure(List.of(message("no_exchange", "a", "1")));

        assertThat(failed.reason()).isEqualTo(Reason.REFUSED);
        assertThat(failed).hasMessageContaining("no exchange 'no_exchange'");
        publisher.publish(message("order_events", "order.created", "2"));
    }

    @Test
    void publishesWhatWasNackedTwiceMoreAndThenSaysSo() {
        String full = "test_full_" + UUID.randomUUID();
        admin.declareQueue(QueueBuilder.durable(full)
                .maxLength(1L)
                .overflow(QueueBuilder.Overflow.rejectPublish)
                .build());
        try {
            admin.declareBinding(new Binding(full, Binding.DestinationType.QUEUE, "order_events", "test.full", null));

            PublishFailed failed = failure(List.of(
                    message("order_events", "test.full", "1"),
                    message("order_events", "order.created", "2"),
                    message("order_events", "test.full", "3")));

            assertThat(failed.reason()).isEqualTo(Reason.NACKED);
            assertThat(failed.unconfirmed()).map(OutgoingMessage::id).containsExactly("3");
            assertThat(room.getBean(QueueDepths.class).of("inventory_queue")).hasValue(1);
            publisher.publish(message("order_events", "order.created", "4"));
        } finally {
            admin.deleteQueue(full);
        }
    }

    @Test
    void doesNotWaitForeverForABrokerThatFallsSilent() {
        publisher.publish(message("order_events", "order.created", "1"));
        network.silence(true);

        PublishFailed failed = failure(List.of(message("order_events", "order.created", "2")));

        assertThat(failed.reason()).isEqualTo(Reason.UNCONFIRMED);
        assertThat(failed.unconfirmed()).map(OutgoingMessage::id).containsExactly("2");
        network.silence(false);
        publisher.publish(message("order_events", "order.created", "2"));
        assertThat(room.getBean(QueueDepths.class).of("inventory_queue")).hasValue(3);
    }

    @Test
    void reconnectsAfterTheConnectionBroke() throws Exception {
        publisher.publish(message("order_events", "order.created", "1"));
        network.close();

        PublishFailed failed = failure(List.of(message("order_events", "order.created", "2")));

        assertThat(failed.reason()).isEqualTo(Reason.UNREACHABLE);
        network.open();
        publisher.publish(message("order_events", "order.created", "2"));
    }

    @Test
    void tellsThatNotEvenTheUnroutableQueueTookAMessage() {
        publisher.publish(message("order_events", "order.created", "1"));
        Binding unroutable = new Binding("unroutable_queue", Binding.DestinationType.QUEUE, "unroutable", "", null);
        admin.removeBinding(unroutable);
        try {
            assertThat(failure(List.of(message("order_payment", "cash", "1"))).reason())
                    .isEqualTo(Reason.UNROUTABLE);
        } finally {
            admin.declareBinding(unroutable);
        }
    }

    /** Publishes one message in each of so many threads. @return what failed */
    private List<Throwable> publishAtOnce(int threads, IntFunction<OutgoingMessage> message) {
        CountDownLatch all = new CountDownLatch(threads);
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        List<Thread> started = IntStream.range(0, threads)
                .mapToObj(i -> new Thread(() -> {
                    all.countDown();
                    try {
                        all.await();
                        publisher.publish(message.apply(i));
                    } catch (InterruptedException | RuntimeException e) {
                        failures.add(e);
                    }
                }))
                .toList();
        started.forEach(Thread::start);
        for (Thread thread : started) {
            assertThatCode(() -> thread.join(30_000)).doesNotThrowAnyException();
        }
        return failures;
    }

    private PublishFailed failure(List<OutgoingMessage> messages) {
        return catchThrowableOfType(PublishFailed.class, () -> publisher.publish(messages));
    }
}
