package org.orderway.bench;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/** The orders a pipeline is given, and what becomes of them. */
final class Load implements AutoCloseable {

    static final int STALLED_SECONDS = 60;
    static final int PRIORITY = 3; // the last digit of the orders that take the priority lane

    /** How the numbers of orders begin that come straight over the exchange. */
    static final String STRAIGHT = "straight";

    private static final int ARTICLES = 200;
    private static final int REFUSED_SECONDS = 60;
    private static final int UNCONFIRMED = 500;

    private final Application application;
    private final Pipeline pipeline;
    private final Database database;
    private final int mostOpen;
    private final Connection broker;

    private final Map<String, Long> due = new ConcurrentHashMap<>();
    private final Map<String, Long> answered = new ConcurrentHashMap<>();
    private final Map<String, Long> shipped = new ConcurrentHashMap<>();
    private final LongAdder shippedCount = new LongAdder();
    private final Map<String, String> refused = new ConcurrentHashMap<>();
    private final LongAdder putOff = new LongAdder();
    private final LongAdder cutOff = new LongAdder();
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(2, work -> {
        Thread thread = new Thread(work, "bench-clock");
        thread.setDaemon(true);
        return thread;
    });

    Load(Application application, Pipeline pipeline, Rabbit rabbit, Database database, int mostOpen) throws Exception {
        this.application = application;
        this.pipeline = pipeline;
        this.database = database;
        this.mostOpen = mostOpen;
        this.broker = rabbit.connect("bench tap");
        tapShipped();
        fillShelves();
    }

    private void tapShipped() throws IOException {
        Channel channel = broker.createChannel();
        String queue = channel.queueDeclare().getQueue();
        channel.queueBind(queue, "order_events", "order.shipped");
        channel.basicConsume(
                queue,
                true,
                (tag, message) -> {
                    if (shipped.putIfAbsent(message.getProperties().getCorrelationId(), System.nanoTime()) == null) {
                        shippedCount.increment();
                    }
                },
                tag -> {});
    }

    private void fillShelves() throws ExecutionException, InterruptedException {
        for (int i = 0; i < ARTICLES; i++) {
            String json =
                    """
                    {"name": "Article %d", "category": "home", "price": %d.95, "currency": "GBP", "onHand": 10000000}
                    """
                            .formatted(i, 1 + i % 50);
            int status = application.send("PUT", "/products/BENCH-" + i, json).get().statusCode();
            if (status / 100 != 2) {
                throw new IllegalStateException("PUT /products answered " + status);
            }
        }
    }

    /** One to five lines of articles chosen evenly; a fifth is paid at the door. */
    private static String order(String number, int i, boolean priority) {
        StringBuilder lines = new StringBuilder();
        for (int line = 0; line <= i % 5; line++) {
            lines.append(line == 0 ? "" : ", ")
                    .append("{\"sku\": \"BENCH-%d\", \"quantity\": %d}".formatted((i * 7L + line * 31L) % ARTICLES, 1 + i % 3));
        }
        return """
                {"number": "%s", "priority": %s,
                 "customer": {"id": "c-%d", "name": "Ada Lovelace", "email": "c-%d@example.org"},
                 "shipTo": {"name": "Ada Lovelace", "lines": ["12 St James's Square"], "city": "London",
                            "postcode": "SW1Y 4JH", "country": "GB"},
                 "payment": %s, "currency": "GBP", "lines": [%s]}
                """
                .formatted(
                        number,
                        priority,
                        i % 500,
                        i % 500,
                        i % 5 == 4 ? "{\"method\": \"cod\"}" : "{\"method\": \"prepaid\", \"token\": \"tok_ok\"}",
                        lines);
    }

    // --- placing them -------------------------------------------------------------------------------------------------

    /** Sends them with so many requests open, and returns when all are answered. A tenth takes the priority lane. */
    void fast(String prefix, int count) {
        Semaphore open = new Semaphore(mostOpen);
        for (int i = 0; i < count; i++) {
            open.acquireUninterruptibly();
            String number = prefix + "-" + i;
            long now = System.nanoTime();
            due.put(number, now);
            post(number, order(number, i, i % 10 == PRIORITY), open, now);
        }
        open.acquireUninterruptibly(mostOpen);
    }

    /** One, at the time it is to be measured from; returns when it is answered. */
    void one(String number, int i) {
        Semaphore open = new Semaphore(0);
        long now = System.nanoTime();
        due.put(number, now);
        post(number, order(number, i, i % 10 == PRIORITY), open, now);
        open.acquireUninterruptibly();
    }

    /** So many a second for so long, each at its time whether or not the ones before are answered; returns after it. */
    void paced(String prefix, int perSecond, int seconds) throws InterruptedException {
        int n = perSecond * seconds;
        long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
        for (int i = 0; i < n; i++) {
            at(start + i * TimeUnit.SECONDS.toNanos(1) / perSecond, prefix + "-" + i, i, i % 10 == PRIORITY);
        }
        TimeUnit.NANOSECONDS.sleep(start - System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
    }

    /** One order, to be placed then; its time runs from then whenever it really could start. */
    void at(long nanoTime, String number, int i, boolean priority) {
        String json = order(number, i, priority);
        clock.schedule(
                () -> {
                    due.put(number, nanoTime);
                    post(number, json, new Semaphore(0), System.nanoTime());
                },
                nanoTime - System.nanoTime(),
                TimeUnit.NANOSECONDS);
    }

    /** Normal orders straight over the exchange, as other programs send them: confirmed, persistent. */
    void publish(int count) throws IOException, InterruptedException, TimeoutException {
        AMQP.BasicProperties persistent = new AMQP.BasicProperties.Builder()
                .deliveryMode(2)
                .contentType("application/json")
                .build();
        try (Channel channel = broker.createChannel()) {
            channel.confirmSelect();
            for (int i = 0; i < count; i++) {
                String json = order(STRAIGHT + "-" + i, i, false);
                channel.basicPublish(
                        "order_events", "order.normal.gb.home", true, persistent, json.getBytes(StandardCharsets.UTF_8));
                if (i % UNCONFIRMED == UNCONFIRMED - 1) {
                    channel.waitForConfirmsOrDie(60_000);
                }
            }
            channel.waitForConfirmsOrDie(60_000);
        }
    }

    /** A 503 is a plea to come again; a lost connection leaves it open, and the order's number makes it safe to ask again. */
    private void post(String number, String json, Semaphore open, long first) {
        application.send("POST", "/orders", json).whenComplete((answer, failure) -> {
            boolean again = failure == null ? answer.statusCode() == 503 : failure.getCause() instanceof IOException;
            if (again && seconds(first) < REFUSED_SECONDS) {
                (failure == null ? putOff : cutOff).increment();
                clock.schedule(() -> post(number, json, open, first), 200, TimeUnit.MILLISECONDS);
                return;
            }
            if (failure != null || answer.statusCode() != 202) {
                refused.put(number, failure == null ? answer.statusCode() + " " + answer.body() : failure.toString());
            }
            answered.put(number, System.nanoTime());
            open.release();
        });
    }

    // --- what becomes of them -----------------------------------------------------------------------------------------

    /** How many orders have left the house. */
    long shipped() {
        return shippedCount.sum();
    }

    /** The end of a wait. @param stuck what was wrong with it, or null */
    record End(double seconds, String stuck) {}

    /** Waits until all are shipped, and every event they recorded is in the trail; answers the nano clock then, in seconds. */
    End awaitEnd(String prefix, int count) throws Exception {
        int expected = count
                - (int) refused.keySet().stream()
                        .filter(number -> number.startsWith(prefix + "-"))
                        .count();
        long progress = -1;
        long progressAt = System.nanoTime();
        while (seconds(progressAt) < STALLED_SECONDS) {
            long looked = System.nanoTime();
            long done = database.number(
                    "select count(*) from orders where status = 'SHIPPED' and number like ?", prefix + "-%");
            if (done >= expected) {
                long missing = missingInAudit(prefix);
                if (missing == 0) {
                    return new End(System.nanoTime() / 1e9, null);
                }
                done -= missing;
            }
            if (done > progress) {
                progress = done;
                progressAt = System.nanoTime();
            }
            // A look costs the database what the pipeline wants from it: at most a fifth of the time.
            TimeUnit.NANOSECONDS.sleep(Math.max(
                    TimeUnit.MILLISECONDS.toNanos(done + 300 > expected ? 50 : 500), 4 * (System.nanoTime() - looked)));
        }
        List<String> stuck = database.rows(
                "select status, count(*), min(number) from orders where number like ? group by status", prefix + "-%");
        return new End(
                progressAt / 1e9,
                prefix + ": no progress for " + STALLED_SECONDS + " s; " + stuck + ", " + missingInAudit(prefix)
                        + " events not audited");
    }

    private long missingInAudit(String prefix) throws SQLException {
        return database.number(pipeline.missingInAudit(), prefix + "-%");
    }

    /** Milliseconds from the moment orders with such a number were due to their parcels. */
    double[] toShipped(String like) throws SQLException {
        return database.rows("select id, number from orders where number like ?", like).stream()
                .map(row -> row.split(" "))
                .mapToDouble(order -> (shipped.getOrDefault(order[0], Long.MAX_VALUE) - due.get(order[1])) / 1e6)
                .toArray();
    }

    /** When each of them was shipped, on the nano clock, the first at first. */
    long[] timesShipped(String like) throws SQLException {
        return database.rows("select id from orders where number like ?", like).stream()
                .mapToLong(id -> shipped.getOrDefault(id, Long.MAX_VALUE))
                .sorted()
                .toArray();
    }

    /** Milliseconds from the moment an order was due to its answer. */
    double[] toAnswer(String prefix) {
        return due.entrySet().stream()
                .filter(order -> order.getKey().startsWith(prefix + "-"))
                .mapToDouble(order -> (answered.getOrDefault(order.getKey(), Long.MAX_VALUE) - order.getValue()) / 1e6)
                .toArray();
    }

    Map<String, String> refused() {
        return refused;
    }

    long putOff() {
        return putOff.sum();
    }

    long cutOff() {
        return cutOff.sum();
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    @Override
    public void close() throws IOException {
        clock.shutdownNow();
        if (broker.isOpen()) {
            broker.close();
        }
    }
}
