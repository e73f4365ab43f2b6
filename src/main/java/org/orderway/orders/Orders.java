package org.orderway.orders;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementCallback;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The orders: the one place that writes their rows and lets their state move. */
@Component
public class Orders {

    private static final String SELECT = "select * from orders ";
    private static final String LINES = "select * from order_lines where order_id = ? order by line_no";

    private final JdbcClient jdbc;
    private final JdbcTemplate batch;
    private final ObjectMapper mapper;
    private final Cards cards;
    private final Clock clock;

    Orders(JdbcClient jdbc, JdbcTemplate batch, ObjectMapper mapper, Cards cards, Clock clock) {
        this.cards = cards;
        this.jdbc = jdbc;
        this.batch = batch;
        this.mapper = mapper;
        this.clock = clock;
    }

    /**
     * The order, locked until the transaction ends, so that its steps happen one after the other.
     *
     * @throws UnknownOrder when there is none
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Order lock(UUID id) {
        return read(id, " for update").orElseThrow(() -> new UnknownOrder(id));
    }

    /** The order as it stands. */
    @Transactional(readOnly = true)
    public Optional<Order> find(UUID id) {
        return read(id, "");
    }

    /** The order of that number with the hash of its request, to tell a repetition from a conflict. */
    Optional<Known> byNumber(String number) {
        return jdbc.sql("select id, number, request_hash from orders where number = ?")
                .param(number)
                .query(Orders::known)
                .optional();
    }

    Optional<Known> byKey(String key) {
        return jdbc.sql(
                        """
                        select o.id, o.number, k.request_hash
                        from idempotency_keys k join orders o on o.id = k.order_id
                        where k.key = ?
                        """)
                .param(key)
                .query(Orders::known)
                .optional();
    }

    /**
     * The order a message is about.
     *
     * @param correlationId AMQP {@code correlation_id}: the order's id on every message of ours, anything on others
     * @param messageId     AMQP {@code message_id}, by which an order that came straight over the exchange is known
     */
    @Transactional(readOnly = true)
    public Optional<UUID> concernedBy(String correlationId, String messageId) {
        return jdbc.sql(
                        """
                        select id from orders where id = ?
                        union all
                        select order_id from idempotency_keys where key = ?
                        limit 1
                        """)
                .params(uuid(correlationId), Intake.keyOf(messageId))
                .query(UUID.class)
                .optional();
    }

    void remember(String key, String requestHash, UUID orderId) {
        jdbc.sql("insert into idempotency_keys (key, request_hash, order_id) values (?, ?, ?) on conflict do nothing")
                .params(key, requestHash, orderId)
                .update();
    }

    /** @param delivered whether the order itself came over the exchange, so that nothing tells that it was placed */
    void insert(Order order, String requestHash, String cardCountry, boolean delivered) {
        Timestamp now = Timestamp.from(order.createdAt());
        jdbc.sql(
                        """
                        insert into orders (id, number, request_hash, lane, status, customer_id, customer_name,
                            customer_email, customer_locale, ship_to, country, category, currency, total, payment_method,
                            payment_token, card, card_country, created_at, moved_at, promised_by, delivered, partial)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, cast(? as jsonb), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """)
                .params(
                        order.id(),
                        order.number(),
                        requestHash,
                        order.lane(),
                        order.status().name(),
                        order.customer().id(),
                        order.customer().name(),
                        order.customer().email(),
                        order.customer().locale(),
                        json(order.shipTo()),
                        order.country(),
                        order.category(),
                        order.currency(),
                        order.total(),
                        order.paymentMethod(),
                        order.paymentToken(),
                        cards.of(order.paymentToken()),
                        cardCountry,
                        now,
                        now,
                        Timestamp.from(order.promisedBy()),
                        delivered,
                        order.partial())
                .update();
        batch.batchUpdate(
                """
                insert into order_lines (order_id, line_no, sku, quantity, unit_price, category)
                values (?, ?, ?, ?, ?, ?)
                """,
                order.lines().stream()
                        .map(l ->
                                new Object[] {order.id(), l.lineNo(), l.sku(), l.quantity(), l.unitPrice(), l.category()
                                })
                        .toList());
    }

    /**
     * Moves a locked order on.
     *
     * @throws IllegalTransition when there is no such arrow
     */
    public void advance(Order order, OrderStatus next) {
        guard(order, next);
        update(order, "status = ?", next.name());
    }

    /** Moves a locked order that waits in the normal lane to the priority lane; gives it as it is then. */
    Order promote(Order order) {
        update(order, "lane = 'priority', promoted_at = ?", Timestamp.from(clock.instant()));
        return lock(order.id());
    }

    /** Notes that it was told of a locked order that it will be late. That is no step: the order stays as it is. */
    void delayed(Order order) {
        jdbc.sql("update orders set delayed_at = ? where id = ?")
                .params(Timestamp.from(clock.instant()), order.id())
                .update();
    }

    /** Ends a locked order that came to nothing. Nothing will be charged for it: its payment token is forgotten. */
    public void fail(Order order, String reason) {
        guard(order, OrderStatus.FAILED);
        update(order, "status = ?, reason = ?, payment_token = null", OrderStatus.FAILED.name(), reason);
    }

    /** Moves a locked order on because its money is captured. Its payment token is not needed any more. */
    public void captured(Order order, BigDecimal amount) {
        guard(order, OrderStatus.PAID);
        guard(order, PaymentState.CAPTURED);
        update(
                order,
                "status = ?, payment_state = ?, captured = ?, payment_token = null",
                OrderStatus.PAID.name(),
                PaymentState.CAPTURED.name().toLowerCase(),
                amount);
    }

    /** Moves a locked order on whose money is due at the door. */
    public void due(Order order) {
        guard(order, OrderStatus.PAYMENT_DUE);
        guard(order, PaymentState.DUE);
        update(
                order,
                "status = ?, payment_state = ?",
                OrderStatus.PAYMENT_DUE.name(),
                PaymentState.DUE.name().toLowerCase());
    }

    /**
     * Moves a locked order on whose parcel left the house, with all pieces that were ready.
     *
     * @return where it is now: it stays where it was while others wait for goods
     */
    public OrderStatus shipped(Order order) {
        guard(order, OrderStatus.SHIPPED);
        List<OrderLine> now = Fulfilment.shipped(order.lines());
        OrderStatus status = Fulfilment.status(order.status(), now);
        FulfilmentState state = Fulfilment.state(order.fulfilmentState(), now);
        if (state != order.fulfilmentState()) {
            guard(order, state);
        }
        jdbc.sql(
                        """
                        with left_now as (
                            update order_lines set shipped = quantity - cancelled - back_ordered where order_id = :order)
                        update orders set status = :status, fulfilment_state = :state, moved_at = :now where id = :order
                        """)
                .param("order", order.id())
                .param("status", status.name())
                .param("state", state.name().toLowerCase())
                .param("now", Timestamp.from(clock.instant()))
                .update();
        return status;
    }

    /**
     * Writes down what became of pieces of a locked order, and moves it to where that brings it.
     *
     * @param lines  all of its lines as they are now
     * @param total  what it costs now
     * @param reason why, where that ends it
     * @return where it is now
     */
    OrderStatus tally(Order order, List<OrderLine> lines, BigDecimal total, String reason) {
        OrderStatus status = Fulfilment.status(order.status(), lines);
        FulfilmentState state = Fulfilment.state(order.fulfilmentState(), lines);
        if (status != order.status()) {
            guard(order, status);
        }
        if (state != order.fulfilmentState()) {
            guard(order, state);
        }
        batch.batchUpdate(
                """
                update order_lines set cancelled = ?, uncharged = ?, back_ordered = ?, shipped = ?, returned = ?, granted = ?
                where order_id = ? and line_no = ?
                """,
                lines.stream()
                        .filter(line -> !order.lines().contains(line))
                        .map(line -> new Object[] {
                            line.tally().cancelled(),
                            line.tally().uncharged(),
                            line.tally().backOrdered(),
                            line.tally().shipped(),
                            line.tally().returned(),
                            line.tally().granted(),
                            order.id(),
                            line.lineNo()
                        })
                        .toList());
        update(
                order,
                "status = ?, fulfilment_state = ?, total = ?, reason = ?",
                status.name(),
                state.name().toLowerCase(),
                total,
                status == order.status() ? order.reason() : reason);
        return status;
    }

    /** Moves a locked order on whose parcel is with its customer. */
    public void delivered(Order order) {
        guard(order, OrderStatus.DELIVERED);
        guard(order, FulfilmentState.DELIVERED);
        update(
                order,
                "status = ?, fulfilment_state = ?",
                OrderStatus.DELIVERED.name(),
                FulfilmentState.DELIVERED.name().toLowerCase());
    }

    /** Books money of a locked order that was collected at the door. */
    public void collected(Order order, BigDecimal amount) {
        guard(order, PaymentState.COLLECTED);
        update(
                order,
                "payment_state = ?, captured = ?",
                PaymentState.COLLECTED.name().toLowerCase(),
                amount);
    }

    /** Marks a locked order as wanted to be cancelled: what is under way outside decides. */
    public void cancelling(Order order, String reason) {
        guard(order, OrderStatus.CANCELLING);
        update(order, "status = ?, reason = ?", OrderStatus.CANCELLING.name(), reason);
    }

    /** Ends a locked order that its customer does not want any more. Nothing is due for it then, nor will be charged. */
    public void cancelled(Order order, String reason) {
        guard(order, OrderStatus.CANCELLED);
        update(
                order,
                "status = ?, reason = ?, payment_token = null,"
                        + " payment_state = case payment_state when 'due' then 'none' else payment_state end",
                OrderStatus.CANCELLED.name(),
                reason);
    }

    /** Books money on a locked order that was captured although the order is cancelled, or about to be. */
    public void capturedInVain(Order order, BigDecimal amount) {
        guard(order, PaymentState.CAPTURED);
        update(
                order,
                "payment_state = ?, captured = ?",
                PaymentState.CAPTURED.name().toLowerCase(),
                amount);
    }

    /** Books money of a locked order that went back to its customer. */
    public void refunded(Order order, BigDecimal amount) {
        BigDecimal refunded = order.refunded().add(amount);
        PaymentState next =
                refunded.compareTo(order.captured()) < 0 ? PaymentState.PART_REFUNDED : PaymentState.REFUNDED;
        guard(order, next);
        update(order, "payment_state = ?, refunded = ?", next.name().toLowerCase(), refunded);
    }

    /** Writes down which pieces of a locked order wait for goods. @param lines all of its lines as they are now */
    public void backOrder(Order order, List<OrderLine> lines) {
        tally(order, lines, order.total(), order.reason());
    }

    /** Whether the order has stayed as it is for so long. */
    public boolean restsFor(UUID id, Duration time) {
        return jdbc.sql("select moved_at < ? from orders where id = ?")
                .params(Timestamp.from(clock.instant().minus(time)), id)
                .query(Boolean.class)
                .single();
    }

    /**
     * Asks before an outside call whether the order could take the step at all.
     *
     * @throws IllegalTransition when there is no such arrow
     */
    public void mayAdvance(Order order, OrderStatus next) {
        guard(order, next);
    }

    private static void guard(Order order, OrderStatus next) {
        guard(order, order.status().mayBecome(next), order.status(), next);
    }

    private static void guard(Order order, PaymentState next) {
        guard(order, order.paymentState().mayBecome(next), order.paymentState(), next);
    }

    private static void guard(Order order, FulfilmentState next) {
        guard(order, order.fulfilmentState().mayBecome(next), order.fulfilmentState(), next);
    }

    private static void guard(Order order, boolean permitted, Enum<?> from, Enum<?> to) {
        if (!permitted) {
            throw new IllegalTransition(order.id(), from, to);
        }
    }

    private void update(Order order, String assignments, Object... values) {
        List<Object> params = new ArrayList<>(Arrays.asList(values));
        params.add(Timestamp.from(clock.instant()));
        params.add(order.id());
        jdbc.sql("update orders set " + assignments + ", moved_at = ? where id = ?")
                .params(params)
                .update();
    }

    /**
     * Orders placed before a given one, newest first; every filter may be null.
     *
     * @param after the last id of the page before
     */
    @Transactional(readOnly = true)
    public List<Summary> list(String status, String customer, String number, UUID after, int limit) {
        StringBuilder sql = new StringBuilder(
                "select id, number, status, reason, lane, total, currency, customer_id, created_at from orders where"
                        + " true");
        List<Object> params = new ArrayList<>();
        if (status != null) {
            sql.append(" and status = ?");
            params.add(status);
        }
        if (customer != null) {
            sql.append(" and customer_id = ?");
            params.add(customer);
        }
        if (number != null) {
            sql.append(" and number = ?");
            params.add(number);
        }
        if (after != null) {
            sql.append(" and id < ?");
            params.add(after);
        }
        params.add(limit);
        return jdbc.sql(sql.append(" order by id desc limit ?").toString())
                .params(params)
                .query((rs, n) -> summary(rs))
                .list();
    }

    private static Summary summary(ResultSet rs) throws SQLException {
        return new Summary(
                rs.getObject("id", UUID.class),
                rs.getString("number"),
                rs.getString("status"),
                rs.getString("reason"),
                rs.getString("lane"),
                rs.getBigDecimal("total"),
                rs.getString("currency"),
                rs.getString("customer_id"),
                rs.getTimestamp("created_at").toInstant().toString());
    }

    /** How many orders there are of each status: all that are on their way, and of the others those that moved since a time. */
    @Transactional(readOnly = true)
    public Map<OrderStatus, Long> counted(Instant since) {
        Map<OrderStatus, Long> counts = new EnumMap<>(OrderStatus.class);
        for (OrderStatus status : OrderStatus.values()) {
            counts.put(status, 0L);
        }
        jdbc.sql(
                        """
                        select status, count(*) as orders from orders
                        where status in ('RECEIVED', 'CREATED', 'RESERVED', 'PAID', 'PAYMENT_DUE', 'CANCELLING')
                            or (status in ('SHIPPED', 'DELIVERED', 'CANCELLED', 'FAILED', 'RETURNED') and moved_at >= ?)
                        group by status
                        """)
                .param(Timestamp.from(since))
                .query(rs -> {
                    counts.put(OrderStatus.valueOf(rs.getString("status")), rs.getLong("orders"));
                });
        return counts;
    }

    /** The latest orders of whoever has this mail address, in any letters. */
    @Transactional(readOnly = true)
    public List<Summary> ofMail(String address, int limit) {
        return jdbc.sql(
                        """
                        select id, number, status, reason, lane, total, currency, customer_id, created_at from orders
                        where lower(customer_email) = lower(?) order by id desc limit ?
                        """)
                .params(address, limit)
                .query((rs, n) -> summary(rs))
                .list();
    }

    /** Orders whose goods may leave and have not: those of the priority lane first, then the oldest. */
    @Transactional(readOnly = true)
    public List<Waiting> toBeShipped(int limit) {
        return jdbc.sql(
                        """
                        select id, number, lane from orders where status in ('PAID', 'PAYMENT_DUE')
                            and exists (select 1 from order_lines l where l.order_id = orders.id
                                and l.quantity > l.cancelled + l.back_ordered + l.shipped)
                        order by lane = 'priority' desc, id limit ?
                        """)
                .param(limit)
                .query((rs, n) ->
                        new Waiting(rs.getObject("id", UUID.class), rs.getString("number"), rs.getString("lane")))
                .list();
    }

    /** An order that waits for its parcel. */
    public record Waiting(UUID id, String number, String lane) {}

    /** A line of the list. */
    public record Summary(
            UUID id,
            String number,
            String status,
            String reason,
            String lane,
            BigDecimal total,
            String currency,
            String customer,
            String placedAt) {}

    /** An order that a request may be a repetition of. */
    record Known(UUID id, String number, String requestHash) {}

    private static Known known(ResultSet rs, int row) throws SQLException {
        return new Known(rs.getObject("id", UUID.class), rs.getString("number"), rs.getString("request_hash"));
    }

    /**
     * Two statements in one round trip, the most frequent one of all. They are two so that the lines are read once the order
     * is locked: one statement would show them as they were before it waited for the lock.
     */
    private Optional<Order> read(UUID id, String lock) {
        return batch.execute(SELECT + "where id = ?" + lock + "; " + LINES, (PreparedStatementCallback<Optional<Order>>)
                statement -> {
                    statement.setObject(1, id);
                    statement.setObject(2, id);
                    statement.execute();
                    try (ResultSet order = statement.getResultSet()) {
                        if (!order.next()) {
                            return Optional.empty();
                        }
                        statement.getMoreResults(Statement.KEEP_CURRENT_RESULT);
                        try (ResultSet lines = statement.getResultSet()) {
                            return Optional.of(order(order, lines(lines)));
                        }
                    }
                });
    }

    private static List<OrderLine> lines(ResultSet rs) throws SQLException {
        List<OrderLine> lines = new ArrayList<>();
        while (rs.next()) {
            lines.add(new OrderLine(
                    rs.getInt("line_no"),
                    rs.getString("sku"),
                    rs.getInt("quantity"),
                    rs.getBigDecimal("unit_price"),
                    rs.getString("category"),
                    new Tally(
                            rs.getInt("cancelled"),
                            rs.getInt("uncharged"),
                            rs.getInt("back_ordered"),
                            rs.getInt("shipped"),
                            rs.getInt("returned"),
                            rs.getInt("granted"))));
        }
        return lines;
    }

    private Order order(ResultSet rs, List<OrderLine> lines) throws SQLException {
        return new Order(
                rs.getObject("id", UUID.class),
                rs.getString("number"),
                rs.getString("lane"),
                OrderStatus.valueOf(rs.getString("status")),
                rs.getString("reason"),
                PaymentState.valueOf(rs.getString("payment_state").toUpperCase()),
                FulfilmentState.valueOf(rs.getString("fulfilment_state").toUpperCase()),
                new OrderRequest.Customer(
                        rs.getString("customer_id"),
                        rs.getString("customer_name"),
                        rs.getString("customer_email"),
                        rs.getString("customer_locale")),
                address(rs.getString("ship_to")),
                rs.getString("country"),
                rs.getString("category"),
                rs.getString("currency"),
                rs.getBigDecimal("total"),
                rs.getString("payment_method"),
                rs.getString("payment_token"),
                rs.getBigDecimal("captured"),
                rs.getBigDecimal("refunded"),
                rs.getTimestamp("created_at").toInstant(),
                rs.getTimestamp("promised_by").toInstant(),
                rs.getTimestamp("promoted_at") == null
                        ? null
                        : rs.getTimestamp("promoted_at").toInstant(),
                rs.getBoolean("partial"),
                lines);
    }

    private static UUID uuid(String text) {
        try {
            return text == null || text.length() != 36 ? null : UUID.fromString(text);
        } catch (IllegalArgumentException notAnId) {
            return null;
        }
    }

    private OrderRequest.ShipTo address(String json) {
        try {
            return mapper.readValue(json, OrderRequest.ShipTo.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored address cannot be read", e);
        }
    }

    private String json(Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An address cannot be written", e);
        }
    }
}
