package org.orderway.bench;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** One run: orders one by one, orders as fast as they go, orders at a steady pace, then the bare broker with the same messages. */
public final class Bench {

    private static final int ARTICLES = 200;
    private static final int STALLED_SECONDS = 60;
    private static final int REFUSED_SECONDS = 60;
    private static final int PRIORITY = 3; // the last digit of the orders that take the priority lane

    private final Options options;
    private final Rabbit rabbit;
    private final Database database;
    private final Orderway orderway;
    private final MailSink mail;

    private final Map<String, Long> due = new ConcurrentHashMap<>();
    private final Map<String, Long> answered = new ConcurrentHashMap<>();
    private final Map<String, Long> shipped = new ConcurrentHashMap<>();
    private final LongAdder putOff = new LongAdder();
    private final LongAdder cutOff = new LongAdder();
    private final Map<String, String> refused = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(2, work -> {
        Thread thread = new Thread(work, "bench-clock");
        thread.setDaemon(true);
        return thread;
    });
    private final List<String> wrong = new ArrayList<>();
    private final StringBuilder table = new StringBuilder();

    private Bench(Options options, Rabbit rabbit, Database database, Orderway orderway, MailSink mail) {
        this.options = options;
        this.rabbit = rabbit;
        this.database = database;
        this.orderway = orderway;
        this.mail = mail;
    }

    public static void main(String[] arguments) throws Exception {
        // Shorter than the server's own limit, so that a connection is not reused while it is being closed.
        System.setProperty("jdk.httpclient.keepalive.timeout", "10");
        Options options = Options.of(arguments);
        String run = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss"));
        Path results = Files.createDirectories(Path.of("bench", "results"));
        String name = "orderway_bench_" + Long.toString(System.currentTimeMillis(), 36);
        int code;
        try (MailSink mail = new MailSink();
                Rabbit rabbit = new Rabbit(options.amqp(), options.management(), name);
                Database database = new Database(name)) {
            Bench bench;
            int publishes;
            int deliveries;
            try (Orderway orderway = new Orderway(options, rabbit, database, mail.port(), results, run)) {
                bench = new Bench(options, rabbit, database, orderway, mail);
                double[] perOrder = bench.pipeline();
                publishes = (int) Math.round(perOrder[0]);
                deliveries = (int) Math.round(perOrder[1]);
            }
            code = bench.raw(publishes, deliveries, results.resolve(run + ".md"));
        }
        System.exit(code);
    }

    private static void say(String text, Object... values) {
        System.out.printf(Locale.ROOT, "[bench] " + text + "%n", values);
    }

    // --- the pipeline -------------------------------------------------------------------------------------------------

    private double ordersPerSecond;
    private List<String> statements = List.of();
    private int busyQueues;
    private int bodySize;

    /** Answers publishes and deliveries an order. */
    private double[] pipeline() throws Exception {
        row("machine", "%d cores, everything on it", Runtime.getRuntime().availableProcessors());
        row("RabbitMQ", "%s, %s queues", rabbit.version(), options.queueType());
        row("PostgreSQL", "%s", database.rows("show server_version").get(0));
        row("application", "Java %s, -Xmx%s", System.getProperty("java.version"), options.heap());
        try (Connection tapping = rabbit.connect("bench tap")) {
            tapShipped(tapping);
            fillShelves();
            say("warming up with %d orders", options.warmup());
            fast("warm", options.warmup());
            awaitEnd("warm", options.warmup());
            rabbit.quiet(60);

            calmRun();
            double[] perOrder = fastRun();
            pacedRun();
            submitRows();
            afterwards();
            return perOrder;
        }
    }

    /** Orders one by one, the next when the last is shipped: what an order costs its sender when nothing else is to be done. */
    private void calmRun() throws Exception {
        say("%d orders, one at a time", options.calm());
        double[] toShipped = new double[options.calm()];
        for (int i = 0; i < options.calm(); i++) {
            String number = "calm-" + i;
            int before = shipped.size();
            long start = System.nanoTime();
            due.put(number, start);
            Semaphore open = new Semaphore(0);
            post(number, order(number, i), open, start);
            open.acquireUninterruptibly();
            while (shipped.size() == before && seconds(start) < STALLED_SECONDS) {
                TimeUnit.MILLISECONDS.sleep(2);
            }
            toShipped[i] = seconds(start) * 1000;
        }
        row("**one order at a time**", "to order.shipped p50 %.0f ms, **p95 %.0f ms**",
                percentile(toShipped, 50), percentile(toShipped, 95));
        awaitEnd("calm", options.calm());
        rabbit.quiet(60);
    }

    /** How long a sender waits for the 202, and how much longer under load: the ratio says more than the times do. */
    private void submitRows() {
        double[] calm = toAnswer("calm");
        double[] paced = toAnswer("paced");
        double[] fast = toAnswer("fast");
        double unloaded = percentile(calm, 99);
        row("**submit, to the 202**", "one at a time p50 %.1f ms, **p99 %.1f ms**", percentile(calm, 50), unloaded);
        submitRow("at " + options.rate() + " orders/s", paced, unloaded);
        submitRow(options.open() + " requests open", fast, unloaded);
    }

    private void submitRow(String load, double[] times, double unloaded) {
        row("", "%s p50 %.1f ms, p99 %.1f ms, **%.1f times** the unloaded p99",
                load, percentile(times, 50), percentile(times, 99), percentile(times, 99) / unloaded);
    }

    /** Milliseconds from the moment an order was due to its answer. */
    private double[] toAnswer(String prefix) {
        return due.entrySet().stream()
                .filter(order -> order.getKey().startsWith(prefix + "-"))
                .mapToDouble(order -> (answered.getOrDefault(order.getKey(), Long.MAX_VALUE) - order.getValue()) / 1e6)
                .toArray();
    }

    private double[] fastRun() throws Exception {
        int n = options.orders();
        Rabbit.Counters before = rabbit.counters();
        database.forgetStatements();
        Database.Work workBefore = database.work();
        long mailsBefore = mail.mails();
        long[] cpu = cpu();
        Processes.Machine machine = Processes.machine();
        say("%d orders, %d requests open", n, options.open());
        long start = System.nanoTime();
        fast("fast", n);
        double accepted = seconds(start);
        double ended = awaitEnd("fast", n);
        double seconds = ended - start / 1e9;
        ordersPerSecond = n / seconds;
        Database.Work workAfter = database.work();
        Rabbit.Counters after = rabbit.quiet(120);
        long[] cpuAfter = cpu();
        Processes.Machine machineAfter = Processes.machine();
        double publishes = (after.confirmed() - before.confirmed()) / (double) n;
        double deliveries = (after.acknowledged() - before.acknowledged()) / (double) n;
        busyQueues = rabbit.busyQueues();
        bodySize = (int) database.number("select avg(octet_length(body::text)) from audit_events");
        say("%.1f orders/s", ordersPerSecond);

        row("**orders/s**", "**%.1f** (%d orders in %.1f s to shipped and audited; all accepted after %.1f s)",
                ordersPerSecond, n, seconds, accepted);
        row("messages an order", "%.1f confirmed publishes, %.1f acknowledged deliveries from %d queues, %d bytes on average",
                publishes, deliveries, busyQueues, bodySize);
        statements = database.topStatements(n);
        double[] priority = toShipped("fast-%" + PRIORITY);
        row("priority orders meanwhile", "to order.shipped **p50 %.0f ms, p95 %.0f ms**; all orders p50 %.0f ms",
                percentile(priority, 50), percentile(priority, 95), percentile(toShipped("fast-%"), 50));
        row("database an order", "%.1f statements, %.1f commits, %.1f kB and %.1f flushes of the log",
                (workAfter.statements() - workBefore.statements()) / (double) n,
                (workAfter.commits() - workBefore.commits()) / (double) n,
                (workAfter.walBytes() - workBefore.walBytes()) / 1024.0 / n,
                (workAfter.walFlushes() - workBefore.walFlushes()) / (double) n);
        row("mails an order", "%.1f", (mail.mails() - mailsBefore) / (double) n);
        row("CPU ms an order", "application %.1f, broker %s, PostgreSQL %s; besides, this benchmark %.1f",
                (cpuAfter[0] - cpu[0]) / (double) n, perOrder(cpu[1], cpuAfter[1], n), perOrder(cpu[2], cpuAfter[2], n),
                (cpuAfter[3] - cpu[3]) / (double) n);
        long ours = 0;
        for (int i = 0; i < cpu.length; i++) {
            ours += cpuAfter[i] - cpu[i];
        }
        row("the machine meanwhile", "%.0f%% of its CPU time spent here, %.0f%% by others",
                100.0 * ours / (machineAfter.total() - machine.total()),
                100.0 * (machineAfter.busy() - machine.busy() - ours) / (machineAfter.total() - machine.total()));
        return new double[] {publishes, deliveries};
    }

    private void pacedRun() throws Exception {
        int n = options.rate() * options.seconds();
        say("%d orders a second for %d s", options.rate(), options.seconds());
        long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
        Semaphore open = new Semaphore(n);
        for (int i = 0; i < n; i++) {
            long at = start + i * TimeUnit.SECONDS.toNanos(1) / options.rate();
            String number = "paced-" + i;
            String json = order(number, i);
            clock.schedule(
                    () -> {
                        due.put(number, at);
                        open.acquireUninterruptibly();
                        post(number, json, open, System.nanoTime());
                    },
                    at - System.nanoTime(),
                    TimeUnit.NANOSECONDS);
        }
        TimeUnit.NANOSECONDS.sleep(start - System.nanoTime() + TimeUnit.SECONDS.toNanos(options.seconds()));
        awaitEnd("paced", n);
        double[] toShipped = toShipped("paced-%");
        row("**at " + options.rate() + " orders/s**", "to order.shipped **p50 %.0f ms, p99 %.0f ms**, longest %.0f ms",
                percentile(toShipped, 50), percentile(toShipped, 99), percentile(toShipped, 100));
    }

    private void afterwards() throws Exception {
        rabbit.quiet(60);
        Orderway.Heap heap = orderway.peakHeap();
        row("peak memory", "%d MB resident; heap %d MB before, %d MB after a collection",
                orderway.peakMemory(), heap.before(), heap.after());
        row("asked again", "%d after a 503, %d after a lost connection", putOff.sum(), cutOff.sum());
        Map<String, Long> depths = rabbit.depths();
        row("left in queues", "%s", depths.isEmpty() ? "nothing" : depths);
        if (!depths.isEmpty()) {
            wrong.add("Left in queues: " + depths);
        }
        refused.forEach((number, answer) -> wrong.add("Order " + number + " was not accepted: " + answer));
        books();
        List<String> complaints = orderway.complaints();
        row("log", "%d lines at WARN or ERROR", complaints.size());
        complaints.stream().limit(10).forEach(line -> say("log: %s", line.length() > 300 ? line.substring(0, 300) : line));
    }

    /** Money: what was captured is what the gateway charged is what the orders cost. Stock: what was sold is what was ordered. */
    private void books() throws SQLException {
        mustBeNone("orders that are not shipped", "select count(*) from orders where status <> 'SHIPPED'");
        mustBeNone(
                "orders whose capture is not their price",
                """
                select count(*) from orders
                where captured <> case payment_method when 'prepaid' then total else 0 end
                """);
        mustBeNone(
                "difference between charges and captures",
                """
                select (select coalesce(sum(amount), 0) from simulators.charges where status = 'captured')
                    - (select sum(captured) from orders)
                """);
        mustBeNone(
                "charges beyond one for each prepaid order",
                """
                select (select count(*) from simulators.charges)
                    - (select count(*) from orders where payment_method = 'prepaid' and total > 0)
                """);
        mustBeNone(
                "parcels beyond one for each order",
                "select (select count(*) from simulators.shipments) - (select count(*) from orders)");
        mustBeNone(
                "articles whose stock does not add up",
                """
                select count(*) from products p
                left join (select sku, sum(quantity) as ordered from order_lines group by sku) l using (sku)
                where p.received <> p.on_hand + p.sold or p.reserved <> 0 or p.sold <> coalesce(l.ordered, 0)
                """);
    }

    private void mustBeNone(String what, String sql) throws SQLException {
        String found = database.rows(sql).get(0);
        if (Double.parseDouble(found) != 0) {
            wrong.add(what + ": " + found);
        }
    }

    // --- the bare broker ----------------------------------------------------------------------------------------------

    private int raw(int publishes, int deliveries, Path report) throws Exception {
        say("the bare broker: %d publishes and %d deliveries an order", publishes, deliveries);
        RawLimit limit = new RawLimit(rabbit, options.queueType(), publishes, deliveries, busyQueues, bodySize);
        limit.run(Math.max(100, options.orders() / 4));
        long cpu = rabbit.cpu();
        double raw = limit.run(options.orders());
        row("**bare broker**", "**%.0f orders/s** (%.0f publishes/s, %.0f deliveries/s; broker CPU ms an order: %s)",
                raw, raw * publishes, raw * deliveries, perOrder(cpu, rabbit.cpu(), options.orders()));
        row("**pipeline / bare broker**", "**%.3f**", ordersPerSecond / raw);
        row("money and stock", "%s", wrong.isEmpty() ? "add up" : "see below");
        StringBuilder text = new StringBuilder("| | |\n|---|---|\n").append(table);
        if (!wrong.isEmpty()) {
            text.append("\nWrong:\n\n");
            wrong.forEach(line -> text.append("- ").append(line).append('\n'));
        }
        System.out.println(text);
        if (!statements.isEmpty()) {
            text.append("\nStatements of the fast run:\n\n| an order | ms an order | |\n|---|---|---|\n");
            statements.forEach(line -> text.append(line).append('\n'));
        }
        Files.writeString(report, text);
        say("written to %s", report);
        return wrong.isEmpty() ? 0 : 1;
    }

    // --- orders -------------------------------------------------------------------------------------------------------

    private void fillShelves() throws ExecutionException, InterruptedException {
        for (int i = 0; i < ARTICLES; i++) {
            String json =
                    """
                    {"name": "Article %d", "category": "home", "price": %d.95, "currency": "GBP", "onHand": 1000000}
                    """
                            .formatted(i, 1 + i % 50);
            int status = orderway.send("PUT", "/products/BENCH-" + i, json).get().statusCode();
            if (status / 100 != 2) {
                throw new IllegalStateException("PUT /products answered " + status);
            }
        }
    }

    /** One to five lines of articles chosen evenly; a fifth is paid at the door, a tenth goes by the priority lane. */
    private static String order(String number, int i) {
        StringBuilder lines = new StringBuilder();
        for (int line = 0; line <= i % 5; line++) {
            lines.append(line == 0 ? "" : ", ")
                    .append("{\"sku\": \"BENCH-%d\", \"quantity\": %d}".formatted((i * 7 + line * 31) % ARTICLES, 1 + i % 3));
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
                        i % 10 == PRIORITY,
                        i % 500,
                        i % 500,
                        i % 5 == 4 ? "{\"method\": \"cod\"}" : "{\"method\": \"prepaid\", \"token\": \"tok_ok\"}",
                        lines);
    }

    /** Sends them with so many requests open, and returns when all are answered. */
    private void fast(String prefix, int count) {
        Semaphore open = new Semaphore(options.open());
        for (int i = 0; i < count; i++) {
            open.acquireUninterruptibly();
            String number = prefix + "-" + i;
            long now = System.nanoTime();
            due.put(number, now);
            post(number, order(number, i), open, now);
        }
        open.acquireUninterruptibly(options.open());
    }

    /** A 503 is a plea to come again; a lost connection leaves it open, and the order's number makes it safe to ask again. */
    private void post(String number, String json, Semaphore open, long first) {
        orderway.send("POST", "/orders", json).whenComplete((answer, failure) -> {
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

    private void tapShipped(Connection connection) throws IOException {
        Channel channel = connection.createChannel();
        String queue = channel.queueDeclare().getQueue();
        channel.queueBind(queue, "order_events", "order.shipped");
        channel.basicConsume(
                queue,
                true,
                (tag, message) -> shipped.putIfAbsent(message.getProperties().getCorrelationId(), System.nanoTime()),
                tag -> {});
    }

    /** Waits until all are shipped, and every event they recorded is audited; answers the nano clock then, in seconds. */
    private double awaitEnd(String prefix, int count) throws Exception {
        int expected = count
                - (int) refused.keySet().stream()
                        .filter(number -> number.startsWith(prefix + "-"))
                        .count();
        long progress = -1;
        long progressAt = System.nanoTime();
        while (seconds(progressAt) < STALLED_SECONDS) {
            long done = database.number(
                    "select count(*) from orders where status = 'SHIPPED' and number like ?", prefix + "-%");
            if (done >= expected) {
                long missing = missingInAudit(prefix);
                if (missing == 0) {
                    return System.nanoTime() / 1e9;
                }
                done -= missing;
            }
            if (done > progress) {
                progress = done;
                progressAt = System.nanoTime();
            }
            TimeUnit.MILLISECONDS.sleep(done + 300 > expected ? 50 : 500);
        }
        List<String> stuck = database.rows(
                "select status, count(*), min(number) from orders where number like ? group by status", prefix + "-%");
        wrong.add(prefix + ": no progress for " + STALLED_SECONDS + " s; " + stuck + ", " + missingInAudit(prefix)
                + " events not audited");
        return progressAt / 1e9;
    }

    private long missingInAudit(String prefix) throws SQLException {
        return database.number(
                """
                with o as (select id from orders where number like ?)
                select (select count(*) from outcomes s, json_array_elements(s.messages) m
                        where s.order_id in (select id from o) and m ->> 'exchange' = 'order_events'
                          and not exists (select 1 from audit_events a where a.event_id = m ->> 'id'))
                     + (select count(*) from o where not exists
                            (select 1 from audit_events a where a.order_id = o.id and a.type = 'order.placed'))
                """,
                prefix + "-%");
    }

    /** Milliseconds from the moment orders with such a number were due to their parcels. */
    private double[] toShipped(String like) throws SQLException {
        return database.rows("select id, number from orders where number like ?", like).stream()
                .map(row -> row.split(" "))
                .mapToDouble(order -> (shipped.getOrDefault(order[0], Long.MAX_VALUE) - due.get(order[1])) / 1e6)
                .toArray();
    }

    // --- figures ------------------------------------------------------------------------------------------------------

    private long[] cpu() {
        return new long[] {
            orderway.cpu(), rabbit.cpu(), database.cpu(), Processes.cpu(ProcessHandle.current().pid())
        };
    }

    private static String perOrder(long before, long after, int orders) {
        return after == 0 ? "unknown (not one process of this machine)" : "%.1f".formatted((after - before) / (double) orders);
    }

    private static double percentile(double[] values, int percent) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[Math.max(0, (int) Math.ceil(sorted.length * percent / 100.0) - 1)];
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private void row(String what, String text, Object... values) {
        table.append("| ").append(what).append(" | ").append(String.format(Locale.ROOT, text, values)).append(" |\n");
    }
}
