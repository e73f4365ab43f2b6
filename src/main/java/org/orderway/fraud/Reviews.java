package org.orderway.fraud;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.Decision;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.OrderView;
import org.orderway.orders.Orders;
import org.orderway.orders.PaymentHandover;
import org.orderway.orders.PaymentReviews;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Payments that a person decides on. The order is left as it is meanwhile: its stock is held, nothing is charged, and a cancel
 * ends it at once.
 */
@Component("reviews")
public class Reviews implements PaymentReviews {

    static final String APPROVED = "approved";
    private static final String DECLINED = "declined";

    /** How long a mail is left to the instance that began to send it. */
    private static final Duration CLAIM = Duration.ofSeconds(60);

    private static final int MOST_IN_A_MAIL = 100;

    private final JdbcClient jdbc;
    private final ObjectMapper mapper;
    private final Orders orders;
    private final OrderEvents events;
    private final PaymentHandover handover;
    private final Outbox outbox;
    private final String operator;
    private final String mailDomain;

    Reviews(
            JdbcClient jdbc,
            ObjectMapper mapper,
            Orders orders,
            OrderEvents events,
            PaymentHandover handover,
            Outbox outbox,
            @Value("${orderway.failures.operator}") String operator,
            @Value("${orderway.mail.domain}") String mailDomain) {
        this.jdbc = jdbc;
        this.mapper = mapper;
        this.orders = orders;
        this.events = events;
        this.handover = handover;
        this.outbox = outbox;
        this.operator = operator;
        this.mailDomain = mailDomain;
    }

    /**
     * What came of a decision.
     *
     * @param answer  what the person is told
     * @param entries messages for the outbox's publisher
     */
    public record Done(Map<String, Object> answer, List<Outbox.Entry> entries) {}

    /** A mail to the operator about payments that wait for a decision. */
    public record Letter(List<UUID> orders, String messageId, String to, String subject, String text, String html) {}

    /** Holds the payment of a locked order up. */
    @Transactional(propagation = Propagation.MANDATORY)
    void open(UUID orderId) {
        jdbc.sql("insert into fraud_reviews (order_id) values (?)")
                .param(orderId)
                .update();
    }

    /**
     * The open reviews, the oldest first.
     *
     * @param page {@code limit}
     */
    @Transactional(readOnly = true)
    public Map<String, Object> list(Map<String, Object> page) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put(
                "open",
                jdbc.sql("select count(*) from fraud_reviews r join orders o on o.id = r.order_id"
                                + " where r.state = 'open' and o.status = 'RESERVED'")
                        .query(Long.class)
                        .single());
        view.put(
                "reviews",
                jdbc.sql(
                                """
                                select r.order_id, r.opened_at, c.score, c.reasons, c.currency, c.total, o.number,
                                    o.customer_id, upper(o.country) as country
                                from fraud_reviews r
                                join orders o on o.id = r.order_id
                                join fraud_checks c on c.order_id = r.order_id
                                where r.state = 'open' and o.status = 'RESERVED'
                                order by r.opened_at, r.order_id limit ?
                                """)
                        .param(page.get("limit"))
                        .query((rs, n) -> {
                            Map<String, Object> one = new LinkedHashMap<>();
                            one.put("order", rs.getString("order_id"));
                            one.put("number", rs.getString("number"));
                            one.put("customer", rs.getString("customer_id"));
                            one.put("country", rs.getString("country"));
                            one.put("total", rs.getBigDecimal("total"));
                            one.put("currency", rs.getString("currency"));
                            one.put("score", rs.getInt("score"));
                            one.put("reasons", json(rs.getString("reasons")));
                            one.put(
                                    "since",
                                    rs.getTimestamp("opened_at").toInstant().toString());
                            return one;
                        })
                        .list());
        return view;
    }

    /**
     * Lets the payment be taken. Saying it again changes nothing.
     *
     * @throws NoReview     when the payment was never held up
     * @throws ReviewClosed when it is declined, or the order came to nothing
     */
    @Transactional
    public Done approve(String id, JsonNode request) {
        return decide(OrderView.id(id, "id"), APPROVED, Decision.of(request));
    }

    /** Refuses the payment, and the order with it. Throws as {@link #approve}. */
    @Transactional
    public Done decline(String id, JsonNode request) {
        return decide(OrderView.id(id, "id"), DECLINED, Decision.of(request));
    }

    private Done decide(UUID orderId, String decided, Decision decision) {
        Order order = orders.lock(orderId);
        Review review = of(orderId).orElseThrow(() -> new NoReview(orderId));
        Map<String, Object> answer = Map.of("order", orderId, "state", decided);
        if (review.state().equals(decided)) {
            return new Done(answer, List.of());
        }
        if (review.closedAt() != null || order.status() != OrderStatus.RESERVED) {
            String state =
                    review.closedAt() != null ? review.state() : order.status().name();
            throw new ReviewClosed("The payment of the order " + orderId + " is not open for a decision: " + state);
        }
        boolean approved = decided.equals(APPROVED);
        close(orderId, decided, decision);
        List<OutgoingMessage> messages = approved
                ? handover.of(orderId).messages()
                : events.failed(order, Fraud.REASON, Map.of()).messages();
        return new Done(answer, messages.stream().map(outbox::add).toList());
    }

    private void close(UUID orderId, String state, Decision decision) {
        jdbc.sql(
                        """
                        with closed as (
                            update fraud_reviews set state = ?, closed_at = now(), by_whom = ?, reason = ?
                            where order_id = ? returning order_id)
                        update fraud_checks c set passed = ? from closed where c.order_id = closed.order_id
                        """)
                .params(state, decision.by(), decision.reason(), orderId, state.equals(APPROVED))
                .update();
    }

    @Override
    @Transactional(readOnly = true)
    public Optional<Review> of(UUID orderId) {
        return jdbc.sql("select state, opened_at, closed_at from fraud_reviews where order_id = ?")
                .param(orderId)
                .query((rs, n) -> new Review(
                        rs.getString("state"),
                        rs.getTimestamp("opened_at").toInstant(),
                        rs.getTimestamp("closed_at") == null
                                ? null
                                : rs.getTimestamp("closed_at").toInstant()))
                .optional();
    }

    /**
     * Claims the payments that the operator has not heard of yet, for one mail about all of them; null when there are none. A
     * claim whose mail was not sent runs out. Reviews whose order came to nothing are closed before.
     */
    @Transactional
    public Letter untold() {
        jdbc.sql(
                        """
                        update fraud_reviews r set state = 'void', closed_at = now() from orders o
                        where r.state = 'open' and o.id = r.order_id and o.status in ('CANCELLED', 'FAILED', 'RETURNED')
                        """)
                .update();
        if (operator.isBlank()) {
            return null;
        }
        List<UUID> waiting = jdbc
                .sql(
                        """
                        update fraud_reviews set claimed_at = now() where order_id in (
                            select order_id from fraud_reviews
                            where state = 'open' and told_at is null
                                and (claimed_at is null or claimed_at < now() - make_interval(secs => ?))
                            order by opened_at limit ? for update skip locked)
                        returning order_id
                        """)
                .params(CLAIM.toSeconds(), MOST_IN_A_MAIL)
                .query(UUID.class)
                .list()
                .stream()
                .sorted()
                .toList();
        return waiting.isEmpty() ? null : letter(waiting);
    }

    private Letter letter(List<UUID> waiting) {
        String list = waiting.stream().map(UUID::toString).collect(Collectors.joining("\n"));
        String text = "The payments of these orders wait for your decision. Nothing is charged until then:\n\n" + list
                + "\n\nGET /ops/reviews tells why; POST /ops/reviews/{order}/approve or …/decline decides.\n";
        return new Letter(
                waiting,
                "<reviews-" + UUID.nameUUIDFromBytes(list.getBytes(StandardCharsets.UTF_8)) + "@" + mailDomain + ">",
                operator,
                "Orderway: payments to review: " + waiting.size(),
                text,
                "<p>" + text.replace("\n", "<br>") + "</p>");
    }

    /** The mail server took it. */
    @Transactional
    public void told(Letter letter) {
        jdbc.sql("update fraud_reviews set told_at = now() where order_id = any(?)")
                .param(letter.orders().toArray(UUID[]::new))
                .update();
    }

    private JsonNode json(String text) {
        try {
            return mapper.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The reasons of a verdict cannot be read back", e);
        }
    }
}
