package org.orderway.analytics;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.orderway.messages.Event;
import org.orderway.messages.Retries;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The order log, one row an order: written at its creation, completed at its end, whichever message comes first or twice. All
 * figures are counted from it when they are asked for, so that a late message lands where it belongs: everything about an order
 * counts at the time it was placed, and a retry at the time of the retry.
 */
@Component("analytics")
public class Analytics {

    static final String CREATED = "order.analytics.created";
    static final String ENDED = "order.analytics.ended";

    private static final String SHIPPED = "SHIPPED";

    private final JdbcClient jdbc;
    private final Retries retries;
    private final Clock clock;
    private final AnalyticsSettings settings;
    private final OrderMeters meters;

    Analytics(JdbcClient jdbc, Retries retries, Clock clock, AnalyticsSettings settings, OrderMeters meters) {
        this.jdbc = jdbc;
        this.retries = retries;
        this.clock = clock;
        this.settings = settings;
        this.meters = meters;
    }

    /** Records that an order was created. */
    @Transactional
    public void created(Event event) {
        countIfNew(event, log(event));
    }

    /** Records how an order ended. */
    @Transactional
    public void ended(Event event) {
        Optional<Boolean> isNew = log(event);
        countIfNew(event, isNew);
        isNew.ifPresent(changed -> meters.ended(
                event.text("status"),
                event.text("lane"),
                Duration.between(Instant.parse(event.text("placedAt")), event.occurredAt())));
    }

    /** Either message may come first. */
    private void countIfNew(Event event, Optional<Boolean> isNew) {
        if (isNew.orElse(false)) {
            meters.placed(event.text("lane"));
        }
    }

    /** @return whether the order is new to the log; empty when it had the event before */
    private Optional<Boolean> log(Event event) {
        if (event.type().equals(CREATED)) {
            return upsert(event, "CREATED", null, null, "do nothing");
        }
        Optional<Boolean> isNew = upsert(
                event,
                event.text("status"),
                event.body().hasNonNull("reason") ? event.text("reason") : null,
                Timestamp.from(event.occurredAt()),
                """
                do update set status = excluded.status, reason = excluded.reason, ended_at = excluded.ended_at,
                    event_id = excluded.event_id, written_at = excluded.written_at, total = excluded.total
                where analytics_orders.ended_at is null
                    or analytics_orders.ended_at <= excluded.ended_at and analytics_orders.event_id <> excluded.event_id
                """);
        if (event.text("status").equals(SHIPPED)) {
            // It may come after the news of the delivery, which is the end then.
            jdbc.sql("update analytics_orders set shipped_at = ? where order_id = ?")
                    .params(Timestamp.from(event.occurredAt()), event.orderId())
                    .update();
        }
        return isNew;
    }

    private Optional<Boolean> upsert(Event event, String status, String reason, Timestamp endedAt, String onConflict) {
        JsonNode body = event.body();
        return jdbc.sql(
                        """
                        insert into analytics_orders (order_id, lane, country, category, payment_method, currency, total,
                            created_at, status, reason, ended_at, event_id, written_at)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, now())
                        on conflict (order_id)
                        """
                                + onConflict + " returning xmax = 0")
                .params(
                        event.orderId(),
                        event.text("lane"),
                        event.text("country"),
                        body.path("category").asText("other"),
                        event.text("paymentMethod"),
                        event.text("currency"),
                        new BigDecimal(event.text("total")),
                        Timestamp.from(Instant.parse(event.text("placedAt"))),
                        status,
                        reason,
                        endedAt,
                        event.id())
                .query(Boolean.class)
                .optional();
    }

    /** Writes an order's row anew from all of its events, in the caller's transaction; without any it goes. */
    void rewrite(UUID order, List<Event> events) {
        jdbc.sql("delete from analytics_orders where order_id = ?").param(order).update();
        events.forEach(this::log);
    }

    /** The figures of a time, with their sums. @throws BadRange when that is no time a report is made of */
    @Transactional(readOnly = true)
    public Map<String, Object> report(Map<String, Object> parameters) {
        Range range = Range.of(parameters, clock, settings.mostRows());
        return Figures.report(range, cells(range));
    }

    /** The same figures as a table. Throws as {@link #report}. */
    @Transactional(readOnly = true)
    public List<List<String>> table(Map<String, Object> parameters) {
        return Figures.table(cells(Range.of(parameters, clock, settings.mostRows())));
    }

    /**
     * How long orders took from their placing to their parcel.
     *
     * @param of     the minute they were placed in, as ISO 8601 in UTC, or the lane, or {@code all}
     * @param orders those that are shipped
     * @param median seconds half of them took at most
     * @param slow   seconds nineteen of twenty took at most
     */
    public record Pace(String of, long orders, double median, double slow) {}

    /** Orders of which the pace is told together: those of a minute, of a lane, or all. */
    public enum Together {
        MINUTE("to_char(date_trunc('minute', created_at) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"),
        LANE("lane"),
        ALL("'all'");

        private final String of;

        Together(String of) {
            this.of = of;
        }
    }

    /** The pace of orders placed from a time on; what is not shipped yet is not in it. */
    @Transactional(readOnly = true)
    public List<Pace> pace(Instant from, Together together) {
        return jdbc.sql(
                        """
                        select %s as of, count(*) as orders,
                            percentile_cont(0.5) within group (order by extract(epoch from shipped_at - created_at)) as median,
                            percentile_cont(0.95) within group (order by extract(epoch from shipped_at - created_at)) as slow
                        from analytics_orders where created_at >= ? and shipped_at is not null group by 1 order by 1
                        """
                                .formatted(together.of))
                .param(Timestamp.from(from))
                .query((rs, n) -> new Pace(
                        rs.getString("of"), rs.getLong("orders"), rs.getDouble("median"), rs.getDouble("slow")))
                .list();
    }

    private List<Figures.Cell> cells(Range range) {
        List<Figures.Cell> cells = new ArrayList<>(jdbc.sql(
                        """
                                select time, figure, word, sum(value) as value
                                from (
                                    select date_trunc(:unit, created_at, :zone) as time, status, reason, lane, country,
                                        category, payment_method, currency, count(*) as orders, sum(total) as total
                                    from analytics_orders where created_at >= :from and created_at < :to
                                    group by 1, 2, 3, 4, 5, 6, 7, 8) alike
                                cross join lateral (values
                                    ('orders', '', orders),
                                    ('revenue', case when status not in ('FAILED', 'CANCELLED', 'RETURNED') then currency end,
                                        total),
                                    ('byStatus', status, orders),
                                    ('byReason', case when status = 'FAILED' then reason end, orders),
                                    ('byLane', lane, orders),
                                    ('byCountry', upper(country), orders),
                                    ('byCategory', category, orders),
                                    ('byPaymentMethod', payment_method, orders)) as figures (figure, word, value)
                                where word is not null group by 1, 2, 3
                                """)
                .param("unit", range.unit())
                .param("zone", settings.zone().getId())
                .param("from", Timestamp.from(range.from()))
                .param("to", Timestamp.from(range.to()))
                .query((rs, n) -> new Figures.Cell(
                        rs.getTimestamp("time").toInstant(),
                        rs.getString("figure"),
                        rs.getString("word"),
                        rs.getBigDecimal("value")))
                .list());
        retries.counted(range.from(), range.to(), range.unit(), settings.zone())
                .forEach(count -> cells.add(
                        new Figures.Cell(count.time(), "retries", count.queue(), BigDecimal.valueOf(count.retries()))));
        cells.sort(Comparator.comparing(Figures.Cell::time)
                .thenComparing(Figures.Cell::figure)
                .thenComparing(Figures.Cell::of));
        return cells;
    }
}
