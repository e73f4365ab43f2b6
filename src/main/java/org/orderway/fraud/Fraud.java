package org.orderway.fraud;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.orderway.messages.Event;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.PaymentState;
import org.orderway.orders.Steps;
import org.orderway.orders.UnknownOrder;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Screens prepaid orders before their money is taken. Every order is screened once and keeps its verdict: the first
 * screening writes it down, together with what later ones are compared with.
 */
@Component("fraud")
public class Fraud {

    /** Why an order is refused. The rules that did it are not told, lest somebody learn to keep within them. */
    static final String REASON = "fraud_suspected";

    private static final String STEP = "fraud-check";

    private static final Map<String, String> KINDS =
            Map.of("payment.refunded", "refund", "payment.chargeback", "chargeback");

    /** Writes the check down and reads all the rules look at: the one statement a payment costs that nobody suspects. */
    private static final String SCREEN =
            """
            with ordered as materialized (
                select id, customer_id, card, card_country, country, currency, total, status from orders
                where id = :order and payment_method = 'prepaid'),
            recorded as (
                insert into fraud_checks (order_id, customer_id, card, country, currency, total)
                select id, customer_id, card, country, currency, total from ordered where status = 'RESERVED'
                on conflict do nothing returning order_id)
            select r.order_id is not null as fresh, o.total, o.country, o.card_country, c.*, k.of_card, s.*,
                u.total as shop_usual, coalesce(u.orders, 0) as shop_orders
            from ordered o
            left join recorded r on r.order_id = o.id
            left join fraud_usuals u on u.currency = o.currency
            cross join lateral (
                select count(*) filter (where checked_at > now() - make_interval(secs => :customerWithin)) as of_customer,
                    count(*) filter (where passed and currency = o.currency) as own_orders,
                    percentile_disc(0.5) within group (order by total)
                        filter (where passed and currency = o.currency) as own_usual,
                    bool_or(country = o.country) filter (where passed) as known_country
                from (select * from fraud_checks where customer_id = o.customer_id
                      order by checked_at desc limit :history) latest) c
            cross join lateral (
                select count(*) as of_card from (
                    select 1 from fraud_checks
                    where card = o.card and checked_at > now() - make_interval(secs => :cardWithin)
                    limit :history) latest) k
            cross join lateral (
                select count(*) filter (where kind = 'chargeback') as chargebacks,
                    count(*) filter (where kind = 'refund') as refunds
                from fraud_signals
                where (customer_id = o.customer_id or card = o.card)
                    and at > now() - make_interval(secs => :signalsWithin)) s
            """;

    /** Whether it was screened before or not: the limit is a reason of its own. */
    private static final String HOLD =
            """
            insert into fraud_checks as c (order_id, customer_id, card, country, currency, total, verdict, reasons, passed)
            select id, customer_id, card, country, currency, total, 'review', cast(? as jsonb), false
            from orders where id = ?
            on conflict (order_id) do update
            set verdict = excluded.verdict, reasons = c.reasons || excluded.reasons, passed = excluded.passed
            """;

    private final JdbcClient jdbc;
    private final ObjectMapper mapper;
    private final Steps steps;
    private final Orders orders;
    private final OrderEvents events;
    private final FraudRules rules;
    private final Reviews reviews;
    private final FraudSettings settings;

    Fraud(
            JdbcClient jdbc,
            ObjectMapper mapper,
            Steps steps,
            Orders orders,
            OrderEvents events,
            FraudRules rules,
            Reviews reviews,
            FraudSettings settings) {
        this.jdbc = jdbc;
        this.mapper = mapper;
        this.steps = steps;
        this.orders = orders;
        this.events = events;
        this.rules = rules;
        this.reviews = reviews;
        this.settings = settings;
    }

    /**
     * What came of a screening.
     *
     * @param passed   whether the payment may go on
     * @param messages what is to be told when it may not
     */
    public record Screening(boolean passed, List<OutgoingMessage> messages) {

        private static final Screening PASSED = new Screening(true, List.of());
    }

    private record Looked(boolean isFresh, Signals signals) {}

    /**
     * Screens the payment of an order once; a second delivery gets what was decided, by the rules or by a person. Only a
     * prepaid order whose stock is held is looked at: any other pays at the door, or has moved on.
     */
    @Transactional
    public Screening screen(Event event) {
        return jdbc.sql(SCREEN)
                .param("order", event.orderId())
                .param("history", settings.history())
                .param("customerWithin", seconds(settings.customerVelocity().within()))
                .param("cardWithin", seconds(settings.cardVelocity().within()))
                .param("signalsWithin", seconds(settings.signalsWithin()))
                .query(Fraud::looked)
                .optional()
                .map(looked -> looked.isFresh() ? judge(event.orderId(), looked.signals()) : recorded(event.orderId()))
                .orElse(Screening.PASSED);
    }

    private Screening judge(UUID orderId, Signals signals) {
        Verdict verdict = rules.judge(signals);
        if (verdict instanceof Verdict.Approve) {
            if (verdict.score() > 0) {
                write(orderId, "approve", true, verdict);
            }
            return Screening.PASSED;
        }
        Outcome outcome = steps.once(orderId, STEP, order -> holdUp(order, verdict));
        return new Screening(outcome.isVoid(), outcome.messages());
    }

    private Outcome holdUp(Order order, Verdict verdict) {
        if (verdict instanceof Verdict.Decline) {
            write(order.id(), "decline", false, verdict);
            return events.failed(order, REASON, Map.of());
        }
        write(order.id(), "review", false, verdict);
        reviews.open(order.id());
        return Outcome.SILENT;
    }

    private void write(UUID orderId, String word, boolean passed, Verdict verdict) {
        jdbc.sql(
                        """
                        update fraud_checks set verdict = ?, passed = ?, score = ?, reasons = cast(? as jsonb)
                        where order_id = ?
                        """)
                .params(word, passed, verdict.score(), json(verdict.reasons()), orderId)
                .update();
    }

    private Screening recorded(UUID orderId) {
        boolean passed = jdbc.sql("select passed from fraud_checks where order_id = ?")
                .param(orderId)
                .query(Boolean.class)
                .optional()
                .orElse(true);
        return passed
                ? Screening.PASSED
                : new Screening(
                        false,
                        steps.once(orderId, STEP, order -> Outcome.SILENT).messages());
    }

    /**
     * Holds a prepaid order up that is worth more than the limit, unless a person has decided on its payment already. A
     * second delivery gets what was decided.
     */
    @Transactional
    public Screening holdLarge(Event event) {
        Order order = orders.lock(event.orderId());
        if (!order.paymentMethod().equals("prepaid")
                || order.status() != OrderStatus.RESERVED
                || order.total().compareTo(settings.reviewAbove()) <= 0) {
            return Screening.PASSED;
        }
        return reviews.of(order.id())
                .map(review -> new Screening(review.state().equals(Reviews.APPROVED), List.<OutgoingMessage>of()))
                .orElseGet(() -> {
                    jdbc.sql(HOLD)
                            .params(
                                    json(List.of(new Verdict.Reason(
                                            "large-order",
                                            0,
                                            order.total().toPlainString() + ", more than "
                                                    + settings.reviewAbove().toPlainString()))),
                                    order.id())
                            .update();
                    reviews.open(order.id());
                    return new Screening(false, List.of());
                });
    }

    /**
     * Remembers that money of a payment went back: it speaks against the customer's and the card's next ones. Anybody may
     * publish an event; what was never paid cannot have gone back.
     *
     * @throws UnknownOrder      when there is no such order
     * @throws IllegalTransition when nothing was captured of it
     */
    @Transactional
    public void learn(Event event) {
        String kind = KINDS.get(event.type());
        if (kind == null) {
            return;
        }
        Order order = orders.find(event.orderId()).orElseThrow(() -> new UnknownOrder(event.orderId()));
        if (order.captured().signum() == 0) {
            throw new IllegalTransition(order.id(), order.paymentState(), PaymentState.REFUNDED);
        }
        jdbc.sql(
                        """
                        insert into fraud_signals (event_id, kind, order_id, customer_id, card, at)
                        select ?, ?, id, customer_id, card, ? from orders where id = ? on conflict do nothing
                        """)
                .params(event.id(), kind, Timestamp.from(event.occurredAt()), event.orderId())
                .update();
    }

    /** Measures what a payment of the shop usually is, of the latest ones in each currency. */
    @Transactional
    public void measure() {
        jdbc.sql(
                        """
                        insert into fraud_usuals (currency, total, orders)
                        select currency, percentile_disc(0.5) within group (order by total), count(*)
                        from (select currency, total from fraud_checks where passed order by order_id desc limit ?) latest
                        group by currency
                        on conflict (currency) do update
                        set total = excluded.total, orders = excluded.orders, measured_at = now()
                        """)
                .param(settings.measureLast())
                .update();
    }

    private static Looked looked(ResultSet rs, int row) throws SQLException {
        String cardCountry = rs.getString("card_country");
        return new Looked(
                rs.getBoolean("fresh"),
                new Signals(
                        rs.getBigDecimal("total"),
                        rs.getString("country").toUpperCase(Locale.ROOT),
                        cardCountry,
                        rs.getInt("of_customer"),
                        rs.getInt("of_card"),
                        new Signals.Usual(rs.getBigDecimal("own_usual"), rs.getLong("own_orders")),
                        new Signals.Usual(rs.getBigDecimal("shop_usual"), rs.getLong("shop_orders")),
                        rs.getObject("known_country", Boolean.class),
                        rs.getInt("chargebacks"),
                        rs.getInt("refunds")));
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }

    private String json(Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The reasons of a verdict cannot be written", e);
        }
    }
}
