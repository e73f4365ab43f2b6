package org.orderway.recommendations;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.orderway.messages.Delivery;
import org.orderway.messages.Event;
import org.orderway.messages.Unreadable;
import org.orderway.orders.Articles;
import org.orderway.orders.FulfilmentState;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.Order;
import org.orderway.orders.OrderLine;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.UnknownOrder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What goes together, by lift: how much more often two articles are in one order than they would be if customers drew them
 * by lot. What everybody buys has a lift of about 1 with everything, however often it is bought, and is not recommended.
 *
 * <p>Goods that come back stay counted: they were bought together all the same.
 */
@Component("recommendations")
public class Recommendations {

    private static final String KIND = "behaviour.";

    /** What goes with the articles s more often than by chance, enough orders saying so. */
    private static final String FITTING =
            """
             s cross join lateral (
                select second as sku, orders from pair_counts where first = s.sku and orders >= :support
                union all
                select first, orders from pair_counts where second = s.sku and orders >= :support) p
            join article_counts a on a.sku = s.sku join article_counts o on o.sku = p.sku cross join order_counts t
            where p.orders::numeric * t.orders > a.orders * o.orders
            """;

    private static final String LIFT = "p.orders::numeric * t.orders / (a.orders * o.orders)";

    /** What a customer bought or has in the cart. */
    private static final String HAS =
            """
            (select sku from purchases where customer_id = :customer
            union all
            select sku from behaviour where customer_id = :customer and kind = 'carted' and at >= :since)
            """;

    private final JdbcClient jdbc;
    private final Orders orders;
    private final Articles articles;
    private final Clock clock;
    private final Settings settings;

    Recommendations(JdbcClient jdbc, Orders orders, Articles articles, Clock clock, Settings settings) {
        this.jdbc = jdbc;
        this.orders = orders;
        this.articles = articles;
        this.clock = clock;
        this.settings = settings;
    }

    /**
     * Keeps when a customer last did that to an article: what comes late or again changes nothing.
     *
     * @throws Unreadable when it is neither {@code behaviour.viewed} nor {@code behaviour.carted}
     */
    @Transactional
    public void noticed(Delivery delivery, JsonNode body) {
        String kind = delivery.type().startsWith(KIND) ? delivery.type().substring(KIND.length()) : "";
        if (!List.of("viewed", "carted").contains(kind)) {
            throw new Unreadable("Nothing is learnt from a message of this type");
        }
        Instant now = clock.instant();
        Instant at = Instant.parse(body.path("occurredAt").asText());
        jdbc.sql(
                        """
                        insert into behaviour (customer_id, sku, kind, at) values (?, ?, ?, ?)
                        on conflict (customer_id, sku, kind) do update set at = excluded.at where behaviour.at < excluded.at
                        """)
                .params(
                        body.path("customer").asText(),
                        body.path("sku").asText(),
                        kind,
                        Timestamp.from(at.isAfter(now) ? now : at))
                .update();
    }

    /**
     * Counts what was bought in a shipped order, once. The event does not name the articles: they are read from the order.
     *
     * @throws UnknownOrder      when there is no such order
     * @throws IllegalTransition when nothing of it has left the house: anybody may publish an event
     */
    @Transactional
    public void bought(Event event) {
        Order order = orders.find(event.orderId()).orElseThrow(() -> new UnknownOrder(event.orderId()));
        if (order.fulfilmentState() == FulfilmentState.NONE || order.fulfilmentState() == FulfilmentState.PREPARED) {
            throw new IllegalTransition(order.id(), order.status(), OrderStatus.SHIPPED);
        }
        boolean fresh = jdbc.sql("insert into counted_orders (order_id) values (?) on conflict do nothing")
                        .param(order.id())
                        .update()
                == 1;
        if (fresh) {
            count(order.customer().id(), articles(order), Timestamp.from(event.occurredAt()));
        }
    }

    /** The most valuable articles of an order; of a hundred, all pairs would be five thousand. */
    private List<String> articles(Order order) {
        return order.lines().stream()
                .filter(line -> line.wanted() > 0)
                .sorted(Comparator.comparing(OrderLine::value)
                        .reversed()
                        .thenComparing(OrderLine::sku)
                        .thenComparing(OrderLine::lineNo))
                .map(OrderLine::sku)
                .distinct()
                .limit(settings.articlesPerOrder())
                .toList();
    }

    /** Rows in the order of their keys, so that two orders at the same time never wait for each other in a circle. */
    private void count(String customer, List<String> skus, Timestamp at) {
        String[] all = skus.toArray(String[]::new);
        jdbc.sql(
                        """
                        insert into purchases (customer_id, sku, at) select ?, sku, ? from unnest(cast(? as text[])) sku order by sku
                        on conflict (customer_id, sku) do update set at = greatest(purchases.at, excluded.at)
                        """)
                .param(customer)
                .param(at)
                .param(all)
                .update();
        jdbc.sql(
                        """
                        insert into article_counts (sku, orders) select sku, 1 from unnest(cast(? as text[])) sku order by sku
                        on conflict (sku) do update set orders = article_counts.orders + 1
                        """)
                .param(all)
                .update();
        jdbc.sql(
                        """
                        insert into pair_counts (first, second, orders)
                        select a, b, 1 from unnest(cast(? as text[])) a cross join unnest(cast(? as text[])) b where a < b order by a, b
                        on conflict (first, second) do update set orders = pair_counts.orders + 1
                        """)
                .param(all)
                .param(all)
                .update();
        jdbc.sql(
                        """
                        insert into order_counts (orders) values (1)
                        on conflict (only_one) do update set orders = order_counts.orders + 1
                        """)
                .update();
    }

    /**
     * What is bought together with an article more often than by chance, the highest lift first; of the same lift, what more
     * orders say.
     *
     * @throws UnknownArticle when the catalogue does not know it
     */
    @Transactional(readOnly = true)
    public Map<String, Object> together(String sku, long limit) {
        if (articles.of(List.of(sku)).isEmpty()) {
            throw new UnknownArticle(sku);
        }
        List<Map<String, Object>> found = jdbc.sql("select p.sku, p.orders, " + LIFT
                        + " as lift from (select cast(:sku as text) as sku)" + FITTING
                        + "order by lift desc, p.orders desc, p.sku limit :limit")
                .param("support", settings.minimumSupport())
                .param("sku", sku)
                .param("limit", limit)
                .query((rs, n) -> {
                    Map<String, Object> article = new LinkedHashMap<>();
                    article.put("sku", rs.getString("sku"));
                    article.put("lift", rounded(rs.getBigDecimal("lift")));
                    article.put("orders", rs.getLong("orders"));
                    return article;
                })
                .list();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("sku", sku);
        answer.put("boughtTogether", found);
        return answer;
    }

    /**
     * What a customer may like. Each of the latest articles he looked at, put into the cart or bought speaks for what goes
     * with it, the more the surer it was; what nothing speaks for any more is filled up with what most orders contain. What
     * he bought or has in the cart is left out.
     */
    @Transactional(readOnly = true)
    public Map<String, Object> forCustomer(String customer, long limit) {
        List<Map<String, Object>> found = new ArrayList<>(fitting(customer, limit));
        if (found.size() < limit) {
            List<String> known =
                    found.stream().map(article -> (String) article.get("sku")).toList();
            found.addAll(bestSellers(customer, known, limit - found.size()));
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("customer", customer);
        answer.put("articles", found);
        return answer;
    }

    private List<Map<String, Object>> fitting(String customer, long limit) {
        return jdbc.sql(
                        """
                        with interest as (
                            select sku, at, case kind when 'viewed' then :viewed else :carted end as weight from behaviour
                            where customer_id = :customer and at >= :since
                            union all
                            select sku, at, :bought from purchases where customer_id = :customer),
                        seeds as (
                            select sku, sum(weight) as weight from interest group by sku order by max(at) desc, sku limit :seeds)
                        """
                                + "select p.sku, sum(s.weight * ln(" + LIFT + ")) as score from seeds" + FITTING
                                + "and p.sku not in " + HAS
                                + "group by p.sku order by score desc, sum(p.orders) desc, p.sku limit :limit")
                .params(of(customer))
                .param("support", settings.minimumSupport())
                .param("seeds", settings.seeds())
                .param("viewed", settings.weights().viewed())
                .param("carted", settings.weights().carted())
                .param("bought", settings.weights().bought())
                .param("limit", limit)
                .query((rs, n) -> article(rs.getString("sku"), "fits"))
                .list();
    }

    private List<Map<String, Object>> bestSellers(String customer, List<String> known, long limit) {
        return jdbc.sql("select sku from article_counts where sku not in " + HAS
                        + "and sku <> all (cast(:known as text[])) order by orders desc, sku limit :limit")
                .params(of(customer))
                .param("known", known.toArray(String[]::new))
                .param("limit", limit)
                .query((rs, n) -> article(rs.getString("sku"), "best_seller"))
                .list();
    }

    private Map<String, Object> of(String customer) {
        return Map.of(
                "customer", customer, "since", Timestamp.from(clock.instant().minus(settings.behaviourKept())));
    }

    private static Map<String, Object> article(String sku, String because) {
        Map<String, Object> article = new LinkedHashMap<>();
        article.put("sku", sku);
        article.put("because", because);
        return article;
    }

    private static BigDecimal rounded(BigDecimal lift) {
        return lift.setScale(2, RoundingMode.HALF_UP);
    }

    /** Forgets a batch of what customers looked at too long ago. */
    @Transactional
    public void forget() {
        jdbc.sql(
                        """
                        delete from behaviour where ctid in (
                            select ctid from behaviour where at < ? order by at limit ?)
                        """)
                .params(Timestamp.from(clock.instant().minus(settings.behaviourKept())), settings.forgetBatch())
                .update();
    }

    /**
     * Settings.
     *
     * @param articlesPerOrder articles of an order that are counted, the most valuable first
     * @param minimumSupport   orders that must have two articles together before that says anything
     * @param seeds            latest articles of a customer that speak for others
     * @param weights          how much they say
     * @param behaviourKept    how long it is remembered what a customer looked at
     * @param forgetBatch      rows one clean-up takes
     */
    @ConfigurationProperties("orderway.recommendations")
    record Settings(
            int articlesPerOrder,
            int minimumSupport,
            int seeds,
            Weights weights,
            Duration behaviourKept,
            int forgetBatch) {}

    /** How much it says for what goes with an article that a customer looked at it, put it into the cart or bought it. */
    record Weights(int viewed, int carted, int bought) {}
}
