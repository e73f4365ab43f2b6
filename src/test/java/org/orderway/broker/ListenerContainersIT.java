package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.orderway.broker.BrokerRoom.message;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.service.ServiceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.orderway.broker.PublishFailed.Reason;
import org.orderway.testing.OnEachVersion;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.context.ConfigurableApplicationContext;

@EnabledIfEnvironmentVariable(named = BrokerRoom.ADDRESS, matches = "amqp.*")
@OnEachVersion
@Tag("rabbitmq")
class ListenerContainersIT {

    private ConfigurableApplicationContext room;

    @AfterEach
    void close() {
        if (room != null) {
            room.close();
        }
    }

    private void open(String... settings) {
        room = BrokerRoom.open(settings);
    }

    private void empty() {
        AmqpAdmin admin = room.getBean(AmqpAdmin.class);
        admin.initialize();
        room.getBean(Topology.class).allQueues().forEach(queue -> admin.purgeQueue(queue, false));
    }

    private void consume(String queues, Processor processor) throws Exception {
        consume(room, queues, processor);
    }

    private static void consume(ConfigurableApplicationContext worker, String queues, Processor processor)
            throws Exception {
        worker.getBean(CamelContext.class).addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("spring-rabbitmq:order_events?queues=" + queues)
                        .routeId("consumer")
                        .process(processor);
            }
        });
    }

    @Test
    void deadLettersAFailedDeliveryAtOnce() throws Exception {
        open();
        empty();
        AtomicInteger deliveries = new AtomicInteger();
        consume("shipping_queue", exchange -> {
            deliveries.incrementAndGet();
            throw new IllegalStateException("broken");
        });

        room.getBean(Publisher.class).publish(message("order_events", "order.payment_success", "bad"));

        RabbitTemplate rabbit = room.getBean(RabbitTemplate.class);
        assertThat(await().until(() -> rabbit.receive("shipping_dlq"), Objects::nonNull))
                .isNotNull();
        assertThat(deliveries).hasValue(1);
    }

    @Test
    void deliversAgainWhatCouldOnlyNotBePublishedOnward() throws Exception {
        open();
        empty();
        List<Object> redelivered = new CopyOnWriteArrayList<>();
        consume("shipping_queue", exchange -> {
            redelivered.add(exchange.getMessage().getHeader("CamelSpringRabbitmqRedelivered"));
            if (redelivered.size() == 1) {
                throw new PublishFailed(
                        Reason.UNREACHABLE, List.of(message("order_events", "order.shipped", "next")), "away", null);
            }
        });

        room.getBean(Publisher.class).publish(message("order_events", "order.payment_success", "good"));

        await().until(() -> redelivered.size() == 2);
        assertThat(redelivered).containsExactly(false, true);
        assertThat(room.getBean(QueueDepths.class).of("shipping_dlq")).hasValue(0);
    }

    @Test
    void answersNoReplyToOfASender() throws Exception {
        open();
        empty();
        List<Exchange> seen = new CopyOnWriteArrayList<>();
        consume("shipping_queue", exchange -> {
            assertThat(exchange.getPattern().isOutCapable()).isFalse();
            seen.add(exchange);
        });

        room.getBean(RabbitTemplate.class).convertAndSend("order_events", "order.payment_success", "x", sent -> {
            sent.getMessageProperties().setReplyTo("audit_queue");
            return sent;
        });

        await().until(() -> seen.size() == 1);
        assertThat(room.getBean(QueueDepths.class).of("shipping_dlq")).hasValue(0);
    }

    @Test
    void runsAsManyConsumersAsTheRowSays() throws Exception {
        open("--orderway.topology.consumers=3");
        empty();
        consume("shipping_queue", exchange -> {});

        await().until(() ->
                room.getBean(AmqpAdmin.class).getQueueInfo("shipping_queue").getConsumerCount() == 3);
    }

    @Test
    void collectsFromEveryDeadLetterQueueByOnePattern() throws Exception {
        open();
        empty();
        List<String> ids = new CopyOnWriteArrayList<>();
        consume(
                "*_dlq",
                exchange -> ids.add(exchange.getMessage().getHeader("CamelSpringRabbitmqMessageId", String.class)));

        List<String> dlqs = room.getBean(Topology.class).workQueues().stream()
                .map(WorkQueue::dlq)
                .toList();
        room.getBean(Publisher.class)
                .publish(dlqs.stream()
                        .map(dlq -> message("order_dead", dlq, dlq))
                        .toList());

        await().until(() -> ids.size() == dlqs.size());
        assertThat(ids).containsExactlyInAnyOrderElementsOf(dlqs);
    }

    @Test
    void fortyPausesWithEverythingPrefetchedDeadLetterNothing() throws Exception {
        open("--orderway.topology.consumers=1", "--orderway.topology.prefetch=500");
        empty();
        Set<String> handled = ConcurrentHashMap.newKeySet();
        Semaphore haste = new Semaphore(0);
        consume("shipping_queue", exchange -> {
            // Slow at first, so that many are left to be prefetched again and again.
            haste.tryAcquire(200, TimeUnit.MILLISECONDS);
            handled.add(exchange.getMessage().getHeader("CamelSpringRabbitmqMessageId", String.class));
        });
        Consumer consumer =
                room.getBean(CamelContext.class).getRoute("consumer").getConsumer();
        QueueDepths depths = room.getBean(QueueDepths.class);
        Publisher publisher = room.getBean(Publisher.class);
        IntStream.range(0, 4)
                .forEach(batch -> publisher.publish(IntStream.range(0, 100)
                        .mapToObj(n -> message("order_events", "order.payment_success", "m-" + batch + "-" + n))
                        .toList()));

        for (int pause = 0; pause < 40; pause++) {
            await("all of them prefetched").atMost(Duration.ofSeconds(20)).until(() -> depths.of("shipping_queue")
                    .equals(OptionalLong.of(0)));
            ServiceHelper.suspendService(consumer);
            await("those not in hand are back in their queue")
                    .until(() -> depths.of("shipping_queue").orElseThrow() > 0);
            ServiceHelper.resumeService(consumer);
        }
        haste.release(10_000);

        await("every message handled, none dead").atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                        handled.size() + " handled, " + depths.of("shipping_queue") + " ready, "
                                + depths.of("shipping_dlq") + " dead")
                .isEqualTo("400 handled, OptionalLong[0] ready, OptionalLong[0] dead"));
    }

    /** The backlog is there before the workers are: who comes first must not take it all. */
    @Test
    void threeEqualWorkersShareTheWorkEvenly() throws Exception {
        open();
        empty();
        Publisher publisher = room.getBean(Publisher.class);
        IntStream.range(0, 150)
                .forEach(batch -> publisher.publish(IntStream.range(0, 20)
                        .mapToObj(n -> message("order_events", "order.payment_success", "m-" + batch + "-" + n))
                        .toList()));
        Map<Integer, Set<String>> done = new ConcurrentHashMap<>();
        CountDownLatch allThere = new CountDownLatch(1);
        List<ConfigurableApplicationContext> others = List.of(BrokerRoom.open(), BrokerRoom.open());
        try {
            List<ConfigurableApplicationContext> workers = List.of(room, others.get(0), others.get(1));
            for (int i = 0; i < workers.size(); i++) {
                Set<String> mine = done.computeIfAbsent(i, n -> ConcurrentHashMap.newKeySet());
                consume(workers.get(i), "shipping_queue", exchange -> {
                    allThere.await();
                    mine.add(exchange.getMessage().getHeader("CamelSpringRabbitmqMessageId", String.class));
                });
            }
            QueueDepths depths = room.getBean(QueueDepths.class);
            await("each of their two consumers holds its 20")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> depths.of("shipping_queue").equals(OptionalLong.of(3_000 - 3 * 2 * 20)));
            allThere.countDown();

            await("all done")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> done.values().stream().mapToInt(Set::size).sum() == 3_000);
            assertThat(done.values()).extracting(Set::size).allSatisfy(share -> assertThat(share)
                    .isBetween(750, 1_260));
        } finally {
            allThere.countDown();
            others.forEach(ConfigurableApplicationContext::close);
        }
    }

    /** So it is when a role is switched off: its routes are stopped. */
    @Test
    void aConsumerThatIsStoppedFinishesWhatItHasInHandAndLeavesTheRestToOthers() throws Exception {
        open("--orderway.topology.consumers=1");
        empty();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Set<String> finished = ConcurrentHashMap.newKeySet();
        Set<String> left = ConcurrentHashMap.newKeySet();
        consume("shipping_queue", exchange -> {
            begun.countDown();
            goOn.await();
            finished.add(exchange.getMessage().getHeader("CamelSpringRabbitmqMessageId", String.class));
        });
        room.getBean(Publisher.class)
                .publish(IntStream.range(0, 30)
                        .mapToObj(n -> message("order_events", "order.payment_success", "m-" + n))
                        .toList());
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> {
            try {
                room.getBean(CamelContext.class).getRouteController().stopRoute("consumer");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        try (ConfigurableApplicationContext other = BrokerRoom.open("--orderway.topology.consumers=1")) {
            consume(
                    other,
                    "shipping_queue",
                    exchange ->
                            left.add(exchange.getMessage().getHeader("CamelSpringRabbitmqMessageId", String.class)));
            assertThat(stopped).as("it waits for what it has in hand").isNotDone();

            goOn.countDown();

            await("the stop").atMost(Duration.ofSeconds(20)).until(stopped::isDone);
            assertThat(stopped).isCompleted();
            await("the other does the rest").atMost(Duration.ofSeconds(20)).until(() -> left.size() == 29);
            assertThat(finished).hasSize(1).doesNotContainAnyElementsOf(left);
            QueueDepths depths = room.getBean(QueueDepths.class);
            assertThat(depths.of("shipping_queue")).hasValue(0);
            assertThat(depths.of("shipping_dlq")).hasValue(0);
        } finally {
            goOn.countDown();
        }
    }

    @Test
    void keepsADeadLetterThatCouldNotBeCollectedAndPausesBeforeItTriesAgain() throws Exception {
        open();
        empty();
        List<Long> attempts = new CopyOnWriteArrayList<>();
        consume("*_dlq", exchange -> {
            attempts.add(System.nanoTime());
            if (attempts.size() < 3) {
                throw new IllegalStateException("the database is away");
            }
        });

        room.getBean(Publisher.class).publish(message("order_dead", "shipping_dlq", "dead"));

        await().atMost(Duration.ofSeconds(20)).until(() -> attempts.size() == 3);
        assertThat(Duration.ofNanos(attempts.get(2) - attempts.get(0))).isGreaterThan(Duration.ofSeconds(2));
        await().during(Duration.ofSeconds(2)).until(() -> attempts.size() == 3);
    }

    @Test
    void refusesAQueueThatIsNotInTheTable() {
        open();

        assertThatThrownBy(() -> consume("shiping_queue", exchange -> {}))
                .rootCause()
                .hasMessage("A consumer names the queue \"shiping_queue\", which orderway.topology does not have;"
                        + " did you mean \"shipping_queue\"?");
    }

    @Test
    void startsWhileTheBrokerIsAwayAndConnectsWhenItIsThere() throws Exception {
        try (BrokerProxy network = BrokerRoom.proxy()) {
            List<String> ids = new ArrayList<>();
            long start = System.nanoTime();
            room = BrokerRoom.openAt(BrokerRoom.through(network));
            consume("inventory_queue", exchange -> {
                synchronized (ids) {
                    ids.add(exchange.getMessage().getHeader("CamelSpringRabbitmqMessageId", String.class));
                }
            });
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));

            network.open();
            room.getBean(Publisher.class).publish(message("order_events", "order.created", "late"));

            await().atMost(Duration.ofSeconds(20)).until(() -> ids.contains("late"));
            room.close();
        }
    }
}
