package org.orderway.testing;

import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Listens on the wire, as an outsider with the plain client: a queue of its own, bound beside ours, whose messages are kept as
 * they came. Works on any broker that speaks AMQP 0-9-1.
 */
public final class Tap implements AutoCloseable {

    /** What the queues of taps are called, to tell them from Orderway's. */
    public static final String PREFIX = "tap-";

    private final Connection connection;
    private final Channel ear;
    private final String queue;
    private final List<Heard> heard = new CopyOnWriteArrayList<>();

    /** A message as it passed. */
    public record Heard(String exchange, String routingKey, BasicProperties properties, byte[] body) {

        public String id() {
            return properties.getMessageId();
        }

        public String type() {
            return properties.getType();
        }

        /** The order it is about, or null. */
        public String orderId() {
            return properties.getCorrelationId();
        }

        /** A header as text, or null. */
        public String header(String name) {
            return properties.getHeaders() == null
                    ? null
                    : Optional.ofNullable(properties.getHeaders().get(name))
                            .map(Objects::toString)
                            .orElse(null);
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** A tap that is bound to nothing yet. */
    public Tap(ConnectionFactory broker) throws Exception {
        connection = broker.newConnection("tap");
        ear = connection.createChannel();
        queue = PREFIX + Long.toHexString(System.nanoTime());
        ear.queueDeclare(queue, false, true, true, null);
        ear.basicConsume(queue, true, new DefaultConsumer(ear) {
            @Override
            public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body) {
                heard.add(new Heard(envelope.getExchange(), envelope.getRoutingKey(), properties, body));
            }
        });
    }

    /** From now on hears what is published to the exchange with this key. */
    public void listen(String exchange, String key) throws Exception {
        ear.queueBind(queue, exchange, key);
    }

    /** The same of a headers exchange, whose messages with these headers are heard. */
    public void listen(String exchange, Map<String, Object> arguments) throws Exception {
        ear.queueBind(queue, exchange, "", arguments);
    }

    /** All that passed so far and is as wanted, in the order it came. */
    public List<Heard> heard(Predicate<Heard> wanted) {
        return heard.stream().filter(wanted).toList();
    }

    /** Waits for half a minute until the first message that is as wanted has passed. */
    public Heard awaitHeard(String what, Predicate<Heard> wanted) {
        return await(what)
                .atMost(Duration.ofSeconds(30))
                .until(() -> heard.stream().filter(wanted).findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    /** Publishes without any properties, as the tutorials do. */
    public void publish(String exchange, String key, String body) {
        publish(exchange, key, null, body.getBytes(StandardCharsets.UTF_8), 1);
    }

    /** Publishes the same message several times and waits for the confirms. */
    public void publish(String exchange, String key, BasicProperties properties, byte[] body, int times) {
        try {
            Channel channel = connection.createChannel();
            try {
                channel.confirmSelect();
                for (int i = 0; i < times; i++) {
                    channel.basicPublish(exchange, key, properties, body);
                }
                channel.waitForConfirmsOrDie(30_000);
            } finally {
                channel.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("Could not publish to " + exchange + " with " + key, e);
        }
    }

    /** Takes the next message out of a queue, as if it had never been there. */
    public Heard steal(String queue) {
        try {
            Channel channel = connection.createChannel();
            try {
                GetResponse got = await("a message in " + queue)
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> channel.basicGet(queue, true), Objects::nonNull);
                return new Heard(
                        got.getEnvelope().getExchange(),
                        got.getEnvelope().getRoutingKey(),
                        got.getProps(),
                        got.getBody());
            } finally {
                channel.close();
            }
        } catch (IOException | TimeoutException e) {
            throw new IllegalStateException("Could not take a message out of " + queue, e);
        }
    }

    /** How many messages are ready in a queue at this moment. */
    public long depth(String queue) {
        return depth(List.of(queue));
    }

    /** How many messages are ready in all of these queues together. */
    public long depth(Collection<String> queues) {
        return look(queues, Long.MAX_VALUE);
    }

    /** Whether no message is ready in any of these queues; it looks no further than the first that has one. */
    public boolean areEmpty(Collection<String> queues) {
        return look(queues, 1) == 0;
    }

    private long look(Collection<String> queues, long enough) {
        try {
            Channel channel = connection.createChannel();
            try {
                long messages = 0;
                for (String name : queues) {
                    messages += channel.messageCount(name);
                    if (messages >= enough) {
                        break;
                    }
                }
                return messages;
            } finally {
                if (channel.isOpen()) {
                    channel.close();
                }
            }
        } catch (IOException | TimeoutException e) {
            throw new IllegalStateException("Could not look at " + queues, e);
        }
    }

    @Override
    public void close() {
        connection.abort(2_000);
    }
}
