package org.orderway.bench;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What the broker itself can do: the messages of an order with nothing behind them. The same number of publishes and
 * deliveries an order, over as many queues of the same type, persistent, each publish confirmed and each delivery
 * acknowledged by itself, but many in flight and no work done.
 */
final class RawLimit {

    private static final String EXCHANGE = "raw";
    private static final int PUBLISHERS = 4;
    private static final int IN_FLIGHT = 250; // unconfirmed publishes of each publisher
    private static final int PREFETCH = 250;

    private final Rabbit rabbit;
    private final String queueType;
    private final int publishes;
    private final int deliveries;
    private final int queues;
    private final byte[] body;

    RawLimit(Rabbit rabbit, String queueType, int publishes, int deliveries, int queues, int bodySize) {
        this.rabbit = rabbit;
        this.queueType = queueType;
        this.publishes = publishes;
        this.deliveries = deliveries;
        this.queues = Math.max(queues, (deliveries + publishes - 1) / publishes);
        this.body = new byte[bodySize];
    }

    /** Orders a second. */
    double run(int orders) throws Exception {
        List<String> names = new ArrayList<>();
        try (Connection consuming = rabbit.connect("raw consumers");
                Connection publishing = rabbit.connect("raw publishers")) {
            Channel channel = consuming.createChannel();
            declare(channel, names);
            CountDownLatch open = new CountDownLatch(orders * deliveries);
            for (String queue : names) {
                consume(consuming, queue, open);
            }
            long start = System.nanoTime();
            ExecutorService threads = Executors.newFixedThreadPool(PUBLISHERS);
            List<Future<?>> done = new ArrayList<>();
            for (int p = 0; p < PUBLISHERS; p++) {
                int share = orders / PUBLISHERS + (p < orders % PUBLISHERS ? 1 : 0);
                done.add(threads.submit(() -> publish(publishing, share)));
            }
            for (Future<?> publisher : done) {
                publisher.get();
            }
            threads.shutdown();
            if (!open.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException(open.getCount() + " messages of the raw run did not arrive");
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            for (String queue : names) {
                channel.queueDelete(queue);
            }
            channel.exchangeDelete(EXCHANGE);
            return orders / seconds;
        }
    }

    /** The first messages of an order go to one queue more than the others, so that the deliveries come out right. */
    private void declare(Channel channel, List<String> names) throws IOException {
        channel.exchangeDeclare(EXCHANGE, "topic", true);
        for (int q = 0; q < queues; q++) {
            String queue = "raw_" + q;
            channel.queueDeclare(queue, true, false, false, Map.of("x-queue-type", queueType));
            names.add(queue);
        }
        int next = 0;
        for (int message = 0; message < publishes; message++) {
            int copies = deliveries / publishes + (message < deliveries % publishes ? 1 : 0);
            for (int copy = 0; copy < copies; copy++) {
                channel.queueBind(names.get(next++ % queues), EXCHANGE, "raw.message." + message);
            }
        }
    }

    private static void consume(Connection connection, String queue, CountDownLatch open) throws IOException {
        Channel channel = connection.createChannel();
        channel.basicQos(PREFETCH);
        channel.basicConsume(queue, false, new DefaultConsumer(channel) {
            @Override
            public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body)
                    throws IOException {
                channel.basicAck(envelope.getDeliveryTag(), false);
                open.countDown();
            }
        });
    }

    private Void publish(Connection connection, int orders) throws Exception {
        try (Channel channel = connection.createChannel()) {
            channel.confirmSelect();
            Semaphore free = new Semaphore(IN_FLIGHT);
            ConcurrentSkipListSet<Long> unconfirmed = new ConcurrentSkipListSet<>();
            channel.addConfirmListener(
                    (tag, multiple) -> {
                        if (!multiple) {
                            free.release(unconfirmed.remove(tag) ? 1 : 0);
                            return;
                        }
                        for (Long first = unconfirmed.pollFirst(); first != null; first = unconfirmed.pollFirst()) {
                            if (first > tag) {
                                unconfirmed.add(first);
                                return;
                            }
                            free.release();
                        }
                    },
                    (tag, multiple) -> {
                        throw new IOException("The broker refused a message of the raw run");
                    });
            for (int order = 0; order < orders; order++) {
                for (int message = 0; message < publishes; message++) {
                    free.acquire();
                    unconfirmed.add(channel.getNextPublishSeqNo());
                    channel.basicPublish(
                            EXCHANGE, "raw.message." + message, MessageProperties.PERSISTENT_BASIC, body);
                }
            }
            if (!free.tryAcquire(IN_FLIGHT, 60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The broker did not confirm every message of the raw run");
            }
        }
        return null;
    }
}
