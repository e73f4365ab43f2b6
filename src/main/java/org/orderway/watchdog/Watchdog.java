package org.orderway.watchdog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.orderway.messages.Outbox;
import org.orderway.watchdog.Invariant.About;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Looks whether the books are right. A look costs the same however many orders there are: it takes what moved since the
 * last one, what was found wrong before, and the next stretch of all there is, round and round.
 */
@Component("watchdog")
public class Watchdog {

    /** Transactions that were open at the last look may have moved something since. */
    private static final Duration OVERLAP = Duration.ofSeconds(10);

    private final JdbcClient jdbc;
    private final Books books;
    private final QuietOrders quiet;
    private final UndecidedReviews reviews;
    private final Violations violations;
    private final Nudges nudges;
    private final PatrolledTrails trails;
    private final ObjectMapper mapper;
    private final Settings settings;

    Watchdog(
            JdbcClient jdbc,
            Books books,
            QuietOrders quiet,
            UndecidedReviews reviews,
            Violations violations,
            Nudges nudges,
            PatrolledTrails trails,
            ObjectMapper mapper,
            Settings settings) {
        this.jdbc = jdbc;
        this.books = books;
        this.quiet = quiet;
        this.reviews = reviews;
        this.violations = violations;
        this.nudges = nudges;
        this.trails = trails;
        // A sum stays as exact as it is.
        this.mapper = mapper.copy()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true));
        this.settings = settings;
    }

    /** The queues whose depth the next look wants to know. */
    @Transactional(readOnly = true)
    public List<String> queues() {
        return Stream.concat(quiet.queues().stream(), Stream.of(trails.queue()))
                .distinct()
                .toList();
    }

    /**
     * Looks once; gives the alarms that were written into the outbox. Of several instances one looks at a time.
     *
     * @param depths messages ready in queues, as far as they are known
     */
    @Transactional
    public List<Outbox.Entry> look(Map<String, Long> depths) {
        List<Outbox.Entry> alarms = List.of();
        if (isAlone()) {
            Progress progress = progress();
            List<Violation> found = new ArrayList<>();
            Set<String> articles = new LinkedHashSet<>(violations.subjects(About.ARTICLE, settings.articlesPerLook()));
            Set<String> counted = new LinkedHashSet<>(articles);
            String lastSku = nextArticles(progress.skuBefore(), counted);
            articles.addAll(counted);
            articles.addAll(changedArticles(progress.from()));
            books.ofArticles(articles, counted).forEach(article -> found.addAll(article.violations()));

            Set<String> orders = new LinkedHashSet<>(violations.subjects(About.ORDER, settings.ordersPerLook()));
            orders.addAll(movedOrders(progress.from()));
            UUID lastOrder = nextOrders(progress.orderBefore(), orders);
            books.ofOrders(orders, settings.grace()).forEach(order -> found.addAll(order.violations()));

            quiet.find(settings.stuckAfter(), settings.nudgeAgainAfter(), progress.from(), depths);
            found.addAll(quiet.stuck());
            found.addAll(reviews.undecided(settings.reviewWithin()));

            Set<String> trailed = new LinkedHashSet<>(violations.subjects(About.ORDER, settings.trailsPerLook()));
            UUID lastTrail = trails.next(progress.trailBefore(), settings, trailed);
            found.addAll(trails.broken(trailed, depths));

            violations.found(found, settings.confirmAfter());
            strikeOut(orders, articles, counted);
            trails.strikeOut(trailed, depths);
            alarms = violations.announce();
            if (progress.isSumDue()) {
                books.sumUp();
            }
            jdbc.sql("update watchdog set looked_at = now(), order_before = ?, sku_before = ?, trail_before = ?")
                    .params(lastOrder, lastSku, lastTrail)
                    .update();
        }
        violations.measure();
        return alarms;
    }

    /**
     * Takes note of what somebody changed on the broker, to be told by the next look after it lasted for a while.
     *
     * @param drift each thing that is not as in the table, with what is wrong; null when the broker could not be asked
     */
    @Transactional
    public void broker(Map<String, String> drift) {
        if (drift == null) {
            return;
        }
        List<Violation> found = new TreeMap<>(drift)
                .entrySet().stream()
                        .map(thing -> Invariant.TOPOLOGY_AS_WRITTEN.brokenBy(
                                thing.getKey(), "as in the table", thing.getValue()))
                        .toList();
        violations.found(found, settings.confirmAfter());
        violations.gone(Invariant.TOPOLOGY_AS_WRITTEN, null);
        violations.brokerTold();
    }

    /** Sets stuck orders going again; gives the messages that were written into the outbox. */
    @Transactional
    public List<Outbox.Entry> nudge() {
        return isAlone() ? nudges.give(settings.nudgesPerSecond(), settings.nudgeAgainAfter()) : List.of();
    }

    /** Every rule, whether it holds, and the evidence where it does not; and the money as it was last added up. */
    @Transactional(readOnly = true)
    public Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("invariants", violations.report());
        jdbc.sql("select looked_at, summed_at, money from watchdog").query(rs -> {
            report.put("lookedAt", rs.getTimestamp("looked_at").toInstant().toString());
            report.put(
                    "summedAt",
                    rs.getTimestamp("summed_at") == null
                            ? null
                            : rs.getTimestamp("summed_at").toInstant().toString());
            report.put("money", json(rs.getString("money")));
        });
        return report;
    }

    private JsonNode json(String text) {
        try {
            return mapper.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The sums cannot be read back", e);
        }
    }

    private boolean isAlone() {
        return jdbc.sql("select pg_try_advisory_xact_lock(hashtext('orderway'), hashtext('watchdog'))")
                .query(Boolean.class)
                .single();
    }

    private Progress progress() {
        return jdbc.sql("select looked_at, order_before, sku_before, trail_before,"
                        + " coalesce(summed_at < now() - make_interval(secs => ?), true) as sum_due from watchdog")
                .param(settings.sumEvery().toMillis() / 1000.0)
                .query((rs, n) -> new Progress(
                        rs.getTimestamp("looked_at").toInstant(),
                        rs.getObject("order_before", UUID.class),
                        rs.getString("sku_before"),
                        rs.getObject("trail_before", UUID.class),
                        rs.getBoolean("sum_due")))
                .single();
    }

    private List<String> movedOrders(Instant from) {
        return jdbc.sql("select id from orders where status = any(array['RECEIVED', 'CREATED', 'RESERVED', 'PAID',"
                        + " 'PAYMENT_DUE', 'SHIPPED', 'DELIVERED', 'CANCELLING', 'CANCELLED', 'FAILED', 'RETURNED'])"
                        + " and moved_at > ? limit ?")
                .params(Timestamp.from(from), settings.ordersPerLook())
                .query(String.class)
                .list();
    }

    /** Adds the next stretch of all orders; gives the last of them, or null when it was the end. */
    private UUID nextOrders(UUID before, Set<String> orders) {
        List<UUID> next = jdbc.sql("select id from orders where id > ? order by id limit ?")
                .params(before == null ? new UUID(0, 0) : before, settings.ordersPerLook())
                .query(UUID.class)
                .list();
        next.forEach(id -> orders.add(id.toString()));
        return next.size() < settings.ordersPerLook() ? null : next.get(next.size() - 1);
    }

    private List<String> changedArticles(Instant from) {
        return jdbc.sql("select sku from products where updated_at > ?")
                .param(Timestamp.from(from))
                .query(String.class)
                .list();
    }

    /** The same with articles; gives an empty text when it was the end. */
    private String nextArticles(String before, Set<String> articles) {
        List<String> next = jdbc.sql("select sku from products where sku > ? order by sku limit ?")
                .params(before, settings.articlesPerLook())
                .query(String.class)
                .list();
        articles.addAll(next);
        return next.size() < settings.articlesPerLook() ? "" : next.get(next.size() - 1);
    }

    private void strikeOut(Collection<String> orders, Collection<String> articles, Collection<String> counted) {
        if (!violations.isAnythingUnseen()) {
            return;
        }
        for (Invariant invariant : Invariant.values()) {
            switch (invariant) {
                case ORDER_MOVING, REVIEW_DECIDED -> violations.gone(invariant, null);
                case TRAIL_INTACT, TRAIL_COMPLETE, TOPOLOGY_AS_WRITTEN -> {}
                case STOCK_SOLD -> violations.gone(invariant, counted);
                case STOCK_RECEIVED, STOCK_RESERVED -> violations.gone(invariant, articles);
                default -> violations.gone(invariant, orders);
            }
        }
    }

    /** How far the last look came. */
    private record Progress(Instant lookedAt, UUID orderBefore, String skuBefore, UUID trailBefore, boolean isSumDue) {

        Instant from() {
            return lookedAt.minus(OVERLAP);
        }
    }

    /**
     * Settings of the watchdog.
     *
     * @param stuckAfter      how long an open order may make no progress before it is looked into
     * @param reviewWithin    how long an order may wait for a decision on its payment
     * @param confirmAfter    how long a violation must last before it is told
     * @param grace           how long refund and restock may take after an order came to nothing
     * @param ordersPerLook   orders of each kind one look takes: moved, found wrong, next in turn
     * @param articlesPerLook articles next in turn one look takes
     * @param trailsPerLook   trails of orders next in turn one look takes, and as many at most that were wrong before
     * @param trailsOf        trails are taken of orders that were placed within this time
     * @param sumEvery        time between two sums of all money
     * @param nudgesPerSecond stuck orders nudged in a second, by all instances together
     * @param nudgeAgainAfter how long an order is left alone after a nudge
     */
    @ConfigurationProperties("orderway.watchdog")
    record Settings(
            Duration stuckAfter,
            Duration reviewWithin,
            Duration confirmAfter,
            Duration grace,
            int ordersPerLook,
            int articlesPerLook,
            int trailsPerLook,
            Duration trailsOf,
            Duration sumEvery,
            int nudgesPerSecond,
            Duration nudgeAgainAfter) {}
}
