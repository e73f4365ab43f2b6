package org.orderway.analytics;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.orderway.messages.Delivery;
import org.orderway.messages.Event;
import org.orderway.messages.EventReader;
import org.orderway.messages.Trail;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Makes the order log anew from the trail, while it is read and written. Each order's row is written again from all events the
 * trail has of it, by the code that counts live messages; then the rows go that the trail knows nothing of. A live message
 * meanwhile is either in the trail by then, or finds the row and completes it, as it always does: it is neither lost nor
 * counted twice. What was counted from an event that the trail does not have yet, because audit is behind, is left alone. How
 * far it is stands in a table: it goes on after a restart, on whichever instance comes first.
 *
 * <p>Retries are not in the trail; their rows are never changed and need no making anew.
 */
@Component("analyticsRebuild")
public class Rebuild {

    private static final Set<String> TYPES = Set.of(Analytics.CREATED, Analytics.ENDED);

    private final JdbcClient jdbc;
    private final Trail trail;
    private final EventReader reader;
    private final Analytics analytics;
    private final AnalyticsSettings.Rebuild settings;

    Rebuild(JdbcClient jdbc, Trail trail, EventReader reader, Analytics analytics, AnalyticsSettings settings) {
        this.jdbc = jdbc;
        this.trail = trail;
        this.reader = reader;
        this.analytics = analytics;
        this.settings = settings.rebuild();
    }

    /**
     * Begins, up to what is in the trail now; what comes later is counted as it comes.
     *
     * @throws RebuildRunning when one is running
     */
    @Transactional
    public Map<String, Object> start(JsonNode request) {
        long id = jdbc.sql(
                        """
                        insert into analytics_rebuilds (by_whom, reason, up_to) values (?, ?, ?)
                        on conflict (state) where state = 'running' do nothing returning id
                        """)
                .params(
                        request.path("by").asText().strip(),
                        request.path("reason").asText().strip(),
                        trail.end())
                .query(Long.class)
                .optional()
                .orElseThrow(RebuildRunning::new);
        return read(id);
    }

    /** How far it is. @throws UnknownRebuild when there is none */
    @Transactional(readOnly = true)
    public Map<String, Object> read(long id) {
        return jdbc.sql("select * from analytics_rebuilds where id = ?")
                .param(id)
                .query((rs, n) -> {
                    Map<String, Object> view = new LinkedHashMap<>();
                    view.put("id", id);
                    view.put("state", rs.getString("state"));
                    view.put("by", rs.getString("by_whom"));
                    view.put("reason", rs.getString("reason"));
                    view.put("read", rs.getLong("read_to"));
                    view.put("events", rs.getLong("up_to"));
                    view.put("orders", rs.getLong("orders"));
                    view.put("removed", rs.getLong("removed"));
                    view.put(
                            "startedAt",
                            rs.getTimestamp("started_at").toInstant().toString());
                    Timestamp ended = rs.getTimestamp("ended_at");
                    view.put("endedAt", ended == null ? null : ended.toInstant().toString());
                    return view;
                })
                .optional()
                .orElseThrow(() -> new UnknownRebuild(id));
    }

    private record Running(long id, long readTo, long upTo, UUID checkedTo, Instant keptSince) {}

    /** Carries a running rebuild a batch on, unless another instance is at it. @return whether there is more to do */
    @Transactional
    public boolean step() {
        Optional<Running> found = jdbc.sql(
                        "select * from analytics_rebuilds where state = 'running' for update skip locked")
                .query(this::running)
                .optional();
        found.ifPresent(running -> {
            if (running.readTo() < running.upTo()) {
                rewrite(running);
            } else {
                removeTheUnknown(running);
            }
        });
        return found.isPresent();
    }

    private Running running(ResultSet rs, int row) throws SQLException {
        return new Running(
                rs.getLong("id"),
                rs.getLong("read_to"),
                rs.getLong("up_to"),
                rs.getObject("checked_to", UUID.class),
                rs.getTimestamp("started_at").toInstant().minus(settings.lag()));
    }

    private void rewrite(Running running) {
        long upTo = Math.min(running.readTo() + settings.batch(), running.upTo());
        Set<UUID> orders = trail.orders(TYPES, running.readTo(), upTo);
        // Locked before the trail is asked: what a live message adds after that is completed by it, not overwritten.
        Map<UUID, String> fresh = lock(orders, running.keptSince());
        Map<UUID, List<Delivery>> told = told(orders);
        int rewritten = 0;
        for (Map.Entry<UUID, List<Delivery>> order : told.entrySet()) {
            String from = fresh.get(order.getKey());
            if (from == null
                    || order.getValue().stream().anyMatch(event -> event.id().equals(from))) {
                analytics.rewrite(order.getKey(), events(order.getValue()));
                rewritten++;
            }
        }
        jdbc.sql("update analytics_rebuilds set read_to = ?, orders = orders + ? where id = ?")
                .params(upTo, rewritten, running.id())
                .update();
    }

    /** The rows of these orders that were written lately, with the event each was written from. */
    private Map<UUID, String> lock(Collection<UUID> orders, Instant since) {
        Map<UUID, String> fresh = new HashMap<>();
        jdbc.sql(
                        """
                        select order_id, event_id, written_at >= ? as fresh from analytics_orders
                        where order_id = any(?) order by order_id for update
                        """)
                .param(Timestamp.from(since))
                .param(orders.toArray(UUID[]::new))
                .query(rs -> {
                    if (rs.getBoolean("fresh") && rs.getString("event_id") != null) {
                        fresh.put(rs.getObject("order_id", UUID.class), rs.getString("event_id"));
                    }
                });
        return fresh;
    }

    private Map<UUID, List<Delivery>> told(Collection<UUID> orders) {
        return trail.of(TYPES, orders).stream()
                .collect(Collectors.groupingBy(event -> UUID.fromString(event.correlationId())));
    }

    /** Those that the consumer of live messages counted; it refused the others. */
    private List<Event> events(List<Delivery> told) {
        return told.stream().filter(reader::isReadable).map(reader::read).toList();
    }

    private void removeTheUnknown(Running running) {
        List<UUID> page = jdbc.sql("select order_id from analytics_orders where order_id > ? order by order_id limit ?")
                .params(running.checkedTo(), settings.batch())
                .query(UUID.class)
                .list();
        Set<UUID> unknown = new HashSet<>(page);
        unknown.removeAll(told(page).keySet());
        int removed = jdbc.sql("delete from analytics_orders where order_id = any(?) and written_at < ?")
                .param(unknown.toArray(UUID[]::new))
                .param(Timestamp.from(running.keptSince()))
                .update();
        boolean last = page.size() < settings.batch();
        jdbc.sql(
                        """
                        update analytics_rebuilds set removed = removed + ?, checked_to = ?,
                            state = case when ? then 'done' else state end, ended_at = case when ? then now() end
                        where id = ?
                        """)
                .params(
                        removed,
                        page.isEmpty() ? running.checkedTo() : page.get(page.size() - 1),
                        last,
                        last,
                        running.id())
                .update();
    }
}
