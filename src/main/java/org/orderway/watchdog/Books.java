package org.orderway.watchdog;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.PaymentState;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Reads what the books say. Each reading is one statement and so one moment: what a step changes together is seen together,
 * and no step in between gives a false alarm.
 */
@Component
class Books {

    /**
     * Orders of which a message is on its way or lies where a person sees it, and those whose payment a person reviews. A wait that has long been over says nothing
     * any more: its message came another way, or was lost.
     */
    static final String UNDER_WAY =
            """
            under_way as materialized (
                select order_id::text as order_id from retries
                where order_id is not null and due_at > now() - interval '5 minutes'
                union all
                select order_id::text from dead_letters where state = 'open' and order_id is not null
                union all
                select order_id::text from fraud_reviews where state = 'open'),
            outboxed as materialized (select order_id from outbox where order_id is not null)
            """;

    private static final String ORDERS = "with " + UNDER_WAY
            + """
            select o.id, o.status, o.payment_state, o.payment_method, o.total, o.captured, o.refunded,
                greatest(o.moved_at, b.returned_at, c.received_at) < now() - make_interval(secs => :grace) as overdue,
                b.value as returned, c.amount as charged_back, l.amount as ledger,
                e.charges, e.charged, e.refunds, e.refund_open, e.shipped,
                (select count(*) from shipments where order_id = o.id) as parcels,
                o.fulfilment_state = 'part' as part, n.ready, n.gone, r.held, r.released, r.sold,
                o.id::text in (select order_id from under_way)
                    or o.id::text in (select order_id from outboxed) as on_its_way
            from orders o
            cross join lateral (
                select coalesce(sum(amount), 0) as value, max(at) as returned_at
                from promised_back where order_id = o.id) b
            cross join lateral (
                select coalesce(sum(amount), 0) as amount, max(received_at) as received_at
                from chargebacks where order_id = o.id) c
            cross join lateral (
                select coalesce(sum(amount), 0) as amount from ledger_entries where order_id = o.id) l
            cross join lateral (
                select count(*) filter (where captured) as charges,
                    case when bool_and(amount is not null) filter (where captured)
                        then sum(amount) filter (where captured) end as charged,
                    coalesce(sum(amount) filter (where kind = 'refund' and known and happened), 0) as refunds,
                    coalesce(bool_or(kind = 'refund' and not known), false) as refund_open,
                    count(*) filter (where kind = 'shipment' and known and happened) as shipped
                from (select kind, known_at is not null as known,
                          result ->> 'status' is distinct from 'never_happened' as happened,
                          kind = 'charge' and known_at is not null and result ->> 'status' = 'captured' as captured,
                          coalesce(amount, case when jsonb_typeof(result -> 'amount') = 'number'
                              then (result ->> 'amount')::numeric end) as amount
                      from effects where order_id = o.id and kind in ('charge', 'refund', 'shipment')) all_known) e
            cross join lateral (
                select coalesce(sum(quantity) filter (where state = 'held'), 0) as held,
                    coalesce(sum(quantity) filter (where state = 'released'), 0) as released,
                    coalesce(sum(quantity) filter (where state = 'sold'), 0) as sold
                from reservations where order_id = o.id) r
            cross join lateral (
                select coalesce(sum(quantity - cancelled - back_ordered - shipped), 0) as ready,
                    coalesce(sum(shipped), 0) as gone
                from order_lines l where l.order_id = o.id
                    and exists (select 1 from reservations h where h.order_id = o.id and h.sku = l.sku)) n
            where o.id = any(cast(:orders as uuid[]))
            """;

    private static final String ARTICLES =
            """
            select p.sku, p.received, p.on_hand, p.reserved, p.sold,
                (select coalesce(sum(quantity), 0) from reservations r where r.sku = p.sku and r.state = 'held') as held,
                case when p.sku = any(:counted) then
                    (select coalesce(sum(quantity - returned), 0) from reservations r
                     where r.sku = p.sku and r.state = 'sold') end as bought
            from products p where p.sku = any(:articles)
            """;

    private final JdbcClient jdbc;

    Books(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The books of these orders.
     *
     * @param grace how long after an order's end refund and restock may take
     */
    List<OrderBooks> ofOrders(Collection<String> orders, Duration grace) {
        return jdbc.sql(ORDERS)
                .param("grace", grace.toMillis() / 1000.0)
                .param("orders", orders.toArray(String[]::new))
                .query((rs, n) -> orderBooks(rs))
                .list();
    }

    /**
     * The books of these articles.
     *
     * @param counted those of them whose sales are counted too: the dearest part
     */
    List<ArticleBooks> ofArticles(Collection<String> articles, Collection<String> counted) {
        return jdbc.sql(ARTICLES)
                .param("articles", articles.toArray(String[]::new))
                .param("counted", counted.toArray(String[]::new))
                .query((rs, n) -> new ArticleBooks(
                        rs.getString("sku"),
                        rs.getLong("received"),
                        rs.getLong("on_hand"),
                        rs.getLong("reserved"),
                        rs.getLong("sold"),
                        rs.getLong("held"),
                        rs.getObject("bought") == null ? null : rs.getLong("bought")))
                .list();
    }

    /**
     * Adds the money up, by currency: what was captured less what was given back is the value of what is paid and open or
     * shipped and was not given up, and what is still owed to customers, where no bank took it back.
     */
    void sumUp() {
        jdbc.sql(
                        """
                        update watchdog set summed_at = now(), money = (
                            select coalesce(jsonb_agg(sums order by currency), '[]') from (
                                select currency, sum(captured) as captured, sum(refunded) as refunded,
                                    coalesce(sum(kept) filter (where paid and not ended), 0) as value,
                                    sum(case when owed > 0 then greatest(owed - charged_back, 0) else owed end) as owed,
                                    sum(charged_back) as "chargedBack"
                                from (
                                    select *, case when ended then captured
                                        when payment_method = 'cod' then greatest(captured - kept, 0)
                                        else least(captured, returned) end - refunded as owed
                                    from (
                                        select o.*, coalesce(r.value, 0) as returned, coalesce(c.amount, 0) as charged_back,
                                            case when payment_method = 'cod'
                                                then least(captured, total - coalesce(r.value, 0))
                                                else total - coalesce(r.value, 0) end as kept,
                                            payment_state in ('captured', 'collected', 'part_refunded', 'refunded') as paid,
                                            status in ('FAILED', 'CANCELLED', 'RETURNED') as ended
                                        from orders o left join (
                                            select order_id, sum(amount) as value from promised_back group by order_id) r
                                            on r.order_id = o.id
                                        left join (
                                            select order_id, sum(amount) as amount from chargebacks group by order_id) c
                                            on c.order_id = o.id) with_returns) all_orders
                                group by currency) sums)
                        """)
                .update();
    }

    private static OrderBooks orderBooks(ResultSet rs) throws SQLException {
        return new OrderBooks(
                rs.getObject("id", UUID.class),
                OrderStatus.valueOf(rs.getString("status")),
                PaymentState.valueOf(rs.getString("payment_state").toUpperCase()),
                rs.getString("payment_method").equals("cod"),
                new OrderBooks.Money(
                        rs.getBigDecimal("total"),
                        rs.getBigDecimal("captured"),
                        rs.getBigDecimal("refunded"),
                        rs.getBigDecimal("returned"),
                        rs.getBigDecimal("charged_back"),
                        rs.getBigDecimal("ledger")),
                new OrderBooks.Known(
                        rs.getInt("charges"),
                        rs.getBigDecimal("charged"),
                        rs.getBigDecimal("refunds"),
                        rs.getBoolean("refund_open"),
                        rs.getInt("shipped")),
                new OrderBooks.Goods(
                        rs.getLong("held"),
                        rs.getLong("released"),
                        rs.getLong("sold"),
                        rs.getLong("ready"),
                        rs.getLong("gone")),
                rs.getInt("parcels"),
                rs.getBoolean("part"),
                rs.getBoolean("overdue"),
                rs.getBoolean("on_its_way"));
    }
}
