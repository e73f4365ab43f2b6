package org.orderway.bench.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {
            "spring.rabbitmq.port=1",
            "spring.rabbitmq.listener.direct.auto-startup=false",
            "spring.rabbitmq.listener.simple.auto-startup=false",
            "pipeline.outbox.grace=1d"
        })
class StepsTest {

    private static final EmbeddedPostgres POSTGRES = start();

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Intake intake;

    @Autowired
    private Steps steps;

    @Autowired
    private Observers observers;

    @Autowired
    private Codec codec;

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry registry) {
        registry.add("spring.datasource.url", () -> POSTGRES.getJdbcUrl("postgres", "postgres"));
    }

    private static EmbeddedPostgres start() {
        try {
            return EmbeddedPostgres.start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void shelves() {
        jdbc.sql(
                        """
                        truncate products, orders, order_lines, outcomes, outbox, payments, shipments, audit_events,
                            notifications, analytics_events, purchases
                        """)
                .update();
        for (String sku : List.of("A", "B", "C")) {
            jdbc.sql(
                            """
                            insert into products (sku, name, category, price, currency, received, on_hand)
                            values (?, ?, 'home', 2.50, 'GBP', 10, 10)
                            """)
                    .params(sku, sku)
                    .update();
        }
    }

    @Test
    void anOrderIsReservedPaidAndShippedAndTheBooksAddUp() {
        Event placed = intake.accept(order("1", 2, "A", "B")).placed();

        Event created = only(steps.create(placed), "order.created");
        Event reserved = only(steps.reserve(created), "order.inventory_checked");
        assertThat(row("select string_agg(on_hand || ' ' || reserved, ', ' order by sku) from products"))
                .isEqualTo("10 2, 10 2, 10 0");
        Event paid = only(steps.pay(reserved), "order.payment_success");
        Event shipped = only(steps.ship(paid), "order.shipped");

        assertThat(shipped.trackingNumber()).isEqualTo(row("select tracking_number from shipments"));
        assertThat(row("select status || ' ' || captured from orders")).isEqualTo("SHIPPED 10.00");
        assertThat(row("select sum(amount) from payments")).isEqualTo("10.00");
        assertThat(row("select string_agg(on_hand || ' ' || reserved || ' ' || sold, ', ' order by sku) from products"))
                .isEqualTo("8 0 2, 8 0 2, 10 0 0");
        assertThat(row("select count(*) from order_lines where unit_price = 2.50")).isEqualTo("2");
    }

    @Test
    void aSecondDeliveryOfAnyStepSendsTheSameMessageAndChangesNothing() {
        Event placed = intake.accept(order("1", 2, "A", "B")).placed();
        Outgoing created = steps.create(placed).orElseThrow();
        Outgoing reserved = steps.reserve(event(created)).orElseThrow();
        Outgoing paid = steps.pay(event(reserved)).orElseThrow();
        Outgoing shipped = steps.ship(event(paid)).orElseThrow();
        String books = row("select string_agg(p::text, ';' order by sku) from products p");

        assertThat(steps.create(placed).orElseThrow()).usingRecursiveComparison().isEqualTo(created);
        assertThat(steps.reserve(event(created)).orElseThrow())
                .usingRecursiveComparison()
                .isEqualTo(reserved);
        assertThat(steps.pay(event(reserved)).orElseThrow())
                .usingRecursiveComparison()
                .isEqualTo(paid);
        assertThat(steps.ship(event(paid)).orElseThrow())
                .usingRecursiveComparison()
                .isEqualTo(shipped);
        assertThat(row("select string_agg(p::text, ';' order by sku) from products p")).isEqualTo(books);
        assertThat(row("select count(*) from payments")).isEqualTo("1");
    }

    @Test
    void anOrderThatIsShortOfOneArticleHoldsNone() {
        Event created = only(steps.create(intake.accept(order("1", 11, "A")).placed()), "order.created");

        Event failed = only(steps.reserve(created), "order.failed");

        assertThat(failed.reason()).isEqualTo("out_of_stock");
        assertThat(row("select sum(reserved) from products")).isEqualTo("0");
        assertThat(steps.pay(failed)).isEmpty();
        assertThat(row("select status from orders")).isEqualTo("FAILED");
    }

    @Test
    void ordersThatWantTheSameLastPiecesAtTheSameTimeNeverGetMoreThanThereAre() throws Exception {
        List<Event> created = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            // Named in both orders: whoever locked them as they come would wait for each other.
            Order order = i % 2 == 0 ? order("n" + i, 1, "A", "B") : order("n" + i, 1, "B", "A");
            created.add(event(steps.create(intake.accept(order).placed()).orElseThrow()));
        }
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<Outgoing>> outcomes = new ArrayList<>();
        for (Event event : created) {
            // Each is delivered twice.
            outcomes.add(threads.submit(() -> steps.reserve(event).orElseThrow()));
            outcomes.add(threads.submit(() -> steps.reserve(event).orElseThrow()));
        }
        int held = 0;
        for (int i = 0; i < outcomes.size(); i += 2) {
            Outgoing first = outcomes.get(i).get();
            assertThat(outcomes.get(i + 1).get().id()).isEqualTo(first.id());
            held += first.type().equals("order.inventory_checked") ? 1 : 0;
        }
        threads.shutdown();

        assertThat(held).isEqualTo(10);
        assertThat(row("select string_agg(reserved::text, ' ' order by sku) from products"))
                .isEqualTo("10 10 0");
    }

    @Test
    void anOrderIsAcceptedOnceHoweverItComesAndHoweverOften() {
        Intake.Accepted first = intake.accept(order("1", 1, "A"));
        Intake.Accepted again = intake.accept(order("1", 1, "A"));
        Event delivered = intake.acceptDelivered(order("1", 1, "A"));
        Event stranger = intake.acceptDelivered(order("2", 1, "A"));
        Event strangerAgain = intake.acceptDelivered(order("2", 1, "A"));

        assertThat(first.entry()).isNotNull();
        assertThat(again.entry()).isNull();
        assertThat(again.id()).isEqualTo(first.id()).isEqualTo(delivered.orderId());
        assertThat(strangerAgain.id()).isEqualTo(stranger.id());
        assertThat(row("select count(*) from orders")).isEqualTo("2");
        assertThat(row("select count(*) from outbox")).isEqualTo("1");
        only(steps.create(strangerAgain), "order.created");
    }

    @Test
    void anOrderOfWhatIsNotInTheCatalogueIsRefused() {
        assertThatExceptionOfType(InvalidOrder.class).isThrownBy(() -> intake.accept(order("1", 1, "NOWHERE")));
        assertThat(row("select count(*) from orders")).isEqualTo("0");
    }

    @Test
    void whoLooksOnWritesEachEventOnce() {
        Event placed = intake.accept(order("1", 1, "A", "B")).placed();
        List<Message> messages = IntStream.range(0, 3)
                .mapToObj(i -> message(codec.outgoing(i == 2 ? placed.next("order.created") : placed)))
                .toList();

        for (int delivery = 0; delivery < 2; delivery++) {
            observers.audit(messages);
            observers.notifications(messages);
            observers.analytics(messages);
            observers.purchases(messages);
        }

        assertThat(row("select string_agg(type || ' ' || (body ->> 'number'), ', ' order by type) from audit_events"))
                .isEqualTo("order.created 1, order.placed 1");
        assertThat(row("select count(*) from notifications")).isEqualTo("2");
        assertThat(row("select sum(total) from analytics_events")).isEqualTo("10.00");
        assertThat(row("select count(*) from purchases")).isEqualTo("4");
    }

    private static Order order(String number, int quantity, String... skus) {
        return new Order(
                number,
                false,
                new Order.Customer("c", "Ada Lovelace", "ada@example.org"),
                new Order.ShipTo("Ada Lovelace", List.of("12 St James's Square"), "London", "SW1Y 4JH", "GB"),
                new Order.Payment("prepaid", "tok_ok"),
                "GBP",
                List.of(skus).stream().map(sku -> new Order.Line(sku, quantity)).toList());
    }

    private Event only(Optional<Outgoing> outgoing, String type) {
        assertThat(outgoing).isPresent();
        assertThat(outgoing.get().routingKey()).isEqualTo(type);
        return event(outgoing.get());
    }

    private Event event(Outgoing outgoing) {
        return codec.event(message(outgoing));
    }

    private static Message message(Outgoing outgoing) {
        MessageProperties properties = new MessageProperties();
        properties.setMessageId(outgoing.id());
        properties.setCorrelationId(outgoing.orderId().toString());
        properties.setType(outgoing.type());
        properties.setReceivedRoutingKey(outgoing.routingKey());
        return new Message(outgoing.body(), properties);
    }

    private String row(String sql) {
        return jdbc.sql(sql).query(String.class).single();
    }
}
