package org.orderway.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.orderway.messages.EventIds;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderView;
import org.orderway.orders.Orders;
import org.orderway.orders.Trails;
import org.orderway.orders.UnknownOrder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Holds the trail of orders against its hashes, and against what the orders sent.
 *
 * <p>An entry that was changed has not the hash of its content; one that was taken out or put in breaks the count and the
 * hash of the next one, or is not where the chain ends. Who rewrites the whole chain and its end is found out only where
 * an event is missing then, or where somebody kept a hash.
 */
@Component("auditTrail")
public class AuditTrail implements Trails {

    /** Every entry with its place, and whether its hash follows from the entry before. */
    private static final String CHAINED =
            """
            chained as (
                select e.*, row_number() over w = e.link and e.hash = audit_hash(coalesce(lag(e.hash) over w, ''), e)
                    as genuine
                from audit_events e where e.order_id = any(cast(:orders as uuid[]))
                window w as (partition by e.order_id order by e.link))
            """;

    private static final String BROKEN = "with " + CHAINED
            + """
            , ends as (
                select order_id, count(*) as links, min(link) filter (where not genuine) as broken_at,
                    (array_agg(hash order by link desc))[1] as hash
                from chained group by order_id),
            heads as (select * from audit_chains where order_id = any(cast(:orders as uuid[])))
            select order_id, coalesce(h.links, 0) as links, coalesce(e.links, 0) as found, e.broken_at
            from heads h full join ends e using (order_id)
            where e.broken_at is not null or h.links is distinct from coalesce(e.links, 0)
                or h.hash is distinct from coalesce(e.hash, '')
            """;

    /** What steps recorded that they sent, and what follows from where the order is; no more than it may take to arrive. */
    private static final String SENT =
            """
            select o.order_id, m ->> 'id' as event_id, m ->> 'type' as type
            from outcomes o cross join lateral json_array_elements(o.messages) m
            where o.order_id = any(cast(:orders as uuid[])) and m ->> 'exchange' = :exchange
                and o.recorded_at < now() - make_interval(secs => :after)
            """;

    private static final String TOLD =
            """
            select id, delivered, created_at < longAgo as placed, promoted_at < longAgo as promoted,
                delayed_at < longAgo as delayed, status = 'CANCELLED' and moved_at < longAgo as cancelled
            from orders cross join (select now() - make_interval(secs => :after) as longAgo) as past
            where id = any(cast(:orders as uuid[]))
            """;

    /** Recorded, or where we know of it: not sent yet, or failed to be recorded so far. */
    private static final String KNOWN =
            """
            select event_id from audit_events where event_id = any(:events)
            union all select message -> 0 ->> 'id' from outbox
            union all select message_id from retries where queue = :queue and message_id = any(:events)
                and due_at > now() - interval '5 minutes'
            union all select message_id from dead_letters where queue = :queue and message_id = any(:events) and state = 'open'
            """;

    private final JdbcClient jdbc;
    private final Orders orders;
    private final ObjectMapper mapper;
    private final String exchange;
    private final String queue;
    private final Duration gapAfter;

    AuditTrail(
            JdbcClient jdbc,
            Orders orders,
            ObjectMapper mapper,
            @Value("${orderway.exchange.orders}") String exchange,
            @Value("${orderway.audit.queue}") String queue,
            @Value("${orderway.audit.gap-after}") Duration gapAfter) {
        this.jdbc = jdbc;
        this.orders = orders;
        // What is on record is shown as exact as it came.
        this.mapper = mapper.copy()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true));
        this.exchange = exchange;
        this.queue = queue;
        this.gapAfter = gapAfter;
    }

    /**
     * The trail of an order, entry by entry, with what is wrong with it.
     *
     * @throws UnknownOrder when there is none
     */
    @Transactional(readOnly = true)
    public Map<String, Object> read(String id) {
        UUID order = OrderView.id(id, "id");
        orders.find(order).orElseThrow(() -> new UnknownOrder(order));
        List<Fault> broken = broken(List.of(order));
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("order", order);
        view.put("intact", broken.isEmpty());
        view.put("broken", broken.isEmpty() ? null : broken.get(0).found());
        view.put("missing", missing(List.of(order)).stream().map(Sent::view).toList());
        view.put(
                "entries",
                jdbc.sql("with " + CHAINED + "select * from chained order by link")
                        .param("orders", new String[] {order.toString()})
                        .query((rs, n) -> entry(rs))
                        .list());
        return view;
    }

    @Override
    @Transactional(readOnly = true)
    public List<Fault> faults(Collection<UUID> orders) {
        List<Fault> faults = new ArrayList<>(broken(orders));
        Map<UUID, String> missing = new LinkedHashMap<>();
        missing(orders).forEach(sent -> missing.merge(sent.order(), sent.type(), (one, other) -> one + ", " + other));
        missing.forEach((order, types) -> faults.add(new Fault(order, true, "missing: " + types)));
        return faults;
    }

    private List<Fault> broken(Collection<UUID> orders) {
        return jdbc.sql(BROKEN)
                .param("orders", texts(orders))
                .query((rs, n) -> new Fault(rs.getObject("order_id", UUID.class), false, broken(rs)))
                .list();
    }

    private static String broken(ResultSet rs) throws SQLException {
        int at = rs.getInt("broken_at");
        return (rs.wasNull() ? "does not end where it should" : "broken at entry " + at) + ", " + rs.getInt("found")
                + " of " + rs.getInt("links") + " entries there";
    }

    /** Something an order sent. */
    private record Sent(UUID order, String eventId, String type) {

        static Sent once(UUID order, String type) {
            return new Sent(order, EventIds.of(order, type, EventIds.ONCE), type);
        }

        Map<String, Object> view() {
            return Map.of("eventId", eventId, "event", type);
        }
    }

    private List<Sent> missing(Collection<UUID> orders) {
        double after = gapAfter.toMillis() / 1000.0;
        List<Sent> sent = new ArrayList<>(jdbc.sql(SENT)
                .param("orders", texts(orders))
                .param("exchange", exchange)
                .param("after", after)
                .query((rs, n) ->
                        new Sent(rs.getObject("order_id", UUID.class), rs.getString("event_id"), rs.getString("type")))
                .list());
        jdbc.sql(TOLD).param("orders", texts(orders)).param("after", after).query(rs -> {
            UUID order = rs.getObject("id", UUID.class);
            if (rs.getBoolean("placed") && !rs.getBoolean("delivered")) {
                sent.add(Sent.once(order, "order.placed"));
            }
            if (rs.getBoolean("promoted")) {
                sent.add(new Sent(order, EventIds.of(order, "order.placed", OrderEvents.PROMOTED), "order.placed"));
            }
            if (rs.getBoolean("delayed")) {
                sent.add(Sent.once(order, "order.delayed"));
            }
            if (rs.getBoolean("cancelled")) {
                sent.add(Sent.once(order, "order.cancelled"));
            }
        });
        Set<String> known = new HashSet<>(jdbc.sql(KNOWN)
                .param("events", sent.stream().map(Sent::eventId).distinct().toArray(String[]::new))
                .param("queue", queue)
                .query(String.class)
                .list());
        sent.removeIf(one -> known.contains(one.eventId()));
        return sent.stream().distinct().toList();
    }

    private Map<String, Object> entry(ResultSet rs) throws SQLException {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("link", rs.getInt("link"));
        entry.put("eventId", rs.getString("event_id"));
        entry.put("event", rs.getString("type"));
        entry.put("key", rs.getString("routing_key"));
        entry.put("time", rs.getTimestamp("occurred_at").toInstant().toString());
        entry.put("recordedAt", rs.getTimestamp("recorded_at").toInstant().toString());
        entry.put("hash", HexFormat.of().formatHex(rs.getBytes("hash")));
        entry.put("genuine", rs.getBoolean("genuine"));
        entry.put("body", json(rs.getString("body")));
        return entry;
    }

    private JsonNode json(String body) {
        try {
            return body == null ? null : mapper.readTree(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A recorded event cannot be read back", e);
        }
    }

    private static String[] texts(Collection<UUID> orders) {
        return orders.stream().map(UUID::toString).toArray(String[]::new);
    }
}
