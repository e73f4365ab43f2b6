package org.orderway.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.orderway.OrderwayApplication;
import org.orderway.messages.Event;
import org.orderway.orders.Intake;
import org.orderway.orders.OrderLine;
import org.orderway.orders.OrderRequest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.support.TransactionTemplate;

/** The beans over a real PostgreSQL, without any route or broker. Every subclass shares one context and one database. */
@ActiveProfiles("simulators")
@SpringBootTest(
        classes = OrderwayApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.MOCK,
        properties = {
            "camel.main.routes-include-pattern=classpath:no-routes/*.yaml",
            "spring.rabbitmq.port=1",
            "orderway.broker.depth-poll=1d",
            "orderway.outbox.limit=3",
            "orderway.outbox.batch=2",
            "orderway.analytics.rebuild.batch=7",
            "orderway.announcements.customers-per-step=2"
        })
public abstract class DatabaseTest {

    private static final TestDatabase DATABASE = TestDatabase.fresh();

    @Autowired
    protected JdbcClient jdbc;

    @Autowired
    protected TransactionTemplate transaction;

    @Autowired
    protected Intake intake;

    @Autowired
    protected ObjectMapper mapper;

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry registry) {
        DATABASE.register(registry);
    }

    @BeforeEach
    void emptyTables() {
        jdbc.sql(
                        """
                        truncate example_episodes, orders, order_lines, idempotency_keys, outcomes, outbox, effects, products, reservations,
                            shipments, audit_events, audit_chains, analytics_orders, imported_returns, once, returns, return_lines,
                            failures, failure_events, dead_letters, dead_letter_actions, replays, replay_items, retries,
                            violations, quiet_orders, passed_orders, nudges, customer_preferences, announcements,
                            announcement_channels, announcement_sends, notices, notice_mails, simulators.texts,
                            paper_numbers, invoices, credit_notes, ledger_entries,
                            stock_told, replenishments, catalogue, warehouse_articles,
                            chargebacks, simulators.shipments,
                            fraud_checks, fraud_reviews, fraud_signals, fraud_usuals,
                            behaviour, purchases, counted_orders, order_counts, article_counts, pair_counts,
                            retried, analytics_rebuilds,
                            cancellations, cancellation_lines, goodwill, api_keys,
                            route_changes, route_versions, route_texts, role_changes
                        """)
                .update();
    }

    /** An order of these lines, placed and accepted. */
    protected UUID placed(String number, OrderLine... lines) {
        return intake.accept(request(number), List.of(lines), "normal", null).id();
    }

    protected static OrderRequest request(String number) {
        return new OrderRequest(
                number,
                false,
                new OrderRequest.Customer("c-1", "Ada", "ada@example.org"),
                new OrderRequest.ShipTo("Ada", List.of("1 High St"), "Leeds", "LS1", "GB"),
                new OrderRequest.Payment("prepaid", "tok_ok"),
                "GBP",
                List.of(new OrderRequest.Line("A", 1, new BigDecimal("2.5"), null)));
    }

    protected static OrderLine line(int no, String sku, int quantity) {
        return new OrderLine(no, sku, quantity, new BigDecimal("2.5"), "other");
    }

    /** Puts an order somewhere; one that has left the house takes its pieces along. */
    protected void status(UUID order, String status) {
        jdbc.sql("update orders set status = ? where id = ?")
                .params(status, order)
                .update();
        jdbc.sql(
                        "update order_lines set shipped = quantity - cancelled where order_id = ? and ? in ('SHIPPED', 'DELIVERED')")
                .params(order, status)
                .update();
    }

    protected String statusOf(UUID order) {
        return jdbc.sql("select status from orders where id = ?")
                .param(order)
                .query(String.class)
                .single();
    }

    /** A message of the order waits for its retry in that queue's step. */
    protected void waitsForRetry(UUID order, String queue, Duration time) {
        jdbc.sql(
                        """
                        insert into retries (queue, message_id, order_id, retries, due_at, reason)
                        values (?, 'm-1', ?, 1, now() + make_interval(secs => ?), 'HTTP 500')
                        """)
                .params(queue, order, time.toSeconds())
                .update();
    }

    /** A message of the order lies open among the dead letters of that queue. */
    protected void hasDeadLetter(UUID order, String queue) {
        jdbc.sql(
                        """
                        insert into failures (fingerprint, queue, cause, reason, technical, first_at, last_at)
                        values ('f-1', ?, 'Bug', 'Bug', true, now(), now()) on conflict do nothing
                        """)
                .param(queue)
                .update();
        jdbc.sql(
                        """
                        insert into dead_letters (queue, message_id, round, order_id, path, sent_at, retries, reason,
                            fingerprint, headers, body)
                        values (?, 'm-1', 0, ?, true, now(), 3, 'Bug', 'f-1', '{}', '')
                        """)
                .params(queue, order)
                .update();
    }

    /** The payment of the order waits for a person's decision, or waited for it until now. */
    protected void hasReview(UUID order, String state) {
        jdbc.sql(
                        """
                        with checked as (
                            insert into fraud_checks (order_id, customer_id, country, currency, total)
                            values (?, 'c-1', 'gb', 'GBP', 5) returning order_id)
                        insert into fraud_reviews (order_id, state, closed_at)
                        select order_id, ?, case when ? = 'open' then null else now() end from checked
                        """)
                .params(order, state, state)
                .update();
    }

    protected long count(String table) {
        return jdbc.sql("select count(*) from " + table).query(Long.class).single();
    }

    /** An event as a consumer would have read it. */
    protected Event event(String type, UUID order, Map<String, Object> details) {
        Map<String, Object> body = EventBodies.of(type, order);
        body.putAll(details);
        return new Event(
                "event-" + type,
                type,
                order,
                Instant.parse(body.get("occurredAt").toString()),
                mapper.valueToTree(body));
    }

    /** Does all of it at the same time and waits for all; a failure fails. */
    protected static <T> List<T> together(List<Callable<T>> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(work.size());
        try {
            List<Future<T>> futures = threads.invokeAll(work);
            List<T> results = new java.util.ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}
