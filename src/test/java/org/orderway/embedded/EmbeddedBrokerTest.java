package org.orderway.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.orderway.broker.BrokerJDeclarations;
import org.springframework.amqp.core.AcknowledgeMode;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.Binding.DestinationType;
import org.springframework.amqp.core.CustomExchange;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageBuilder;
import org.springframework.amqp.core.MessageDeliveryMode;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitAdmin;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.api.ChannelAwareMessageListener;

class EmbeddedBrokerTest {

    @TempDir
    Path folder;

    private EmbeddedBroker broker;
    private CachingConnectionFactory connections;
    private RabbitAdmin admin;
    private RabbitTemplate rabbit;

    @BeforeEach
    void start() {
        broker = new EmbeddedBroker(
                new EmbeddedSettings.Broker(0, EmbeddedSettings.Store.DURABLE, "guest", "secret"), folder);
        connections = new CachingConnectionFactory(Ports.LOOPBACK, broker.port());
        connections.setUsername("guest");
        connections.setPassword("secret");
        connections.setPublisherConfirmType(CachingConnectionFactory.ConfirmType.SIMPLE);
        admin = new RabbitAdmin(connections);
        rabbit = new RabbitTemplate(connections);
    }

    @AfterEach
    void stop() {
        connections.destroy();
        broker.close();
    }

    @Test
    void eachTypeOfExchangeRoutesAsOnRabbitMq() {
        declareExchanges();
        List.of("topic_one", "topic_any", "direct", "fanout_1", "fanout_2", "all", "any", "unroutable_queue")
                .forEach(name -> declare(new Queue(name)));
        bind("topic_one", "events", "order.*", Map.of());
        bind("topic_any", "events", "order.priority.#", Map.of());
        bind("direct", "payment", "cod", Map.of());
        bind("fanout_1", "announcements", "", Map.of());
        bind("fanout_2", "announcements", "", Map.of());
        bind("all", "notices", "", Map.of("x-match", "all", "department", "finance", "kind", "report"));
        bind("any", "notices", "", Map.of("x-match", "any", "type", "urgent", "department", "finance"));
        bind("unroutable_queue", "unroutable", "", Map.of());

        send("events", "order.created", Map.of());
        send("events", "order.priority.in.toys", Map.of());
        send("events", "order.unknown.key", Map.of());
        send("payment", "cod", Map.of());
        send("payment", "barter", Map.of());
        send("announcements", "", Map.of());
        send("notices", "", Map.of("department", "finance"));
        send("notices", "", Map.of("department", "finance", "kind", "report"));
        send("notices", "", Map.of("department", "sales"));

        assertCounts(Map.of("topic_one", 1, "topic_any", 1, "direct", 1, "fanout_1", 1, "fanout_2", 1));
        assertCounts(Map.of("all", 1, "any", 2, "unroutable_queue", 3));
    }

    @Test
    void aRetryComesBackToItsOwnQueueAloneAfterItsDelayWithHeadersIdAndType() {
        declareExchanges();
        declareWork("order", 1000);
        declareWork("mail", 1000);
        long sent = System.nanoTime();
        send("order_retry", "order_retry_queue", Map.of("retries", 2));

        Message back = await().atMost(5, TimeUnit.SECONDS).until(() -> rabbit.receive("order_queue"), m -> m != null);
        assertThat(Duration.ofNanos(System.nanoTime() - sent))
                .isBetween(Duration.ofMillis(950), Duration.ofMillis(2500));
        assertThat(back.getMessageProperties().getHeaders()).containsEntry("retries", 2);
        assertThat(back.getMessageProperties().getMessageId()).isEqualTo("id-1");
        assertThat(back.getMessageProperties().getType()).isEqualTo("order.created");
        assertThat(back.getMessageProperties().getReceivedDeliveryMode()).isEqualTo(MessageDeliveryMode.PERSISTENT);
        assertCounts(Map.of("order_queue", 0, "mail_queue", 0, "order_dlq", 0, "mail_dlq", 0));
    }

    @Test
    void aRejectedMessageGoesToTheDeadLetterQueueAtOnceAndARequeuedOneDoesNot() {
        declareExchanges();
        declareWork("order", 1000);
        send("order_return", "order_queue", Map.of());
        AtomicInteger deliveries = new AtomicInteger();
        rabbit.execute(channel -> {
            for (int requeue = 0; requeue < 20; requeue++) {
                var got = channel.basicGet("order_queue", false);
                deliveries.incrementAndGet();
                channel.basicNack(got.getEnvelope().getDeliveryTag(), false, true);
            }
            var got = channel.basicGet("order_queue", false);
            channel.basicReject(got.getEnvelope().getDeliveryTag(), false);
            return null;
        });
        assertThat(deliveries).hasValue(20);
        assertCounts(Map.of("order_queue", 0, "order_dlq", 1));
    }

    @Test
    void aSuspendedConsumerReturnsWhatItHadPrefetched() {
        declareExchanges();
        declareWork("order", 60_000);
        int messages = 200;
        for (int i = 0; i < messages; i++) {
            send("order_return", "order_queue", Map.of("n", i));
        }
        AtomicInteger acknowledged = new AtomicInteger();
        for (int round = 0; round < 40; round++) {
            var seen = new AtomicInteger();
            var container = new SimpleMessageListenerContainer(connections);
            container.setQueueNames("order_queue");
            container.setPrefetchCount(50);
            container.setReceiveTimeout(20);
            container.setAcknowledgeMode(AcknowledgeMode.MANUAL);
            container.setMessageListener((ChannelAwareMessageListener) (message, channel) -> {
                // The first of each round is done; the others are in hand, or prefetched, when it is stopped.
                if (seen.incrementAndGet() == 1) {
                    channel.basicAck(message.getMessageProperties().getDeliveryTag(), false);
                    acknowledged.incrementAndGet();
                }
            });
            container.start();
            await().until(() -> seen.get() >= 2);
            container.stop();
            container.destroy();
        }
        assertCounts(Map.of("order_queue", messages - acknowledged.get(), "order_dlq", 0));
    }

    @Test
    void aLaneWithALimitLosesNothing() {
        declareExchanges();
        declare(new Queue("lane", true, false, false, Map.of("x-max-length", 2, "x-overflow", "reject-publish")));
        bind("lane", "payment", "lane", Map.of());
        for (int i = 0; i < 4; i++) {
            send("payment", "lane", Map.of());
        }
        assertCounts(Map.of("lane", 4));
    }

    @Test
    void everythingConfirmedIsThereAfterARestart() {
        declareExchanges();
        declareWork("order", 60_000);
        for (int i = 0; i < 100; i++) {
            send("order_return", "order_queue", Map.of("n", i));
        }
        stop();
        start();
        assertCounts(Map.of("order_queue", 100));
        send("order_return", "order_queue", Map.of("n", 100));
        assertCounts(Map.of("order_queue", 101));
    }

    private void declareExchanges() {
        admin.declareExchange(
                (CustomExchange) BrokerJDeclarations.translate(exchange("unroutable", "fanout", Map.of())));
        Map.of(
                        "events", "topic",
                        "payment", "direct",
                        "announcements", "fanout",
                        "notices", "headers",
                        "order_retry", "direct",
                        "order_return", "direct",
                        "order_dead", "direct")
                .forEach((name, type) -> admin.declareExchange((CustomExchange) BrokerJDeclarations.translate(
                        exchange(name, type, Map.of("alternate-exchange", "unroutable")))));
    }

    private static CustomExchange exchange(String name, String type, Map<String, Object> arguments) {
        return new CustomExchange(name, type, true, false, new HashMap<>(arguments));
    }

    private void declareWork(String step, long delayMillis) {
        String work = step + "_queue";
        declare(new Queue(step + "_dlq", true, false, false, Map.of("x-queue-type", "quorum")));
        declare(new Queue(
                work,
                true,
                false,
                false,
                Map.of("x-dead-letter-exchange", "order_dead", "x-dead-letter-routing-key", step + "_dlq")));
        declare(new Queue(
                step + "_retry_queue",
                true,
                false,
                false,
                Map.of(
                        "x-dead-letter-exchange",
                        "order_return",
                        "x-dead-letter-routing-key",
                        work,
                        "x-message-ttl",
                        delayMillis)));
        bind(work, "order_return", work, Map.of());
        bind(step + "_dlq", "order_dead", step + "_dlq", Map.of());
        bind(step + "_retry_queue", "order_retry", step + "_retry_queue", Map.of());
    }

    private void declare(Queue queue) {
        admin.declareQueue((Queue) BrokerJDeclarations.translate(queue));
    }

    private void bind(String queue, String exchange, String key, Map<String, Object> arguments) {
        admin.declareBinding(new Binding(queue, DestinationType.QUEUE, exchange, key, new HashMap<>(arguments)));
    }

    private void send(String exchange, String key, Map<String, Object> headers) {
        rabbit.invoke(operations -> {
            operations.send(exchange, key, message(headers));
            operations.waitForConfirmsOrDie(5000);
            return null;
        });
    }

    private static Message message(Map<String, Object> headers) {
        return MessageBuilder.withBody("{}".getBytes(StandardCharsets.UTF_8))
                .setContentType("application/json")
                .setMessageId("id-1")
                .setType("order.created")
                .setDeliveryMode(MessageDeliveryMode.PERSISTENT)
                .copyHeaders(headers)
                .build();
    }

    private void assertCounts(Map<String, Integer> expected) {
        await().atMost(5, TimeUnit.SECONDS).untilAsserted(() -> {
            Map<String, Integer> counts = new HashMap<>();
            expected.keySet()
                    .forEach(queue ->
                            counts.put(queue, (int) admin.getQueueInfo(queue).getMessageCount()));
            assertThat(counts).isEqualTo(expected);
        });
    }
}
