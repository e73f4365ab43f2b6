package org.orderway.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.orderway.messages.Delivery;
import org.orderway.messages.FlowVersion;
import org.orderway.messages.GroupCommit;
import org.orderway.messages.Trail;
import org.orderway.orders.Timeline;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;

/** Keeps every event once, readable or not: what came over the exchange is on record. */
@Component("audit")
public class Audit implements Timeline, Trail {

    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");
    private static final int MOST_DIGITS = 1_000;

    /** Entries of one commit: enough that the commit does not matter any more. */
    private static final int AT_ONCE = 50;

    private final JdbcClient jdbc;
    private final JdbcTemplate batch;
    private final ObjectMapper mapper;
    private final FlowVersion flow;
    private final GroupCommit<Row> appending;

    Audit(
            JdbcClient jdbc,
            JdbcTemplate batch,
            ObjectMapper mapper,
            FlowVersion flow,
            PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.batch = batch;
        this.flow = flow;
        // An amount stays as exact as it came.
        this.mapper = mapper.copy()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true));
        this.appending = new GroupCommit<>(transactions, this::insert, AT_ONCE);
    }

    /** An entry as it is written. */
    private record Row(Delivery delivery, UUID order, JsonNode body, String flow) {

        private Object[] columns() {
            return new Object[] {
                delivery.id(),
                order,
                delivery.type(),
                delivery.routingKey(),
                Timestamp.from(occurredAt(delivery, body)),
                body == null ? null : body.toString(),
                body == null ? text(delivery.body()) : null,
                flow
            };
        }
    }

    /**
     * Appends the event, and links it to its order's chain (the table's trigger does, which locks the end of the chain until
     * the commit), together with what else is to be appended now. A second delivery of it changes nothing; one at the same
     * moment fails and finds it recorded when it is tried again.
     */
    public void append(Delivery delivery) {
        JsonNode body = json(delivery.body());
        appending.write(new Row(delivery, orderId(delivery, body), body, flow.current()));
    }

    /** The ends of chains are locked in the order of their orders, so that two instances never wait for each other in a circle. */
    private void insert(List<Row> rows) {
        batch.batchUpdate(
                """
                insert into audit_events
                    (event_id, order_id, type, routing_key, occurred_at, body, body_text, flow_version)
                values (?, ?, ?, ?, ?, cast(? as jsonb), ?, ?)
                """,
                rows.stream()
                        .sorted(Comparator.comparing(Row::order, Comparator.nullsFirst(Comparator.naturalOrder())))
                        .map(Row::columns)
                        .toList());
    }

    @Override
    @Transactional(readOnly = true)
    public List<Entry> of(UUID orderId) {
        return jdbc.sql("select type, occurred_at, body from audit_events where order_id = ? order by occurred_at, seq")
                .param(orderId)
                .query((rs, n) -> new Entry(
                        rs.getString("type"),
                        rs.getTimestamp("occurred_at").toInstant().toString(),
                        detail(rs.getString("type"), stored(rs.getString("body")))))
                .list();
    }

    @Override
    @Transactional(readOnly = true)
    public long end() {
        return jdbc.sql("select coalesce(max(seq), 0) from audit_events")
                .query(Long.class)
                .single();
    }

    @Override
    @Transactional(readOnly = true)
    public Set<UUID> orders(Set<String> types, long after, long upTo) {
        return Set.copyOf(jdbc.sql(
                        """
                                select distinct order_id from audit_events
                                where seq > ? and seq <= ? and type = any(?) and order_id is not null
                                """)
                .param(after)
                .param(upTo)
                .param(types.toArray(String[]::new))
                .query(UUID.class)
                .list());
    }

    /** The ids of orders begin with their time (UUIDv7); those that strangers name need not. */
    @Override
    @Transactional(readOnly = true)
    public List<Delivery> latest(int orders) {
        return deliveries(jdbc.sql(
                        """
                        select event_id, order_id, type, routing_key, occurred_at, coalesce(body::text, body_text) as body
                        from audit_events where order_id in
                            (select order_id from audit_chains c where exists (
                                select 1 from audit_events e where e.order_id = c.order_id and e.type = 'order.created')
                             order by order_id desc limit ?)
                        order by order_id desc, seq
                        """)
                .param(orders));
    }

    @Override
    @Transactional(readOnly = true)
    public List<Delivery> of(Set<String> types, Collection<UUID> orders) {
        return deliveries(jdbc.sql(
                        """
                        select event_id, order_id, type, routing_key, occurred_at, coalesce(body::text, body_text) as body
                        from audit_events where order_id = any(?) and type = any(?) order by seq
                        """)
                .param(orders.toArray(UUID[]::new))
                .param(types.toArray(String[]::new)));
    }

    private static List<Delivery> deliveries(JdbcClient.StatementSpec entries) {
        return entries.query((rs, n) -> new Delivery(
                        "",
                        rs.getString("routing_key"),
                        rs.getString("event_id"),
                        rs.getString("type"),
                        rs.getString("order_id"),
                        rs.getTimestamp("occurred_at").toInstant(),
                        "application/json",
                        0,
                        Map.of(),
                        rs.getString("body").getBytes(StandardCharsets.UTF_8)))
                .list();
    }

    private static String detail(String type, JsonNode body) {
        if (type.startsWith("order.failed")) {
            return body.path("reason").asText(null);
        }
        return switch (type) {
            case "order.placed" -> body.path("lane").asText() + " lane";
            case "order.delayed" -> "was promised by " + body.path("promisedBy").asText();
            case "order.inventory_checked" ->
                body.has("backOrdered") ? "held, but for " + pieces(body.path("backOrdered")) : "every line is held";
            case "order.payment_success" ->
                body.path("method").asText().equals("cod")
                        ? body.path("due").asText() + " "
                                + body.path("currency").asText() + " due at the door"
                        : body.path("captured").asText() + " "
                                + body.path("currency").asText() + " captured";
            case "order.shipping_prepared", "order.shipped" ->
                body.path("carrier").asText() + " "
                        + body.path("trackingNumber").asText()
                        + (body.path("complete").asBoolean(true) ? "" : ", the rest follows");
            case "order.backorder_filled" ->
                "goods for parcel " + body.path("parcel").asInt();
            case "order.cancelled" ->
                body.path("reason").asText()
                        + (body.path("refund").decimalValue().signum() > 0
                                ? ", " + money(body, "refund") + " to refund"
                                : "");
            case "order.line_cancelled" ->
                pieces(body.path("lines")) + ", " + body.path("reason").asText() + ", " + money(body, "value")
                        + (body.path("refund").decimalValue().signum() > 0
                                ? ", " + money(body, "refund") + " to refund"
                                : "");
            case "order.captured_late" -> money(body, "amount") + " captured, to refund";
            case "order.returned" ->
                body.path("reason").asText() + ", " + money(body, "value")
                        + (body.path("complete").asBoolean() ? ", everything" : "");
            case "order.status_updated" ->
                (body.path("status").asText().replace('_', ' ') + " "
                                + body.path("trackingNumber").asText())
                        .strip();
            case "order.delivered" ->
                body.has("collected") ? money(body.path("collected"), "amount") + " collected" : null;
            case "order.refund_due" -> money(body, "amount") + " to be paid out";
            case "order.refunded", "order.refund_granted" -> money(body, "amount");
            case "order.invoiced" -> body.path("invoice").asText() + ", " + money(body, "total");
            case "order.analytics.ended" -> body.path("status").asText();
            default -> null;
        };
    }

    private static String pieces(JsonNode lines) {
        return StreamSupport.stream(lines.spliterator(), false)
                .map(line -> line.path("quantity").asText() + " x "
                        + line.path("sku").asText())
                .collect(Collectors.joining(", "));
    }

    private static String money(JsonNode body, String amount) {
        return body.path(amount).asText() + " " + body.path("currency").asText();
    }

    /** The body tells it to the millisecond, the AMQP property to the second. */
    private static Instant occurredAt(Delivery delivery, JsonNode body) {
        try {
            Instant told = body == null || !body.hasNonNull("occurredAt")
                    ? delivery.timestamp()
                    : Instant.parse(body.get("occurredAt").asText());
            // What a stranger wrote may be a time that no database holds.
            return told.isBefore(Instant.EPOCH) || told.isAfter(LATEST) ? delivery.timestamp() : told;
        } catch (DateTimeParseException notATime) {
            return delivery.timestamp();
        }
    }

    private static UUID orderId(Delivery delivery, JsonNode body) {
        UUID fromBody = body == null ? null : uuid(body.path("orderId").asText());
        return fromBody != null ? fromBody : uuid(delivery.correlationId());
    }

    private static UUID uuid(String text) {
        if (text == null || text.length() != 36) {
            return null;
        }
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException notAnId) {
            return null;
        }
    }

    private JsonNode json(byte[] body) {
        try {
            JsonNode node = mapper.readTree(body);
            // jsonb has no NUL character and no number beyond all measure.
            return node == null || node.isMissingNode() || node.toString().contains("\\u0000") || isBeyondMeasure(node)
                    ? null
                    : node;
        } catch (IOException notJson) {
            return null;
        }
    }

    private static boolean isBeyondMeasure(JsonNode node) {
        if (node.isBigDecimal()) {
            return Math.abs((long) node.decimalValue().scale()) > MOST_DIGITS;
        }
        for (JsonNode inside : node) {
            if (isBeyondMeasure(inside)) {
                return true;
            }
        }
        return false;
    }

    private JsonNode stored(String json) {
        try {
            return json == null ? mapper.createObjectNode() : mapper.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A recorded event cannot be read back", e);
        }
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8).replace("\u0000", "");
    }
}
