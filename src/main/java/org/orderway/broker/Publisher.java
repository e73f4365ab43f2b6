package org.orderway.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.orderway.broker.PublishFailed.Reason;
import org.orderway.messages.OutgoingMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.rabbit.connection.Connection;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.connection.ConnectionListener;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Publishes messages and returns only when the broker has taken responsibility for every one of them.
 *
 * <p>It works on a connection of its own, since a broker in need blocks connections that publish and consumers must go on
 * acknowledging. It uses the client's own confirms rather than a RabbitTemplate: they tell a no from silence message by
 * message, a channel that saw either can be closed for good before it nacks every later publish, and all threads can share one:
 * see {@link ConfirmingChannel}.
 */
@Component("publisher")
public class Publisher implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(Publisher.class);
    private static final int ATTEMPTS = 3;
    private static final int KEYS_REMEMBERED = 10_000;

    private final ConnectionFactory connections;
    private final Topology topology;
    private final MeterRegistry meters;
    private final Counter unknownKeys;
    private final Duration confirmTimeout;
    private final Alarm alarm = new Alarm();
    private final Declared declared;
    private final Set<String> knownKeys = ConcurrentHashMap.newKeySet();
    private final Set<String> reportedKeys = ConcurrentHashMap.newKeySet();
    private final ReentrantLock opening = new ReentrantLock();
    private final ScheduledExecutorService closing = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "publisher-channel-closing");
        thread.setDaemon(true);
        return thread;
    });
    private volatile ConfirmingChannel shared;

    Publisher(
            ConnectionFactory connectionFactory,
            AmqpAdmin admin,
            Topology topology,
            MeterRegistry meters,
            @Value("${orderway.publisher.confirm-timeout:5s}") Duration confirmTimeout) {
        ConnectionFactory separate = connectionFactory.getPublisherConnectionFactory();
        this.connections = separate == null ? connectionFactory : separate;
        this.topology = topology;
        this.meters = meters;
        this.unknownKeys = Counter.builder("orderway.published.unknown.key")
                .description("Messages published with a key that is not in orderway.topology.published")
                .register(meters);
        this.confirmTimeout = confirmTimeout;
        this.declared = new Declared(admin);
        this.connections.addConnectionListener(alarm);
        this.connections.addConnectionListener(declared);
    }

    /**
     * Publishes one message; see {@link #publish(List)}.
     *
     * @throws PublishFailed when the broker did not confirm it
     */
    public void publish(OutgoingMessage message) {
        publish(List.of(message));
    }

    /**
     * Publishes all messages, then waits for every confirm. What the broker refuses is published again,
     * under the same id, at most twice; what it does not answer is not, for it may have arrived.
     *
     * @throws PublishFailed when the broker did not confirm every one
     */
    public void publish(List<OutgoingMessage> messages) {
        if (messages.isEmpty()) {
            return;
        }
        messages.forEach(this::reportUnknownKey);
        Timer.Sample sample = Timer.start(meters);
        String outcome = "confirmed";
        try {
            List<OutgoingMessage> open = List.copyOf(messages);
            for (int attempt = 1; !open.isEmpty(); attempt++) {
                open = publishOnce(open);
                if (!open.isEmpty() && attempt == ATTEMPTS) {
                    throw new PublishFailed(
                            Reason.NACKED, open, "The broker refused a message " + ATTEMPTS + " times", null);
                }
                if (!open.isEmpty()) {
                    log.warn(
                            "The broker refused {} of {} messages, publishing them again",
                            open.size(),
                            messages.size());
                    pause(open);
                }
            }
        } catch (PublishFailed failed) {
            outcome = failed.reason().name().toLowerCase();
            throw failed;
        } finally {
            sample.stop(Timer.builder("orderway.publish.confirm")
                    .description("From the first publish of a batch to its last confirm, pauses included")
                    .tag("outcome", outcome)
                    .register(meters));
        }
    }

    /** Whether the broker is there and takes messages at present, its memory and disk alarms being off. */
    public boolean mayPublish() {
        try {
            connections.createConnection();
            return alarm.why == null;
        } catch (AmqpException away) {
            log.debug("The broker cannot be reached", away);
            return false;
        }
    }

    /** Publishes and answers those that were nacked; anything worse is thrown. */
    private List<OutgoingMessage> publishOnce(List<OutgoingMessage> messages) {
        try {
            return publish(messages, this::shared);
        } catch (PublishFailed failed) {
            if (failed.reason() != Reason.REFUSED) {
                throw failed;
            }
            // The broker closes the channel over one message, be it somebody else's: alone it shows whose it was.
            return publishAlone(messages);
        }
    }

    private List<OutgoingMessage> publishAlone(List<OutgoingMessage> messages) {
        AtomicReference<ConfirmingChannel> own = new AtomicReference<>();
        try {
            return publish(messages, connection -> {
                own.set(open(connection));
                return own.get();
            });
        } finally {
            if (own.get() != null) {
                closing.execute(() -> close(own.get()));
            }
        }
    }

    private List<OutgoingMessage> publish(List<OutgoingMessage> messages, Channels channels) {
        ConfirmedBatch batch = new ConfirmedBatch(messages);
        try {
            Connection connection = connections.createConnection();
            if (!alarm.waitUntilOff(confirmTimeout)) {
                throw new PublishFailed(
                        Reason.BLOCKED, messages, "The broker takes no messages at present: " + alarm.why, null);
            }
            declared.ensure();
            ConfirmingChannel channel = channels.on(connection);
            channel.publish(batch, confirmTimeout);
            return verdict(batch, channel);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new PublishFailed(
                    Reason.UNCONFIRMED, messages, "Interrupted while waiting for the broker's confirm", stopped);
        } catch (ShutdownSignalException closed) {
            throw closed(closed, messages);
        } catch (AmqpException | IOException broken) {
            if (broken.getCause() instanceof ShutdownSignalException closed) {
                throw closed(closed, messages);
            }
            throw new PublishFailed(
                    Reason.UNREACHABLE, messages, "The broker cannot be reached: " + broken.getMessage(), broken);
        }
    }

    private List<OutgoingMessage> verdict(ConfirmedBatch batch, ConfirmingChannel channel) {
        List<OutgoingMessage> waiting = batch.waiting();
        List<OutgoingMessage> nacked = batch.nacked();
        if (!batch.isAnswered()) {
            List<OutgoingMessage> unconfirmed = batch.messages().stream()
                    .filter(m -> waiting.contains(m) || nacked.contains(m))
                    .toList();
            if (batch.closed() != null) {
                throw closed(batch.closed(), unconfirmed);
            }
            channel.retire();
            throw new PublishFailed(
                    Reason.UNCONFIRMED,
                    unconfirmed,
                    "The broker did not confirm within " + confirmTimeout.toMillis()
                            + " ms; the message may have arrived",
                    null);
        }
        if (!batch.returned().isEmpty()) {
            throw new PublishFailed(
                    Reason.UNROUTABLE,
                    batch.returned(),
                    "No queue took a message, not even " + Topology.UNROUTABLE_QUEUE,
                    null);
        }
        return nacked;
    }

    /** Where to publish. */
    private interface Channels {
        ConfirmingChannel on(Connection connection) throws IOException, InterruptedException;
    }

    /** The channel that all publish on; another one when a broker's answer or its silence made it doubtful. */
    private ConfirmingChannel shared(Connection connection) throws IOException, InterruptedException {
        ConfirmingChannel open = shared;
        if (open != null && open.isUsable()) {
            return open;
        }
        // Whoever opens it may wait for a broker that hangs; the others need not wait as long, one after the other.
        if (!opening.tryLock(confirmTimeout.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException("no channel could be opened within " + confirmTimeout.toMillis() + " ms");
        }
        try {
            ConfirmingChannel doubtful = shared;
            if (doubtful != null && doubtful.isUsable()) {
                return doubtful;
            }
            shared = open(connection);
            if (doubtful != null) {
                // Those who publish on it still may get their answer.
                closing.schedule(() -> close(doubtful), confirmTimeout.toMillis(), TimeUnit.MILLISECONDS);
            }
            return shared;
        } finally {
            opening.unlock();
        }
    }

    private static ConfirmingChannel open(Connection connection) throws IOException {
        // Not one of the factory's cached channels: those open themselves anew behind their user's back.
        Channel channel = connection.getDelegate().createChannel();
        if (channel == null) {
            throw new IOException("the connection has no channel left");
        }
        return new ConfirmingChannel(channel);
    }

    private static void close(ConfirmingChannel channel) {
        try {
            channel.close();
        } catch (IOException | TimeoutException | RuntimeException e) {
            log.debug("A channel did not close cleanly", e);
        }
    }

    private static PublishFailed closed(ShutdownSignalException closed, List<OutgoingMessage> unconfirmed) {
        Method method = closed.getReason();
        if (!closed.isHardError() && method instanceof AMQP.Channel.Close close) {
            return new PublishFailed(
                    Reason.REFUSED, unconfirmed, "The broker refused a message: " + close.getReplyText(), closed);
        }
        return new PublishFailed(
                Reason.UNREACHABLE,
                unconfirmed,
                "The connection to the broker broke while publishing: " + closed.getMessage(),
                closed);
    }

    private static void pause(List<OutgoingMessage> open) {
        try {
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(200, 1000));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new PublishFailed(Reason.NACKED, open, "Interrupted before publishing again", stopped);
        }
    }

    private void reportUnknownKey(OutgoingMessage message) {
        String key = message.exchange() + " " + message.routingKey();
        if (knownKeys.contains(key)) {
            return;
        }
        if (topology.isPublished(message.exchange(), message.routingKey())) {
            remember(knownKeys, key);
            return;
        }
        unknownKeys.increment();
        if (remember(reportedKeys, key)) {
            log.error(
                    "Published to {} with the key \"{}\", which is not in orderway.topology.published: nobody may be waiting"
                            + " for {} {}",
                    message.exchange(),
                    message.routingKey(),
                    message.type(),
                    message.id());
        }
    }

    private static boolean remember(Set<String> keys, String key) {
        return keys.size() < KEYS_REMEMBERED && keys.add(key);
    }

    @Override
    public void destroy() {
        closing.shutdownNow();
    }

    /** RabbitMQ's memory or disk alarm: it stops reading from the connection, where a publish would then hang. */
    private static class Alarm implements ConnectionListener {

        private volatile String why;

        @Override
        public void onCreate(Connection connection) {
            set(null);
            connection.addBlockedListener(new BlockedListener() {
                @Override
                public void handleBlocked(String reason) {
                    set(reason);
                }

                @Override
                public void handleUnblocked() {
                    set(null);
                }
            });
        }

        private synchronized void set(String reason) {
            why = reason;
            notifyAll();
        }

        /** Whether it is off, at the latest after the time given. */
        synchronized boolean waitUntilOff(Duration timeout) throws InterruptedException {
            long end = System.nanoTime() + timeout.toNanos();
            while (why != null) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                wait(left);
            }
            return true;
        }
    }

    /**
     * The topology is on the broker. Each new connection declares it, but the first of them alone while the others go on:
     * a message that overtook the declaration would find its exchange without its queues and be unroutable.
     */
    private static class Declared implements ConnectionListener {

        private final AmqpAdmin admin;
        private final AtomicInteger connections = new AtomicInteger();
        private volatile int declaredFor;

        Declared(AmqpAdmin admin) {
            this.admin = admin;
        }

        @Override
        public void onCreate(Connection connection) {
            connections.incrementAndGet();
        }

        void ensure() {
            int wanted = connections.get();
            if (declaredFor != wanted) {
                declare(wanted);
            }
        }

        private synchronized void declare(int wanted) {
            if (declaredFor < wanted) {
                admin.initialize();
                declaredFor = wanted;
            }
        }
    }
}
