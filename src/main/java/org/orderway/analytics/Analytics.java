package org.orderway.analytics;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.orderway.messages.Event;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** One row an order: written at its creation, completed at its end, whichever message comes first or twice. */
@Component("analytics")
public class Analytics {

    private static final int MINUTES = 120;

    private final JdbcClient jdbc;

    Analytics(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Records that an order was created. */
    @Transactional
    public void created(Event event) {
        upsert(event, "CREATED", null, null, "do nothing");
    }

    /** Records how an order ended. */
    @Transactional
    public void ended(Event event) {
        upsert(
                event,
                event.text("status"),
                event.body().hasNonNull("reason") ? event.text("reason") : null,
                Timestamp.from(event.occurredAt()),
                """
                do update set status = excluded.status, reason = excluded.reason, ended_at = excluded.ended_at
                where analytics_orders.ended_at is null or analytics_orders.ended_at <= excluded.ended_at
                """);
    }

    private void upsert(Event event, String status, String reason, Timestamp endedAt, String onConflict) {
        JsonNode body = event.body();
        jdbc.sql(
                        """
                        insert into analytics_orders (order_id, lane, country, payment_method, currency, total,
                            created_at, status, reason, ended_at)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        on conflict (order_id)
                        """
                                + onConflict)
                .params(
                        event.orderId(),
                        event.text("lane"),
                        event.text("country"),
                        event.text("paymentMethod"),
                        event.text("currency"),
                        new BigDecimal(event.text("total")),
                        Timestamp.from(Instant.parse(event.text("placedAt"))),
                        status,
                        reason,
                        endedAt)
                .update();
    }

    /** The aggregates: orders, revenue of those that came to something, by status and so on, and the last two hours. */
    @Transactional(readOnly = true)
    public Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put(
                "orders",
                jdbc.sql("select count(*) from analytics_orders")
                        .query(Long.class)
                        .single());
        report.put("revenue", revenue());
        report.put("byStatus", countBy("status"));
        report.put("byReason", countBy("reason"));
        report.put("byLane", countBy("lane"));
        report.put("byCountry", countBy("upper(country)"));
        report.put("byPaymentMethod", countBy("payment_method"));
        report.put("perMinute", perMinute());
        return report;
    }

    private List<Map<String, Object>> revenue() {
        return jdbc.sql(
                        """
                        select currency, sum(total) as amount from analytics_orders
                        where status not in ('FAILED', 'CANCELLED', 'RETURNED') group by currency order by currency
                        """)
                .query((rs, n) -> Map.<String, Object>of(
                        "currency", rs.getString("currency"), "amount", rs.getBigDecimal("amount")))
                .list();
    }

    private Map<String, Long> countBy(String expression) {
        Map<String, Long> counts = new LinkedHashMap<>();
        jdbc.sql("select " + expression + " as word, count(*) as orders from analytics_orders where " + expression
                        + " is not null group by 1 order by 1")
                .query((rs, n) -> counts.put(rs.getString("word"), rs.getLong("orders")))
                .list();
        return counts;
    }

    private List<Map<String, Object>> perMinute() {
        Map<String, Map<String, Object>> minutes = new LinkedHashMap<>();
        jdbc.sql(
                        """
                        select date_trunc('minute', created_at) as minute, currency, count(*) as orders,
                            coalesce(sum(total) filter (where status not in ('FAILED', 'CANCELLED', 'RETURNED')), 0) as revenue
                        from analytics_orders
                        where created_at >= now() - make_interval(mins => ?)
                        group by 1, 2 order by 1, 2
                        """)
                .param(MINUTES)
                .query(rs -> {
                    String minute = rs.getTimestamp("minute").toInstant().toString();
                    Map<String, Object> row = minutes.computeIfAbsent(minute, m -> {
                        Map<String, Object> fresh = new LinkedHashMap<>();
                        fresh.put("minute", m);
                        fresh.put("orders", 0L);
                        fresh.put("revenue", new ArrayList<Map<String, Object>>());
                        return fresh;
                    });
                    row.merge("orders", rs.getLong("orders"), (a, b) -> (Long) a + (Long) b);
                    @SuppressWarnings("unchecked")
                    List<Map<String, Object>> revenue = (List<Map<String, Object>>) row.get("revenue");
                    revenue.add(Map.of("currency", rs.getString("currency"), "amount", rs.getBigDecimal("revenue")));
                });
        return List.copyOf(minutes.values());
    }
}
