package org.orderway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.orderway.testing.ChildJvm;
import org.orderway.testing.OwnPostgres;
import org.orderway.testing.Shop;
import org.orderway.testing.Shop.Answer;
import org.orderway.testing.Tap;
import org.orderway.testing.Tap.Heard;
import org.orderway.testing.TcpProxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * Something that Orderway needs is away as a whole while orders come in, and comes back. No order loses a retry over it, none
 * becomes a dead letter, and all of them end as if nothing had been. With {@code -Dorderway.test.full=true} two outages last five
 * minutes, one on each broker so that the lanes of {@code ./verify} wait beside each other: the carrier's beside the embedded
 * broker, the database's beside RabbitMQ.
 */
@SpringBootTest(
        webEnvironment = WebEnvironment.DEFINED_PORT,
        properties = {
            "orderway.samples.feed=false",
            "orderway.simulators.delivered-after=0s",
            "orderway.topology.max-retries=2",
            "orderway.topology.retry-delays=300ms,600ms",
            "orderway.retry.quick-delay=10",
            "orderway.payment.gateway.connect-timeout=1000",
            "orderway.payment.gateway.response-timeout=1000",
            "orderway.shipping.carrier.connect-timeout=1000",
            "orderway.shipping.carrier.response-timeout=1000",
            "orderway.mail.connection-timeout=2000",
            "orderway.outages.probe-every=300",
            "orderway.outages.ping-timeout=1s",
            "orderway.outages.shortest-pause=300ms",
            "orderway.outages.longest-pause=2s",
            "orderway.outbox.grace=2s",
            "orderway.publisher.confirm-timeout=1s",
            "orderway.notification.confirmation-delay=500ms",
            "spring.datasource.hikari.connection-timeout=1000",
            "spring.datasource.hikari.data-source-properties.socketTimeout=2",
            "spring.datasource.hikari.data-source-properties.connectTimeout=2"
        })
@Import(OrderJourneys.Listening.class)
@DirtiesContext
@Tag("outage")
abstract class OutageJourneys {

    static final boolean FULL = Boolean.getBoolean("orderway.test.full");
    /** The outage of each kind that is not a long one. */
    static final Duration SHORT = Duration.ofSeconds(FULL ? 30 : 6);

    static final Duration LONG = Duration.ofSeconds(30);
    static final Duration LONGEST = FULL ? Duration.ofMinutes(5) : LONG;

    static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final Logger log = LoggerFactory.getLogger(OutageJourneys.class);
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private static TcpProxy gateway;
    private static TcpProxy carrier;

    @Autowired
    protected JdbcClient sql;

    @Autowired
    protected Tap tap;

    @Autowired
    private CamelContext camel;

    @LocalServerPort
    private int port;

    protected Shop shop;

    @DynamicPropertySource
    static void networks(DynamicPropertyRegistry registry) {
        int port = ChildJvm.freePort();
        gateway = TcpProxy.to("127.0.0.1", port);
        carrier = TcpProxy.to("127.0.0.1", port);
        registry.add("server.port", () -> port);
        registry.add(
                "orderway.payment.gateway.url", () -> "http://127.0.0.1:" + gateway.port() + "/simulators/gateway");
        registry.add(
                "orderway.shipping.carrier.url", () -> "http://127.0.0.1:" + carrier.port() + "/simulators/carrier");
    }

    @AfterAll
    static void closeNetworks() {
        gateway.close();
        carrier.close();
    }

    @BeforeEach
    void openShop() {
        shop = new Shop(port);
    }

    @Test
    void aGatewayThatRefusesConnectionsCostsNoOrderARetry() {
        gateway.refuse();
        List<String> ids = placeThirty("prepaid");
        awaitOutage("gateway", "payment-charge", "payment-refund");
        String unconcerned = shop.place(order("cod"));
        awaitEnded(List.of(unconcerned));
        assertThat(status(unconcerned)).isEqualTo("SHIPPED");
        passTheTime(ids, SHORT);
        gateway.pass();

        awaitEnded(ids);
        assertNothingWasLost(ids);
    }

    @Test
    void aCarrierThatRefusesConnectionsCostsNoOrderARetry() {
        carrier.refuse();
        List<String> ids = placeThirty("cod");
        awaitOutage("carrier", "shipping-ship");
        passTheTime(ids, outageOfTheCarrier());
        carrier.pass();

        awaitEnded(ids);
        assertNothingWasLost(ids);
    }

    @Test
    void aCarrierThatAnswersNothingCostsNoOrderARetry() {
        carrier.blackHole();
        List<String> ids = placeThirty("cod");
        awaitOutage("carrier", "shipping-ship");
        passTheTime(ids, SHORT);
        carrier.pass();

        awaitEnded(ids);
        assertNothingWasLost(ids);
    }

    @Test
    void aRouteThatAnOperatorStoppedStaysStoppedWhenAnOutageEnds() throws Exception {
        camel.getRouteController().stopRoute("shipping-ship");
        String id;
        try {
            gateway.refuse();
            id = shop.place(order("prepaid"));
            awaitOutage("gateway", "payment-charge");
            gateway.pass();
            awaitNoOutage();
            await("it is paid").atMost(PATIENCE).until(() -> status(id).equals("PAID"));

            assertThat(camel.getRouteController()
                            .getRouteStatus("shipping-ship")
                            .isStopped())
                    .isTrue();
        } finally {
            camel.getRouteController().startRoute("shipping-ship");
        }
        awaitEnded(List.of(id));
    }

    @Test
    @EnabledIf("goesThroughThemAll")
    void everyMailArrivesOnceAfterAMailServerWasAway() {
        mailNetwork().refuse();
        List<String> ids = placeThirty("cod");
        awaitOutage("smtp", "notification-tell");
        awaitEnded(ids);
        await("the outage lasts").atMost(SHORT.plusSeconds(30)).during(SHORT).until(() -> deadLetters(ids)
                .isEmpty());
        mailNetwork().pass();

        awaitNoOutage();
        for (String id : ids) {
            await("the mails of " + id).atMost(PATIENCE).untilAsserted(() -> assertThat(lettersOf(id))
                    .as("payment, parcel and confirmation, told once each")
                    .hasSizeGreaterThanOrEqualTo(2)
                    .doesNotHaveDuplicates()
                    .hasSize(mailsOf(id)));
        }
        assertThat(deadLetters(ids)).isEmpty();
    }

    @Test
    @EnabledIf("goesThroughThemAll")
    void aDatabaseThatIsKilledInTheMiddleOfTheDayCostsNothing() {
        List<String> ids = placeWhateverHappens(60, () -> {
            postgres().kill();
            awaitOutage("database", "inventory-reserve", "audit-append", "shipping-ship");
            letTimePass(outageOfTheDatabase());
            postgres().start();
        });

        awaitAllIsWell(ids);
    }

    @Test
    @EnabledIf("goesThroughThemAll")
    void aDatabaseThatHangsInTheMiddleOfTheDayCostsNothing() {
        List<String> ids = placeWhateverHappens(60, () -> {
            postgres().freeze();
            awaitOutage("database", "inventory-reserve", "audit-append", "shipping-ship");
            letTimePass(SHORT);
            postgres().thaw();
        });

        awaitAllIsWell(ids);
    }

    // --- placing

    protected List<String> placeThirty(String method) {
        return IntStream.range(0, 30).mapToObj(n -> shop.place(order(method))).toList();
    }

    /** Places them all, again when no answer says that they are accepted, and gives their ids. */
    protected List<String> placeWhateverHappens(int orders, Runnable inTheMiddle) {
        List<String> ids = new ArrayList<>();
        List<ObjectNode> open = new ArrayList<>(IntStream.range(0, orders)
                .mapToObj(n -> order(n % 2 == 0 ? "cod" : "prepaid"))
                .toList());
        boolean happened = false;
        long start = System.nanoTime();
        while (!open.isEmpty()) {
            if (!happened && ids.size() >= orders / 2) {
                inTheMiddle.run();
                happened = true;
            }
            List<ObjectNode> some = List.copyOf(open.subList(0, Math.min(16, open.size())));
            List<CompletableFuture<Answer>> answers = some.stream()
                    .map(form -> shop.sendAsync("POST", "/orders", "application/json", form.toString())
                            .exceptionally(unanswered -> null))
                    .toList();
            for (int i = 0; i < some.size(); i++) {
                Answer answer = answers.get(i).join();
                if (answer != null && answer.status() == 202) {
                    ids.add(answer.body().path("id").asText());
                    open.remove(some.get(i));
                }
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(outageOfTheDatabase().plusMinutes(5));
        }
        return ids;
    }

    protected ObjectNode order(String method) {
        String number = "O-" + NUMBERS.incrementAndGet();
        ObjectNode form = Shop.json().put("currency", "GBP").put("number", number);
        form.putObject("customer").put("id", number).put("name", "Ada").put("email", number + "@example.org");
        form.putObject("shipTo")
                .put("name", "Ada")
                .put("city", "London")
                .put("postcode", "SW1Y 4JH")
                .put("country", "GB")
                .putArray("lines")
                .add("12 St James's Square");
        ObjectNode payment = form.putObject("payment").put("method", method);
        if (method.equals("prepaid")) {
            payment.put("token", "tok_ok");
        }
        form.putArray("lines").addObject().put("sku", "SKU").put("quantity", 1).put("unitPrice", "3.20");
        return form;
    }

    @BeforeEach
    void enoughInStock() {
        shop = new Shop(port);
        if (shop.get("/products/SKU").status() == 404) {
            shop.stock("SKU", 100_000, "3.20", "GBP");
        }
    }

    // --- waiting

    protected void awaitOutage(String dependency, String... routes) {
        await("an outage of " + dependency).atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            JsonNode report = shop.get("/ops/outages").body();
            assertThat(report.path("outages").findValuesAsText("dependency")).contains(dependency);
            List<String> paused = new ArrayList<>();
            report.path("paused").forEach(route -> paused.add(route.asText()));
            assertThat(paused).contains(routes);
        });
    }

    protected void awaitNoOutage() {
        await("everything is there").atMost(PATIENCE).untilAsserted(() -> {
            JsonNode report = shop.get("/ops/outages").body();
            assertThat(report.path("outages")).isEmpty();
            assertThat(report.path("paused")).isEmpty();
        });
    }

    Duration outageOfTheCarrier() {
        return LONG;
    }

    Duration outageOfTheDatabase() {
        return LONG;
    }

    /** The database that is killed and frozen. */
    abstract OwnPostgres postgres();

    /** The way to the mail server. */
    abstract TcpProxy mailNetwork();

    /** The ids of the mails that reached an address. */
    abstract List<String> mailsTo(String address);

    /** Whether database and mail server go away too, which do not know what broker they stand beside. */
    boolean goesThroughThemAll() {
        return FULL;
    }

    private void passTheTime(List<String> ids, Duration outage) {
        long before = tap.heard(isOf(ids)).size();
        log.info("{} messages before the time passes", before);
        await("the outage lasts")
                .atMost(outage.plusSeconds(30))
                .during(outage)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> deadLetters(ids).isEmpty());
        assertThat(shop.order(ids.get(0)).path("status").asText()).isNotEqualTo("SHIPPED");
    }

    protected void awaitEnded(List<String> ids) {
        await("all of them end")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(300))
                .untilAsserted(() -> assertThat(
                                ids.stream().filter(id -> !Set.of("SHIPPED").contains(status(id))))
                        .as("dead letters: %s", deadLetters(ids))
                        .isEmpty());
    }

    private static void letTimePass(Duration outage) {
        await("the outage lasts")
                .pollDelay(outage)
                .atMost(outage.plusSeconds(10))
                .until(() -> true);
    }

    // --- looking

    /** All were shipped; no message of theirs lost a retry or died; one charge for each that pays before, one parcel each. */
    private void assertNothingWasLost(List<String> ids) {
        awaitNoOutage();
        List<Heard> waits = tap.heard(isOf(ids).and(m -> m.exchange().equals("order_retry")));
        assertThat(waits).as("what waited for the end").isNotEmpty().allSatisfy(wait -> {
            assertThat(wait.header("retries")).as(wait.header("failure-reason")).isEqualTo("0");
            assertThat(wait.header("outage-since")).isNotBlank();
        });
        assertThat(deadLetters(ids)).isEmpty();
        assertTheBooksAreRight();
    }

    private void awaitAllIsWell(List<String> ids) {
        awaitNoOutage();
        awaitEnded(ids);
        assertThat(deadLetters(ids)).isEmpty();
        await("audit has it all").atMost(PATIENCE).untilAsserted(() -> assertThat(
                        rows(
                                """
                        select o.number from orders o where not exists (
                            select 1 from audit_events a where a.order_id = o.id and a.type = 'order.shipped')
                        """))
                .isEmpty());
        assertTheBooksAreRight();
    }

    /** The ids of the mails that reached the customer of an order. */
    private List<String> lettersOf(String id) {
        return mailsTo(rows("select customer_email from orders where id = '" + id + "'")
                .get(0));
    }

    /** How many mails the journal says the order's customer was sent. */
    private int mailsOf(String id) {
        return rows("select key from effects where kind = 'mail' and order_id = '" + id
                        + "' and known_at is not null and (result ->> 'sent')::boolean")
                .size();
    }

    protected void assertTheBooksAreRight() {
        assertThat(rows("select sku from products where received <> on_hand + sold"))
                .isEmpty();
        assertThat(
                        rows(
                                """
                        select p.sku from products p left join reservations r on r.sku = p.sku group by p.sku
                        having p.reserved <> coalesce(sum(r.quantity) filter (where r.state = 'held'), 0)
                            or p.sold <> coalesce(sum(r.quantity) filter (where r.state = 'sold'), 0)
                        """))
                .isEmpty();
        assertThat(
                        rows(
                                """
                        select o.number from orders o
                        left join simulators.charges c on c.key = 'charge-' || o.id and c.status = 'captured'
                        where coalesce(c.amount, 0) <> o.captured
                        """))
                .as("captured is what the gateway took, for each order")
                .isEmpty();
        assertThat(sql.sql("select coalesce(sum(amount), 0) from simulators.charges where status = 'captured'")
                        .query(BigDecimal.class)
                        .single())
                .isEqualByComparingTo(sql.sql("select coalesce(sum(captured), 0) from orders")
                        .query(BigDecimal.class)
                        .single());
        assertThat(
                        rows(
                                """
                        select coalesce(o.number, s.key) from orders o
                        full join simulators.shipments s on s.key = 'shipment-' || o.id
                        where (o.status = 'SHIPPED') is distinct from (s.key is not null)
                        """))
                .as("one parcel for each shipped order, none for the others")
                .isEmpty();
    }

    protected List<String> deadLetters(List<String> ids) {
        return tap.heard(isOf(ids).and(m -> m.exchange().equals("order_dead"))).stream()
                .map(m -> m.routingKey() + ": " + m.header("failure-reason"))
                .toList();
    }

    private static Predicate<Heard> isOf(List<String> ids) {
        Set<String> wanted = Set.copyOf(ids);
        return m -> m.orderId() != null && wanted.contains(m.orderId());
    }

    protected String status(String id) {
        return sql.sql("select status from orders where id = ?")
                .param(UUID.fromString(id))
                .query(String.class)
                .single();
    }

    protected List<String> rows(String select) {
        return sql.sql(select).query(String.class).list();
    }
}
