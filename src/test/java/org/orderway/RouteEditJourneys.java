package org.orderway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Route;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.orderway.broker.Topology;
import org.orderway.routes.BrokenEdit;
import org.orderway.testing.ChildJvm;
import org.orderway.testing.RealRabbit;
import org.orderway.testing.Shop;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.ChannelListener;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * People edit routes while orders stream through them. Of the broken edits, whose check no broker has a part in, each is made on
 * one of the brokers. The everyday run makes some, the full one (-Dorderway.test.full=true) all, and more good ones. For a machine
 * that carries more orders a second than these (-Dorderway.test.orders-per-second=50) there are 200 good edits in a row, and none
 * of the orders may take longer than two seconds.
 */
@SpringBootTest(
        webEnvironment = WebEnvironment.DEFINED_PORT,
        properties = {
            "orderway.samples.feed=false",
            "orderway.examples.console=false",
            "orderway.simulators.delivered-after=0s",
            "orderway.topology.retry-delays=1s,2s",
            "orderway.notification.confirmation-delay=1s",
            "orderway.routes.look-every=100ms",
            "orderway.routes.shadow.orders=" + RouteEditJourneys.LOOKED_AT,
        })
@DirtiesContext
@ExtendWith(OutputCaptureExtension.class)
abstract class RouteEditJourneys {

    private static final boolean FULL = Boolean.getBoolean("orderway.test.full");
    private static final int ASKED_FOR = Integer.getInteger("orderway.test.orders-per-second", 0);
    private static final int ORDERS_PER_SECOND = ASKED_FOR > 0 ? ASKED_FOR : 5;
    private static final int BROKEN_EDITS = FULL ? Integer.MAX_VALUE : 25;
    private static final int GOOD_EDITS = ASKED_FOR > 0 ? 200 : FULL ? 60 : 20;
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(ASKED_FOR > 0 ? 2 : 180);

    /** On a machine that has other things to do customers wait for each other: edits are tested here, not speed. */
    private static final int MOST_ON_THEIR_WAY = ASKED_FOR > 0 ? Integer.MAX_VALUE : 20;

    /** So many of the latest orders go through an edit before it goes live. */
    static final int LOOKED_AT = 50;

    private static final Duration PATIENCE = Duration.ofSeconds(180);

    private static final String INVENTORY = "inventory.camel.yaml";
    private static final String HOLD = "        - bean:\n            id: inventory-reserve-hold\n";

    private static final List<String> EDITED = List.of(INVENTORY, "shipping.camel.yaml", "shared/events.camel.yaml");

    /** Pools of threads, and the cache of channels, take some more with the first orders; what leaks comes with each edit. */
    private static final int POOLS_GROW_BY = 20;

    private static Path routes;

    @Autowired
    private JdbcClient sql;

    @Autowired
    private CamelContext camel;

    @Autowired
    private AmqpAdmin admin;

    @Autowired
    private Topology topology;

    @Autowired
    private DataSource database;

    @Autowired
    private CachingConnectionFactory connections;

    @LocalServerPort
    private int port;

    private Shop shop;
    private String unedited;
    private final Map<Path, String> originals = new HashMap<>();
    private final ConcurrentLinkedQueue<CompletableFuture<Shop.Answer>> placed = new ConcurrentLinkedQueue<>();
    private ScheduledExecutorService customers;

    @DynamicPropertySource
    static void aCopyToEdit(DynamicPropertyRegistry registry) throws IOException {
        int port = ChildJvm.freePort();
        routes = Files.createTempDirectory(Path.of("target"), "route-edits-");
        Path project = Path.of("routes-yaml");
        try (Stream<Path> files = Files.walk(project)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = routes.resolve(project.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        String patterns = String.join(
                ",",
                Stream.of("", "shared/", "examples/", "simulators/")
                        .map(folder -> "file:" + routes + "/" + folder + "*.camel.yaml")
                        .toList());
        registry.add("server.port", () -> port);
        registry.add("camel.main.routes-include-pattern", () -> patterns);
    }

    @BeforeEach
    void openShop() {
        shop = new Shop(port);
        shop.stock("PLENTY", 1_000_000, "2.50", "GBP");
        unedited = version();
    }

    @AfterEach
    void putTheFilesBack() {
        if (customers != null) {
            customers.shutdownNow();
        }
        originals.forEach(RouteEditJourneys::write);
        await("all is as it was")
                .atMost(PATIENCE)
                .until(() -> refused().isEmpty() && version().equals(unedited));
    }

    @Test
    void noOrderSuffersFromBrokenEdits() {
        Map<String, Consumer> consumers = consumers();
        String version = version();
        startOrdering();

        mine(spread(BrokenEdit.all(), BROKEN_EDITS)).forEach(edit -> {
            Path file = routes.resolve(edit.path());
            edit(edit.path(), edit.apply(read(file)));
            await(edit.name()).atMost(PATIENCE).until(() -> refused().containsKey(file.toString()));
            List<JsonNode> findings = refused().get(file.toString());
            assertThat(findings).as(edit.name()).isNotEmpty().allSatisfy(finding -> {
                assertThat(finding.path("file").asText()).isEqualTo(file.toString());
                assertThat(finding.path("line").asInt()).isPositive();
            });
            assertThat(findings).as(edit.name()).anySatisfy(finding -> assertThat(
                            finding.path("rule").asText())
                    .isEqualTo(edit.rule()));
            restore(edit.path());
            await("after " + edit.name()).atMost(PATIENCE).until(() -> refused().isEmpty());
        });

        allAreShippedInGoodTime();
        assertThat(version()).isEqualTo(version);
        assertThat(consumers()).as("nothing was touched").isEqualTo(consumers);
    }

    @Test
    void noOrderSuffersFromGoodEditsAndNothingPilesUp() {
        Map<String, Integer> before = consumersOfQueues();
        Map<String, Consumer> untouched = consumers();
        int threads = Thread.activeCount();
        startOrdering();
        AtomicInteger channels = new AtomicInteger();
        connections.addChannelListener(counting(channels));

        String first = version();
        for (int i = 0; i < GOOD_EDITS; i++) {
            String was = version();
            String path = EDITED.get(i % EDITED.size());
            String text = originals.getOrDefault(routes.resolve(path), read(routes.resolve(path)));
            edit(path, text.replaceFirst("\n    description: ", "\n    description: Edit " + i + " - "));
            await("edit " + i).atMost(PATIENCE).until(() -> !version().equals(was));
            assertThat(refused()).isEmpty();
        }

        allAreShippedInGoodTime();
        assertThat(version()).isNotEqualTo(first);
        await("as many consumers as before").atMost(PATIENCE).untilAsserted(() -> assertThat(consumersOfQueues())
                .isEqualTo(before));
        await("no more threads than pools grow by")
                .atMost(PATIENCE)
                .until(() -> Thread.activeCount() <= threads + POOLS_GROW_BY);
        assertThat(channels).as("channels more than before").hasValueLessThanOrEqualTo(POOLS_GROW_BY);
        Map<String, Consumer> now = consumers();
        now.entrySet().removeIf(route -> route.getValue() != untouched.get(route.getKey()));
        assertThat(untouched.keySet())
                .filteredOn(id -> !now.containsKey(id))
                .as("only the first route of each file was edited")
                .containsExactlyInAnyOrder("inventory-reserve", "shipping-ship", "read-delivery");
        assertThat(history())
                .hasSizeGreaterThanOrEqualTo(GOOD_EDITS)
                .allSatisfy(change -> assertThat(change.path("by").asText()).isNotBlank());
        assertThat(sql.sql("select count(distinct flow_version) from audit_events")
                        .query(Integer.class)
                        .single())
                .as("events say under which version they were")
                .isGreaterThan(1);
    }

    @Test
    void anEditThatFailsAtWorkIsTakenBackByItselfAndCostsNoOrder() {
        String good = version();
        startOrdering();
        String step = "        - setBody:\n            id: inventory-reserve-slip\n            expression:\n"
                + "              simple:\n                expression: \"${body.nothingOfTheKind}\"\n";

        edit(INVENTORY, beginningWith(step));
        await("it is live").atMost(PATIENCE).until(() -> !version().equals(good));
        await("it is taken back").atMost(PATIENCE).until(() -> version().equals(good));

        assertThat(refused().get(routes.resolve(INVENTORY).toString()))
                .singleElement()
                .satisfies(finding -> assertThat(finding.path("problem").asText())
                        .contains("messages failed in the route `inventory-reserve`", "The version before it is back"));
        allAreShippedInGoodTime();
    }

    @Test
    void whatIsInHandIsFinishedByTheOldVersionAndWhatWaitsIsTakenByTheNewOne(CapturedOutput output) throws Exception {
        shop.stock("HELD", 10, "2.50", "GBP");
        String before = version();
        Map<String, Consumer> untouched = consumers();
        String inHand;
        String waiting;
        try (Connection other = database.getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("select 1 from products where sku = 'HELD' for update");
            inHand = shop.place(order("HELD"));
            await("it is in hand").atMost(PATIENCE).until(() -> inHand("inventory-reserve") == 1);

            edit(INVENTORY, beginningWith(stepOfTheReadme().replace("Reserving", "Newly reserving")));
            await("only who has it in hand is left").atMost(PATIENCE).until(() -> consumersOf("inventory_queue") == 1);
            waiting = place();
            assertThat(version()).isEqualTo(before);
            assertThat(inHand("inventory-reserve")).isEqualTo(1);
            other.rollback();
        }
        awaitShipped(List.of(inHand, waiting));
        await("the new version is at work").atMost(PATIENCE).until(() -> !version()
                .equals(before));

        assertThat(output.getOut())
                .contains("Newly reserving for order " + waiting)
                .doesNotContain("Newly reserving for order " + inHand);
        Map<String, Consumer> now = consumers();
        assertThat(now.remove("inventory-reserve")).isNotSameAs(untouched.remove("inventory-reserve"));
        assertThat(now).as("no other was touched").isEqualTo(untouched);
    }

    @Test
    void aRouteThatCannotBeStartedLeavesTheOldOneAtWork() {
        String order = "    startupOrder: 7\n    group: ";
        Map<String, Integer> consumers = consumersOfQueues();
        String was = version();
        edit("shipping.camel.yaml", read(routes.resolve("shipping.camel.yaml")).replaceFirst("    group: ", order));
        await("one route is the seventh").atMost(PATIENCE).until(() -> !version()
                .equals(was));
        String good = version();

        edit(INVENTORY, read(routes.resolve(INVENTORY)).replaceFirst("    group: ", order));
        String path = routes.resolve(INVENTORY).toString();
        await("another cannot be").atMost(PATIENCE).until(() -> refused().containsKey(path));

        assertThat(refused().get(path)).singleElement().satisfies(finding -> assertThat(
                        finding.path("problem").asText())
                .contains("`inventory-reserve` could not be started", "startupOrder"));
        assertThat(version()).isEqualTo(good);
        awaitShipped(List.of(place()));
        assertThat(consumersOfQueues()).isEqualTo(consumers);
    }

    @Test
    void beforeAnEditGoesLiveItTellsHowManyOrdersWouldHaveSkippedAStepAndDoesNothingElse() {
        ObjectNode large = OrderJourneys.line(OrderJourneys.form("prepaid", "tok_ok"), "PLENTY", 100, "2.50");
        awaitShipped(List.of(place(), place(), shop.place(large)));
        await("all have their invoice").atMost(PATIENCE).until(() -> rows("orders") == rows("invoices"));
        Map<String, Long> before = rows();
        String was = version();
        String invoices = "invoices.camel.yaml";
        String text = read(routes.resolve(invoices));
        int begin = text.indexOf("        - bean:\n            id: invoices-issue-write\n");
        int end = text.indexOf("\n- route:\n    id: invoices-credit\n");
        String filter =
                """
                        - filter:
                            id: invoices-issue-large
                            expression:
                              simple:
                                expression: "${body.text('captured')} > 10"
                            steps:
                """;

        edit(
                invoices,
                text.substring(0, begin) + filter + text.substring(begin, end).indent(6) + text.substring(end));
        await("it is live").atMost(PATIENCE).until(() -> !version().equals(was));

        assertThat(paidOf(">= 10")).isPositive();
        assertThat(history().get(0).path("shadow").asText())
                .isEqualTo(
                        "Shadow run: %d of %d orders would skip `invoices-issue-write` (invoices.issue), `invoices-issue-publish`, `publish-event-send` (publisher.publish); %2$d of %2$d orders would newly pass `invoices-issue-large`"
                                .formatted(paidOf("< 10"), paidOf(">= 0")));
        assertThat(rows()).isEqualTo(before);
    }

    private long paidOf(String amount) {
        return sql.sql(
                        """
                        select count(distinct order_id) from audit_events
                        where type = 'order.payment_success' and (body ->> 'captured')::numeric %s and order_id in
                            (select distinct order_id from audit_events where type = 'order.created'
                             order by order_id desc limit %d)
                        """
                                .formatted(amount, LOOKED_AT))
                .query(Long.class)
                .single();
    }

    /** What a step of an order writes. */
    private Map<String, Long> rows() {
        Map<String, Long> rows = new LinkedHashMap<>();
        List.of("orders", "fraud_checks", "invoices", "reservations", "shipments", "dead_letters")
                .forEach(table -> rows.put(table, rows(table)));
        return rows;
    }

    private long rows(String table) {
        return sql.sql("select count(*) from " + table).query(Long.class).single();
    }

    /** What README says under "Change a route", word by word. */
    @Test
    void theWalkThroughOfTheReadmeWorks(CapturedOutput output) {
        String before = version();

        edit(INVENTORY, beginningWith(stepOfTheReadme()));
        await("it is live").atMost(PATIENCE).until(() -> !version().equals(before));
        String order = place();
        await("the log tells it").atMost(PATIENCE).until(() -> output.getOut()
                .contains("Reserving for order " + order));

        edit(INVENTORY, read(routes.resolve(INVENTORY)).replaceFirst("ref: inventory\n", "ref: inventry\n"));
        await("the slip is told").atMost(PATIENCE).until(() -> output.getOut().contains(messageOfTheReadme()));
        assertThat(output.getOut()).contains("The running version stays");
        awaitShipped(List.of(place()));

        JsonNode answer = shop.send(
                        "POST",
                        "/ops/routes/versions/" + before + "/rollback",
                        "application/json",
                        "{\"by\": \"Ada\", \"reason\": \"it was better\"}")
                .body();
        assertThat(answer.path("ok").asBoolean()).as("%s", answer).isTrue();
        assertThat(version()).isEqualTo(before);
        assertThat(read(routes.resolve(INVENTORY))).doesNotContain("inventry", "inventory-reserve-tell");
        assertThat(history().get(0).path("kind").asText()).isEqualTo("rollback");
    }

    /** The file with one more step at the beginning of its first route. */
    private static String beginningWith(String step) {
        return read(routes.resolve(INVENTORY)).replaceFirst(Pattern.quote(HOLD), Matcher.quoteReplacement(step + HOLD));
    }

    private static String messageOfTheReadme() {
        Matcher message = Pattern.compile("inventory\\.camel\\.yaml:\\d+:\\d+: no bean .*")
                .matcher(read(Path.of("README.md")));
        assertThat(message.find()).isTrue();
        return message.group();
    }

    private static String stepOfTheReadme() {
        Matcher step = Pattern.compile(
                        "add a step before `inventory-reserve-hold`\\s+```yaml\\n(.*?)```", Pattern.DOTALL)
                .matcher(read(Path.of("README.md")));
        assertThat(step.find()).isTrue();
        return step.group(1);
    }

    private void startOrdering() {
        customers = Executors.newSingleThreadScheduledExecutor();
        customers.scheduleAtFixedRate(
                () -> {
                    if (onTheirWay() < MOST_ON_THEIR_WAY) {
                        placed.add(shop.sendAsync(
                                "POST",
                                "/orders",
                                "application/json",
                                order("PLENTY").toString()));
                    }
                },
                0,
                1_000_000 / ORDERS_PER_SECOND,
                TimeUnit.MICROSECONDS);
    }

    private int onTheirWay() {
        return sql.sql("select count(*) from orders where status <> 'SHIPPED'")
                .query(Integer.class)
                .single();
    }

    private static ObjectNode order(String sku) {
        return OrderJourneys.line(OrderJourneys.form("prepaid", "tok_ok"), sku, 1, "2.50");
    }

    private String place() {
        return shop.place(order("PLENTY"));
    }

    private void allAreShippedInGoodTime() {
        customers.shutdown();
        List<String> ids =
                placed.stream().map(CompletableFuture::join).map(Shop::accepted).toList();
        assertThat(ids).hasSizeGreaterThan(10);
        awaitShipped(ids);
        assertThat(sql.sql("select count(*) from dead_letters")
                        .query(Long.class)
                        .single())
                .isZero();
        double longest = sql.sql(
                        """
                        select max(extract(epoch from shipped.occurred_at - placed.occurred_at))
                        from audit_events placed join audit_events shipped using (order_id)
                        where placed.type = 'order.placed' and shipped.type = 'order.shipped' and order_id = any(?)
                        """)
                .param(ids.stream().map(UUID::fromString).toArray(UUID[]::new))
                .query(Double.class)
                .single();
        assertThat(longest).as("s the slowest order took").isLessThan(LONGEST_DELAY.toSeconds());
    }

    private void awaitShipped(List<String> ids) {
        UUID[] all = ids.stream().map(UUID::fromString).toArray(UUID[]::new);
        await(ids.size() + " orders are shipped").atMost(PATIENCE).untilAsserted(() -> assertThat(
                        sql.sql("select status from orders where id = any(?)")
                                .param(all)
                                .query(String.class)
                                .list())
                .hasSize(all.length)
                .containsOnly("SHIPPED"));
        await("the trail is complete").atMost(PATIENCE).untilAsserted(() -> assertThat(sql.sql(
                                "select count(distinct order_id) from audit_events where type = 'order.shipped' and order_id = any(?)")
                        .param(all)
                        .query(Integer.class)
                        .single())
                .isEqualTo(all.length));
    }

    /** Of every two edits that are shared out the one that is for this broker: 0 or 1. */
    abstract int turn();

    private <T> List<T> mine(List<T> all) {
        return IntStream.range(0, all.size())
                .filter(i -> !RealRabbit.isGiven() || i % 2 == turn())
                .mapToObj(all::get)
                .toList();
    }

    private static <T> List<T> spread(List<T> all, int most) {
        int wanted = Math.min(most, all.size());
        return IntStream.range(0, wanted)
                .mapToObj(i -> all.get((int) ((long) i * all.size() / wanted)))
                .toList();
    }

    private void edit(String path, String text) {
        Path file = routes.resolve(path);
        originals.putIfAbsent(file, read(file));
        write(file, text);
    }

    private void restore(String path) {
        Path file = routes.resolve(path);
        write(file, originals.get(file));
    }

    private JsonNode report() {
        Shop.Answer answer = shop.get("/ops/routes");
        assertThat(answer.status()).isEqualTo(200);
        return answer.body();
    }

    private String version() {
        return report().path("version").asText();
    }

    private Map<String, List<JsonNode>> refused() {
        Map<String, List<JsonNode>> refused = new LinkedHashMap<>();
        report().path("files").forEach(file -> {
            if (file.path("state").asText().equals("refused")) {
                List<JsonNode> findings = new ArrayList<>();
                file.path("findings").forEach(findings::add);
                refused.put(file.path("file").asText(), findings);
            }
        });
        return refused;
    }

    private List<JsonNode> history() {
        List<JsonNode> changes = new ArrayList<>();
        shop.get("/ops/routes/history?limit=200").body().path("changes").forEach(changes::add);
        return changes;
    }

    private Map<String, Consumer> consumers() {
        Map<String, Consumer> consumers = new HashMap<>();
        for (Route route : camel.getRoutes()) {
            consumers.put(route.getRouteId(), route.getConsumer());
        }
        return consumers;
    }

    private Map<String, Integer> consumersOfQueues() {
        Map<String, Integer> consumers = new HashMap<>();
        topology.workQueues().forEach(queue -> consumers.put(queue.name(), consumersOf(queue.name())));
        return consumers;
    }

    /** As the broker counts them. */
    private int consumersOf(String queue) {
        return admin.getQueueInfo(queue).getConsumerCount();
    }

    private int inHand(String route) {
        return camel.getInflightRepository().size(route);
    }

    private static ChannelListener counting(AtomicInteger channels) {
        return new ChannelListener() {
            @Override
            public void onCreate(Channel channel, boolean transactional) {
                channels.incrementAndGet();
            }

            @Override
            public void onShutDown(ShutdownSignalException signal) {
                channels.decrementAndGet();
            }
        };
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
