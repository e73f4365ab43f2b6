package org.orderway.broker;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.orderway.messages.DeliveryHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.core.Declarable;
import org.springframework.amqp.core.DeclarableCustomizer;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.connection.RabbitUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * A live look at what passes an exchange: keys, types and ids, never what is in a message. Who looks gets a queue of their own that is
 * exclusive and goes when they do; it holds the latest messages only, so that one who reads slowly holds nobody up. (Camel's
 * HTTP door answers in one piece, therefore this one is Spring's.)
 */
@RestController
class Tail {

    private static final Logger log = LoggerFactory.getLogger(Tail.class);
    private static final Pattern KEY = Pattern.compile("(?:[A-Za-z0-9_-]+|[*#])(?:\\.(?:[A-Za-z0-9_-]+|[*#]))*");
    private static final int LONGEST_KEY = 255;
    private static final int AT_HAND = 100;

    private final ConnectionFactory connections;
    private final Topology topology;
    private final ObjectProvider<DeclarableCustomizer> translations;
    private final Clock clock;
    private final int longest;
    private final int keep;
    private final Semaphore places;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "tail");
        thread.setDaemon(true);
        return thread;
    });

    Tail(
            ConnectionFactory connectionFactory,
            Topology topology,
            ObjectProvider<DeclarableCustomizer> translations,
            Clock clock,
            @Value("${orderway.broker.tail.at-most}") int atMost,
            @Value("${orderway.broker.tail.longest}") int longest,
            @Value("${orderway.broker.tail.keep}") int keep) {
        this.connections = connectionFactory;
        this.topology = topology;
        this.translations = translations;
        this.clock = clock;
        this.longest = longest;
        this.keep = keep;
        this.places = new Semaphore(atMost);
    }

    /** What is told of a message. @param order the order it is about, or null */
    record Passed(String at, String exchange, String key, String type, String id, String order, String retries) {}

    /** What is told first: from now on messages are heard. */
    record Listening(String exchange, String key, int seconds, String queue) {}

    /** A stream of server-sent events: {@code listening} at once, then {@code passed} for each message, {@code end} at last. */
    @GetMapping(path = "/ops/tail", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter listen(
            @RequestParam(defaultValue = "#") String key,
            @RequestParam(defaultValue = "${orderway.exchange.orders}") String exchange,
            @RequestParam(defaultValue = "30") int seconds) {
        check(key, exchange, seconds);
        if (!places.tryAcquire()) {
            throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "Enough people are looking already");
        }
        try {
            Ear ear = new Ear(exchange, key);
            SseEmitter stream = new SseEmitter(0L);
            threads.execute(() -> pass(ear, stream, seconds));
            return stream;
        } catch (AmqpException | ShutdownSignalException | IOException away) {
            log.debug("A tail found no broker", away);
            places.release();
            throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "The broker cannot be reached");
        }
    }

    /** A stop of the application does not wait for those who look on. */
    @EventListener(ContextClosedEvent.class)
    void stop() {
        threads.shutdownNow();
    }

    private void check(String key, String exchange, int seconds) {
        if (key.length() > LONGEST_KEY || !KEY.matcher(key).matches()) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST,
                    "key must be words joined by dots, * for any word and # for any number of them");
        }
        boolean known = topology.exchanges().stream()
                .anyMatch(row -> row.name().equals(exchange) && !row.type().equals("headers"));
        if (!known) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST,
                    "exchange must be one of orderway.topology that looks at keys, or a fanout");
        }
        if (seconds < 1 || seconds > longest) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "seconds must be between 1 and " + longest);
        }
    }

    private void pass(Ear ear, SseEmitter stream, int seconds) {
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            send(stream, "listening", new Listening(ear.exchange, ear.key, seconds, ear.queue));
            while (System.nanoTime() < end && ear.isOpen()) {
                Heard heard = ear.next();
                if (heard == null) {
                    // Who has gone away is noticed only by writing to them.
                    stream.send(SseEmitter.event().comment(""));
                } else {
                    send(stream, "passed", heard.passed());
                    ear.done(heard);
                }
            }
            send(stream, "end", Map.of("why", ear.isOpen() ? "time" : "broker"));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (IOException | IllegalStateException | ShutdownSignalException | AmqpException gone) {
            log.debug("A tail ended early", gone);
        } finally {
            ear.close();
            places.release();
            stream.complete();
        }
    }

    private static void send(SseEmitter stream, String name, Object data) throws IOException {
        stream.send(SseEmitter.event().name(name).data(data, MediaType.APPLICATION_JSON));
    }

    private record Heard(long tag, Passed passed) {}

    /** The temporary queue and its consumer. */
    private class Ear extends DefaultConsumer {

        private final String exchange;
        private final String key;
        private final String queue = "tail-" + UUID.randomUUID();
        private final BlockingQueue<Heard> heard = new ArrayBlockingQueue<>(AT_HAND);
        private volatile boolean open = true;

        Ear(String exchange, String key) throws IOException {
            this(exchange, key, connections.createConnection().createChannel(false));
        }

        private Ear(String exchange, String key, Channel channel) throws IOException {
            super(channel);
            this.exchange = exchange;
            this.key = key;
            try {
                channel.queueDeclare(queue, false, true, true, arguments());
                channel.queueBind(queue, exchange, key);
                channel.basicQos(AT_HAND);
                channel.basicConsume(queue, false, this);
            } catch (IOException | RuntimeException failed) {
                close();
                throw failed;
            }
        }

        private Map<String, Object> arguments() {
            Declarable wanted = new Queue(queue, false, true, true, new HashMap<>(Map.of("x-max-length", keep)));
            for (DeclarableCustomizer translation : translations.orderedStream().toList()) {
                wanted = translation.apply(wanted);
            }
            return ((Queue) wanted).getArguments();
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body) {
            Map<String, Object> headers = Objects.requireNonNullElse(properties.getHeaders(), Map.of());
            Object retries = headers.get(DeliveryHeaders.RETRIES);
            Passed passed = new Passed(
                    clock.instant().toString(),
                    envelope.getExchange(),
                    envelope.getRoutingKey(),
                    properties.getType(),
                    properties.getMessageId(),
                    properties.getCorrelationId(),
                    retries == null ? null : Deliveries.text(retries).toString());
            // There is room: no more than so many are delivered without being acknowledged.
            heard.add(new Heard(envelope.getDeliveryTag(), passed));
        }

        @Override
        public void handleCancel(String tag) {
            open = false;
        }

        @Override
        public void handleShutdownSignal(String tag, ShutdownSignalException why) {
            open = false;
        }

        boolean isOpen() {
            return open;
        }

        Heard next() throws InterruptedException {
            return heard.poll(1, TimeUnit.SECONDS);
        }

        void done(Heard one) throws IOException {
            getChannel().basicAck(one.tag(), false);
        }

        void close() {
            try {
                RabbitUtils.setPhysicalCloseRequired(getChannel(), true);
                getChannel().close();
            } catch (IOException | TimeoutException | RuntimeException gone) {
                log.debug("The channel of a tail did not close cleanly", gone);
            }
        }
    }
}
