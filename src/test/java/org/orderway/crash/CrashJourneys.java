package org.orderway.crash;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.orderway.testing.ChildJvm;
import org.orderway.testing.OnEachVersion;
import org.orderway.testing.RealRabbit;
import org.orderway.testing.Shop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;

/**
 * The whole application in a JVM of its own, which is halted at a named point or killed at any moment and started again on
 * the same data. Whatever happened, every order that was accepted comes to its end, and each of its effects happened once.
 *
 * <p>The child that recovers one crash is the one that is halted next, and a start is what takes long here: hence points are shared
 * out between the brokers. The everyday run has those around the payment, each for one of them. The full one
 * ({@code -Dorderway.test.full=true}) has those for both, as every kind of point is among them, and one at each other step, each
 * for one of them. Where there is no RabbitMQ all are for the embedded one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class CrashJourneys {

    private static final Logger log = LoggerFactory.getLogger(CrashJourneys.class);
    private static final boolean FULL = Boolean.getBoolean("orderway.test.full");
    /** First what needs the application as it is shipped: the change to one that can be halted is a start. */
    private static final int UNTOUCHED = 0;

    private static final Duration READY = Duration.ofMinutes(2);
    private static final Duration RECOVERED = Duration.ofSeconds(90);
    private static final int MAIL_CONSUMERS = 4; // two of the facts, two of the confirmations
    private static final Path PROJECT = Path.of("").toAbsolutePath();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    Path folder;

    private final int port = ChildJvm.freePort();
    private final GreenMail mails = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    private final Random random = new Random();
    private final AtomicInteger crashes = new AtomicInteger();
    private final AtomicInteger customers = new AtomicInteger();
    private List<List<CSVRecord>> invoices;
    private ChildJvm orderway;
    private boolean canHalt;

    /** Of every two points that are shared out the one that is for this broker: 0 or 1. */
    abstract int turn();

    /** What the child is told of broker and database, and nothing else. */
    abstract List<String> arguments();

    abstract DataSource dataSource();

    /** Whether the child takes another mail server than its own, one that survives it. */
    abstract boolean mailsComeHere();

    /** A plain client's connection to the broker. */
    abstract Connection broker() throws Exception;

    @BeforeAll
    void prepareTheFolder(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws IOException {
        this.folder = folder;
        LoggingSystem.get(getClass().getClassLoader()).setLogLevel("com.icegreen", LogLevel.ERROR);
        for (String name : List.of("application.yml", "routes-yaml", "samples")) {
            FileSystemUtils.copyRecursively(PROJECT.resolve(name), folder.resolve(name));
        }
        // The mail server's threads fail when a client of theirs is killed, and nobody else's wait should end with
        // them.
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
        mails.start();
        try (Reader file = Files.newBufferedReader(PROJECT.resolve("samples/online-retail-sample.csv"))) {
            Map<String, List<CSVRecord>> byNumber = new TreeMap<>();
            CSVFormat.DEFAULT
                    .builder()
                    .setHeader()
                    .setSkipHeaderRecord(true)
                    .get()
                    .parse(file)
                    .forEach(row -> byNumber.computeIfAbsent(row.get("InvoiceNo"), number -> new ArrayList<>())
                            .add(row));
            invoices = byNumber.entrySet().stream()
                    .filter(invoice -> !invoice.getKey().startsWith("C"))
                    .map(Map.Entry::getValue)
                    .filter(rows -> rows.size() <= 4)
                    .toList();
        }
    }

    @AfterAll
    void stopInGoodOrder() throws IOException {
        try {
            if (orderway != null && orderway.isAlive()) {
                orderway.stop(Duration.ofSeconds(60));
            }
        } finally {
            mails.stop();
            Awaitility.reset();
            leaveNothingBehind();
        }
    }

    /** What a failed test may have left of the child. */
    void leaveNothingBehind() throws IOException {}

    /** Those for this broker. */
    private Stream<Point> shared(List<Point> points) {
        return IntStream.range(0, points.size()).filter(this::isForThisBroker).mapToObj(points::get);
    }

    private boolean isForThisBroker(int number) {
        return !RealRabbit.isGiven() || number % 2 == turn();
    }

    boolean cutsOffTheFirstParcel() {
        return FULL || isForThisBroker(0);
    }

    boolean cutsOffTheSecondParcel() {
        return FULL || isForThisBroker(1);
    }

    Stream<Point> pointsOfTheCharge() {
        return FULL ? Point.ofTheCharge().stream() : shared(Point.ofTheCharge());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pointsOfTheCharge")
    @OnEachVersion
    void anOrderIsChargedShippedAndToldOnceWhereverItsPaymentIsCutOff(Point point) {
        endsShippedThoughHaltedAt(point);
    }

    @Test
    @EnabledIf("cutsOffTheFirstParcel")
    void anOrderIsShippedOnceWhenItIsCutOffBetweenTheCarriersAnswerAndItsRecord() {
        endsShippedThoughHaltedAt(new Point("before ship-parcel-settle in shipping-ship", "booked, not recorded"));
    }

    Stream<Point> pointsOfTheWholePath() {
        return shared(Point.ofTheWholePath());
    }

    @ParameterizedTest(name = "{0}")
    @EnabledIfSystemProperty(named = "orderway.test.full", matches = "true")
    @MethodSource("pointsOfTheWholePath")
    void anOrderEndsShippedWhereverItsPathIsCutOff(Point point) {
        endsShippedThoughHaltedAt(point);
    }

    private void endsShippedThoughHaltedAt(Point point) {
        start(true);
        // The point is for this order alone.
        await("nothing is under way").atMost(RECOVERED).untilAsserted(this::everyOrderEndedForAGoodReason);
        arm(point);
        String customer = "halted-" + customers.incrementAndGet();
        String body = order(customer, 0, "tok_ok");
        boolean accepted = place(body, customer) == 202;
        awaitHalt(point);

        start(true);
        if (!accepted) {
            assertThat(place(body, customer)).isEqualTo(202);
        }
        await(point + ": " + customer + " is shipped")
                .atMost(RECOVERED)
                .untilAsserted(() -> assertThat(statusesOf(customer)).containsExactly("SHIPPED"));
        everythingIsRight();
    }

    @Test
    @EnabledIf("cutsOffTheSecondParcel")
    void theSecondParcelOfAnOrderIsShippedOnceWhenItIsCutOffBetweenTheCarriersAnswerAndItsRecord() {
        Point point = new Point("before ship-parcel-settle in shipping-ship", "booked, not recorded");
        start(true);
        await("nothing is under way").atMost(RECOVERED).untilAsserted(this::everyOrderEndedForAGoodReason);
        String customer = "parcels-" + crashes.get();
        String sku = "P-" + crashes.get();
        assertThat(counted(sku, 1)).isEqualTo(200);
        String body =
                """
                {"customer": {"id": "%s", "name": "Ada", "email": "ada@example.org"}, "partialShipment": true,
                 "shipTo": {"name": "Ada", "lines": ["1 High St"], "city": "Leeds", "postcode": "LS1", "country": "GB"},
                 "payment": {"method": "prepaid", "token": "tok_ok"}, "currency": "GBP",
                 "lines": [{"sku": "%s", "quantity": 3, "unitPrice": 2.5}]}
                """
                        .formatted(customer, sku);
        assertThat(place(body, customer)).isEqualTo(202);
        await("the first parcel has left").atMost(RECOVERED).untilAsserted(() -> assertThat(
                        strings("select fulfilment_state from orders where customer_id = '" + customer + "'"))
                .containsExactly("part"));
        arm(point);
        assertThat(counted(sku, 2)).isEqualTo(200);
        awaitHalt(point);

        start(true);
        await("the second one, too").atMost(RECOVERED).untilAsserted(() -> assertThat(statusesOf(customer))
                .containsExactly("SHIPPED"));
        everythingIsRight();
        assertThat(strings("select parcel from shipments s join orders o on o.id = s.order_id where o.customer_id = '"
                        + customer + "' order by parcel"))
                .containsExactly("1", "2");
        assertThat(strings(
                        "select a.type from audit_events a join orders o on o.id = a.order_id where o.customer_id = '"
                                + customer + "' and a.type in ('order.shipped', 'order.backorder_filled') order by 1"))
                .containsExactly("order.backorder_filled", "order.shipped", "order.shipped");
    }

    /** So many pieces of an article are on the shelf. @return the answer's status, or -1 without one */
    private int counted(String sku, int pieces) {
        return send(HttpRequest.newBuilder(orderway.base().resolve("/products/" + sku))
                .PUT(BodyPublishers.ofString(
                        """
                                        {"name": "P", "category": "x", "price": 2.5, "currency": "GBP", "onHand": %d}
                                        """
                                .formatted(pieces))));
    }

    Stream<Point> pointsOfTheRefund() {
        return FULL ? Point.ofTheRefund().stream() : shared(Point.ofTheRefund());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pointsOfTheRefund")
    void aReturnedOrderIsRefundedOnceWhereverItsRefundIsCutOff(Point point) {
        endsReturnedThoughHaltedAt(point);
    }

    Stream<Point> pointsOfTheWholeReturn() {
        return shared(Point.ofTheWholeReturn());
    }

    @ParameterizedTest(name = "{0}")
    @EnabledIfSystemProperty(named = "orderway.test.full", matches = "true")
    @MethodSource("pointsOfTheWholeReturn")
    void anOrderIsReturnedOnceWhereverItsReturnIsCutOff(Point point) {
        endsReturnedThoughHaltedAt(point);
    }

    private void endsReturnedThoughHaltedAt(Point point) {
        start(true);
        String customer = "returned-" + customers.incrementAndGet();
        assertThat(place(order(customer, 0, "tok_ok"), customer)).isEqualTo(202);
        await("the order is shipped").atMost(RECOVERED).untilAsserted(() -> assertThat(statusesOf(customer))
                .containsExactly("SHIPPED"));
        arm(point);
        boolean accepted = takeBack(customer) == 202;
        awaitHalt(point);

        start(true);
        if (!accepted) {
            assertThat(takeBack(customer)).isEqualTo(202);
        }
        await(point + ": " + customer + " is returned").atMost(RECOVERED).untilAsserted(() -> assertThat(strings(
                        "select status || ' ' || payment_state from orders where customer_id = '" + customer + "'"))
                .containsExactly("RETURNED refunded"));
        everythingIsRight();
    }

    @Test
    void anOrderPostedAgainAfterTheCrashThatSwallowedItsAnswerIsOneOrder() {
        Point point = new Point("after accept-order-commit", "order committed, neither answered nor published");
        start(true);
        await("nothing is under way").atMost(RECOVERED).untilAsserted(this::everyOrderEndedForAGoodReason);
        arm(point);
        String body = order("unanswered", 0, "tok_ok");
        assertThat(place(body, "unanswered")).isEqualTo(-1);
        awaitHalt(point);

        start(true);
        assertThat(place(body, "unanswered")).isEqualTo(202);
        await("the order is shipped").atMost(RECOVERED).untilAsserted(() -> assertThat(statusesOf("unanswered"))
                .containsExactly("SHIPPED"));
        everythingIsRight();
    }

    @Test
    @Order(UNTOUCHED)
    @OnEachVersion
    void sixtyOrdersSurviveAKillAtAnyMoment() {
        int rounds = FULL ? 3 : 1;
        for (int round = 1; round <= rounds; round++) {
            start(false);
            int killAfter = 1 + random.nextInt(75);
            log.info("Round {}: killed after {} answers", round, killAfter);
            List<String> open = placeSixty("round-" + round, killAfter);
            orderway.kill();
            crashes.incrementAndGet();

            start(false);
            for (String customer : open) {
                assertThat(place(sample(customer), customer)).isEqualTo(202);
            }
            String these = "round-" + round;
            await("all orders of round " + round + " have come to their end")
                    .atMost(RECOVERED)
                    .untilAsserted(() -> assertThat(count(
                                    "select count(*) from orders where customer_id like ? and status in ('SHIPPED', 'FAILED')",
                                    these + "-%"))
                            .isEqualTo(60));
        }
        everythingIsRight();
    }

    @Test
    @Order(UNTOUCHED)
    void aStopWithOrdersUnderWayIsQuickAndQuietAndLosesNothing() {
        start(false);
        int before = orderway.output().length();
        List<String> open = placeSixty("stopped", 40);
        long asked = System.nanoTime();
        int exitCode = orderway.stop(Duration.ofSeconds(60));
        Duration took = Duration.ofNanos(System.nanoTime() - asked);
        log.info("Stopped in {} ms, {} orders unanswered", took.toMillis(), open.size());
        String said = orderway.output().substring(before);

        start(false);
        open.forEach(customer -> assertThat(place(sample(customer), customer)).isEqualTo(202));
        await("all are there").atMost(RECOVERED).untilAsserted(() -> assertThat(
                        count("select count(*) from orders where customer_id like 'stopped-%'"))
                .isEqualTo(60));
        everythingIsRight();
        assertThat(exitCode).isEqualTo(128 + 15);
        assertThat(said).doesNotContain("\tat ", " ERROR ");
        assertThat(took).isLessThan(Duration.ofSeconds(15));
    }

    // --- the child

    private void start(boolean halting) {
        if (orderway != null && orderway.isAlive()) {
            if (halting == canHalt) {
                return;
            }
            orderway.stop(Duration.ofSeconds(60));
        }
        canHalt = halting;
        ChildJvm.Builder builder = halting
                ? ChildJvm.orderway(HaltingOrderway.class, folder, port).property(HaltPoints.FILE, armed().toString())
                : ChildJvm.orderway(folder, port);
        builder.argument("--camel.main.jmx-enabled=false") // a sixth of the start, for consoles nobody looks at here
                .argument("--orderway.mail.url=smtp://127.0.0.1:"
                        + mails.getSmtp().getPort())
                .argument("--orderway.notification.confirmation-delay=1s")
                .argument("--orderway.warehouse.mail=")
                .argument("--orderway.samples.feed=true")
                .argument("--orderway.simulators.delivered-after=0s")
                .argument("--orderway.promises.normal=1d") // no order is late, however long a start takes
                .argument("--orderway.promises.priority=1d")
                .argument("--orderway.samples.opening-stock=5000");
        arguments().forEach(builder::argument);
        long began = System.nanoTime();
        orderway = builder.start();
        orderway.awaitHttp("/actuator/health/readiness", READY);
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        Duration worked = orderway.cpuTime();
        await("the sample orders are fed")
                .atMost(RECOVERED)
                .until(() -> count("select count(*) from once where name = 'samples'") == 1);
        if (crashes.get() > 0) {
            assertThat(orderway.output()).doesNotContain("Sample orders fed");
        }
        log.info(
                "{}: ready after {} ms, {} ms of CPU time, {} crashes so far",
                getClass().getSimpleName(),
                took.toMillis(),
                worked.toMillis(),
                crashes);
    }

    private Path armed() {
        return folder.resolve("halt-at");
    }

    private void arm(Point point) {
        try {
            Path written = Files.writeString(folder.resolve("halt-at.new"), point.name());
            Files.move(written, armed(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void disarm() {
        try {
            Files.delete(armed());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitHalt(Point point) {
        try {
            assertThat(orderway.awaitEnd(Duration.ofSeconds(30)))
                    .as("the child's exit code at the point " + point)
                    .isEqualTo(HaltPoints.EXIT_CODE);
            crashes.incrementAndGet();
        } finally {
            disarm();
        }
    }

    // --- a shop

    private int place(String body, String key) {
        return post("/orders", body, key);
    }

    /** Everything of the customer's only order. */
    private int takeBack(String customer) {
        String id = strings("select id::text from orders where customer_id = '" + customer + "'")
                .get(0);
        return post("/orders/" + id + "/return", "{}", customer);
    }

    /** The answer's status, or -1 without one. */
    private int post(String path, String body, String key) {
        return send(HttpRequest.newBuilder(orderway.base().resolve(path))
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(body)));
    }

    private int send(HttpRequest.Builder request) {
        HttpRequest complete = request.timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .header("Authorization", Shop.OPERATOR)
                .build();
        try {
            return HTTP.send(complete, BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Posts sixty orders at once; when so many are answered, or all, it comes back with those that are not. */
    private List<String> placeSixty(String prefix, int enough) {
        AtomicInteger answers = new AtomicInteger();
        List<String> open = new ArrayList<>(
                IntStream.range(0, 60).mapToObj(n -> prefix + "-" + n).toList());
        ExecutorService shops = Executors.newFixedThreadPool(6);
        for (String customer : List.copyOf(open)) {
            shops.execute(() -> {
                if (answers.get() < enough && place(sample(customer), customer) == 202) {
                    synchronized (open) {
                        open.remove(customer);
                    }
                    answers.incrementAndGet();
                }
            });
        }
        shops.shutdown();
        await(enough + " answers")
                .atMost(RECOVERED)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> answers.get() >= enough || shops.isTerminated());
        if (enough > 60) {
            // All are accepted, and some are on their way still.
            await("a moment passes")
                    .pollDelay(Duration.ofMillis(40L * (enough - 60)))
                    .until(() -> true);
        }
        return List.copyOf(open);
    }

    private String sample(String customer) {
        int number = Integer.parseInt(customer.substring(customer.lastIndexOf('-') + 1));
        return order(customer, number, number % 15 == 14 ? "tok_declined" : number % 3 == 2 ? null : "tok_ok");
    }

    /** An order of what an invoice of the samples holds, without a number: only the key tells it from another. */
    private String order(String customer, int number, String token) {
        List<CSVRecord> rows = invoices.get(number % invoices.size());
        return write(Map.of(
                "priority",
                number % 5 == 4,
                "customer",
                Map.of("id", customer, "name", "Ada", "email", customer + "@example.org"),
                "shipTo",
                Map.of(
                        "name", "Ada",
                        "lines", List.of("12 St James's Square"),
                        "city", "London",
                        "postcode", "SW1Y 4JH",
                        "country", "GB"),
                "payment",
                token == null ? Map.of("method", "cod") : Map.of("method", "prepaid", "token", token),
                "currency",
                "GBP",
                "lines",
                rows.stream()
                        .map(row -> Map.of(
                                "sku",
                                row.get("StockCode"),
                                "quantity",
                                Integer.parseInt(row.get("Quantity")),
                                "unitPrice",
                                row.get("UnitPrice")))
                        .toList()));
    }

    private static String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    // --- what must be true once nothing is under way any more

    /** Looks at every order that ever was, those of earlier crashes and the sample orders too. */
    private void everythingIsRight() {
        await("everything is right").atMost(RECOVERED).untilAsserted(() -> {
            everyOrderEndedForAGoodReason();
            stockAddsUp();
            moneyAddsUp();
            parcelsAddUp();
            invoicesAddUp();
            mailsAddUp();
            theTrailIsWhole();
            noMessageIsLeft();
        });
    }

    private void everyOrderEndedForAGoodReason() {
        assertThat(strings("select distinct status || coalesce(' ' || reason, '') from orders"))
                .isSubsetOf("SHIPPED", "RETURNED customer", "FAILED out_of_stock", "FAILED payment_declined");
        assertThat(count("select count(*) from (select customer_id from orders where number not like '53%'"
                        + " group by customer_id having count(*) > 1) twice"))
                .as("orders made twice of one request")
                .isZero();
        assertThat(count("select count(*) from orders where number like '53%'"))
                .as("sample orders")
                .isEqualTo(42);
        assertThat(count("select count(*) from outbox"))
                .as("rows in the outbox")
                .isZero();
    }

    private void stockAddsUp() {
        assertThat(
                        strings(
                                """
                select p.sku from products p left join
                  (select sku, sum(quantity - returned) filter (where state = 'sold') as sold,
                               sum(quantity) filter (where state = 'held') as held from reservations group by sku) r
                using (sku)
                where p.received <> p.on_hand + p.sold or p.sold <> coalesce(r.sold, 0) or p.reserved <> coalesce(r.held, 0)
                   or p.reserved <> 0
                """))
                .as("articles whose stock does not add up")
                .isEmpty();
        assertThat(
                        count(
                                """
                select count(*) from orders o join order_lines l on l.order_id = o.id join products p using (sku)
                where o.status = 'SHIPPED' and p.stocked and not exists
                  (select 1 from reservations r where r.order_id = o.id and r.sku = l.sku and r.state = 'sold')
                """))
                .as("shipped lines that were not taken from stock")
                .isZero();
    }

    private void moneyAddsUp() {
        assertThat(
                        strings(
                                """
                select coalesce(o.id::text, c.key) from
                  (select * from orders where payment_method = 'prepaid' and status in ('SHIPPED', 'RETURNED')) o
                full join (select * from simulators.charges where status = 'captured') c on c.key = 'charge-' || o.id
                where o.captured is distinct from c.amount or o.total is distinct from c.amount
                """))
                .as("orders not charged, or charges not of an order")
                .isEmpty();
        assertThat(
                        strings(
                                """
                select o.id::text from orders o left join simulators.charges c on c.key = 'charge-' || o.id
                where o.refunded <> case o.status when 'RETURNED' then o.captured else 0 end or o.refunded <>
                    coalesce((select sum(r.amount) from simulators.refunds r where r.charge_id = c.charge_id), 0)
                """))
                .as("orders not refunded, or refunded more than once")
                .isEmpty();
        assertThat(number("select coalesce(sum(captured), 0) from orders"))
                .as("captured in all")
                .isEqualByComparingTo(
                        number("select coalesce(sum(amount), 0) from simulators.charges where status = 'captured'"));
        assertThat(
                        strings(
                                """
                select o.id::text from orders o left join ledger_entries l on l.order_id = o.id
                group by o.id having o.captured <> coalesce(sum(l.amount) filter (where l.amount > 0), 0)
                    or o.captured - o.refunded <> coalesce(sum(l.amount), 0)
                """))
                .as("orders whose money the ledger does not tell")
                .isEmpty();
    }

    private void parcelsAddUp() {
        assertThat(
                        strings(
                                """
                select coalesce(o.id::text, c.key) from (select * from orders where status in ('SHIPPED', 'RETURNED')) o
                full join shipments s on s.order_id = o.id
                full join simulators.shipments c on c.tracking_number = s.tracking_number
                where o.id is null
                   or c.key is distinct from 'shipment-' || o.id || case when s.parcel > 1 then '-' || s.parcel else '' end
                """))
                .as("orders without their parcels, or parcels without an order")
                .isEmpty();
    }

    private void invoicesAddUp() {
        assertThat(
                        strings(
                                """
                select coalesce(o.id::text, i.number) from (select * from orders where status in ('SHIPPED', 'RETURNED')) o
                full join invoices i on i.order_id = o.id where i.total is distinct from o.total
                """))
                .as("orders without their one invoice, or invoices without an order")
                .isEmpty();
        assertThat(
                        strings(
                                """
                select o.id::text from orders o
                where refunded <> coalesce((select sum(amount) from credit_notes c where c.order_id = o.id), 0)
                """))
                .as("orders whose refunds are not credited once")
                .isEmpty();
        assertThat(count("select coalesce(sum(last), 0) from paper_numbers"))
                .as("numbers given")
                .isEqualTo(count("select (select count(*) from invoices) + (select count(*) from credit_notes)"));
    }

    private void mailsAddUp() throws Exception {
        assertThat(strings("select key from effects where known_at is null"))
                .as("effects in doubt")
                .isEmpty();
        assertThat(
                        strings(
                                """
                select o.id::text from orders o
                cross join lateral (select count(*) as parcels from shipments s where s.order_id = o.id) p
                where (select count(*) from effects e where e.order_id = o.id and e.kind = 'mail')
                   not between case o.status when 'SHIPPED' then 3 + p.parcels when 'RETURNED' then 5 else 1 end
                       and case o.status when 'SHIPPED' then 3 + p.parcels when 'RETURNED' then 6 else 2 end
                """))
                .as("orders whose customers were not told each fact once; one that fails late may be confirmed before")
                .isEmpty();
        if (!mailsComeHere()) {
            return;
        }
        List<String> received = new ArrayList<>();
        for (MimeMessage mail : mails.getReceivedMessages()) {
            received.add(mail.getMessageID());
        }
        long sent = count("select count(*) from effects where kind = 'mail' and (result ->> 'sent')::boolean");
        assertThat(Set.copyOf(received)).as("different mails").hasSize((int) sent);
        assertThat(received.size() - sent)
                .as("mails sent twice, by crashes between a mail and its record")
                .isBetween(0L, (long) MAIL_CONSUMERS * crashes.get());
    }

    private void theTrailIsWhole() {
        Map<String, String> trails = JdbcClient.create(dataSource())
                .sql(
                        """
                        select o.id::text || ' ' || o.status as name, string_agg(a.type, ' ' order by a.type) as types
                        from orders o left join audit_events a on a.order_id = o.id where not o.partial group by 1
                        """)
                .query((rs, n) -> Map.entry(rs.getString("name"), String.valueOf(rs.getString("types"))))
                .list()
                .stream()
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
        assertThat(trails).allSatisfy((order, types) -> {
            if (order.endsWith("SHIPPED")) {
                assertThat(types)
                        .isEqualTo("order.analytics.created order.analytics.ended order.created"
                                + " order.inventory_checked order.invoiced order.payment_success order.placed order.shipped"
                                + " order.shipping_prepared");
            } else if (order.endsWith("RETURNED")) {
                assertThat(types)
                        .isEqualTo("order.analytics.created order.analytics.ended order.analytics.ended order.created"
                                + " order.inventory_checked order.invoiced order.payment_success order.placed order.refunded"
                                + " order.returned order.shipped order.shipping_prepared");
            } else {
                assertThat(types)
                        .startsWith("order.analytics.created order.analytics.ended order.created order.failed")
                        .doesNotContain("order.failed.", "order.shipped");
            }
        });
        assertThat(
                        strings(
                                """
                select distinct order_id::text from (
                  select *, hash = audit_hash(coalesce(lag(hash) over (partition by order_id order by link), ''), a) as genuine
                  from audit_events a where order_id is not null) chained join audit_chains using (order_id)
                where not genuine or link > links
                """))
                .as("orders whose trail is not as it was written")
                .isEmpty();
        assertThat(count("select count(*) from analytics_orders where ended_at is null"))
                .as("orders that the figures think are under way")
                .isZero();
    }

    /** Neither dead letters nor anything unroutable nor anything that would still be worked on. */
    private void noMessageIsLeft() throws Exception {
        List<String> queues = Pattern.compile("- name: (\\w+)_queue\\b(?!\\s+enabled:)")
                .matcher(Files.readString(PROJECT.resolve("application.yml")))
                .results()
                .map(row -> row.group(1))
                // A queue that only delays has no consumer, and so no dead letters.
                .flatMap(name -> name.endsWith("_delay")
                        ? Stream.of(name + "_queue")
                        : Stream.of(name + "_queue", name + "_dlq"))
                .toList();
        assertThat(queues).contains("payment_queue", "payment_dlq", "confirmation_delay_queue");
        try (Connection connection = broker();
                Channel channel = connection.createChannel()) {
            Map<String, Long> left = new TreeMap<>();
            for (String queue : Stream.concat(queues.stream(), Stream.of("unroutable_queue"))
                    .toList()) {
                left.put(queue, channel.messageCount(queue));
            }
            assertThat(left).as("messages").allSatisfy((queue, messages) -> assertThat(messages)
                    .isZero());
        }
        assertThat(strings("select queue || ': ' || reason from dead_letters"))
                .as("dead letters")
                .isEmpty();
    }

    private List<String> statusesOf(String customer) {
        return JdbcClient.create(dataSource())
                .sql("select status from orders where customer_id = ?")
                .param(customer)
                .query(String.class)
                .list();
    }

    private List<String> strings(String sql) {
        return JdbcClient.create(dataSource()).sql(sql).query(String.class).list();
    }

    private long count(String sql, Object... parameters) {
        return JdbcClient.create(dataSource())
                .sql(sql)
                .params(parameters)
                .query(Long.class)
                .single();
    }

    private BigDecimal number(String sql) {
        return JdbcClient.create(dataSource()).sql(sql).query(BigDecimal.class).single();
    }
}
