package org.orderway.desk;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.orderway.analytics.Analytics;
import org.orderway.announcements.Announcements;
import org.orderway.broker.QueueFigures;
import org.orderway.broker.QueueFigures.Figure;
import org.orderway.broker.Topology;
import org.orderway.broker.WorkQueue;
import org.orderway.desk.Snapshot.Lane;
import org.orderway.desk.Snapshot.Minute;
import org.orderway.desk.Snapshot.QueueRow;
import org.orderway.desk.Snapshot.Records;
import org.orderway.desk.Snapshot.RouteRow;
import org.orderway.failures.DeadLetterView;
import org.orderway.failures.Failures;
import org.orderway.fraud.Reviews;
import org.orderway.messages.Outbox;
import org.orderway.messages.Retries;
import org.orderway.orders.Orders;
import org.orderway.outages.Outages;
import org.orderway.routes.RouteStates;
import org.orderway.watchdog.Watchdog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * What the overview shows, gathered at most every other second however many people look. It is needed most when something is
 * away: then the rest is shown all the same.
 */
@Component("overview")
public class Overview {

    private static final Logger log = LoggerFactory.getLogger(Overview.class);
    private static final int MINUTES = 60;
    private static final int MOST_FAILURES = 8;
    private static final int MOST_GROUPS = 200;
    private static final int MOST_TROUBLES_OF_A_KIND = 5;
    private static final int MOST_ANNOUNCEMENTS = 3;

    private final Analytics analytics;
    private final Orders orders;
    private final Retries retries;
    private final Failures failures;
    private final DeadLetterView letters;
    private final Reviews reviews;
    private final Watchdog watchdog;
    private final Announcements announcements;
    private final Outbox outbox;
    private final Outages outages;
    private final RouteStates routes;
    private final Topology topology;
    private final QueueFigures figures;
    private final Settings settings;
    private final Clock clock;
    private Snapshot last;

    Overview(
            Analytics analytics,
            Orders orders,
            Retries retries,
            Failures failures,
            DeadLetterView letters,
            Reviews reviews,
            Watchdog watchdog,
            Announcements announcements,
            Outbox outbox,
            Outages outages,
            RouteStates routes,
            Topology topology,
            QueueFigures figures,
            Settings settings,
            Clock clock) {
        this.analytics = analytics;
        this.orders = orders;
        this.retries = retries;
        this.failures = failures;
        this.letters = letters;
        this.reviews = reviews;
        this.watchdog = watchdog;
        this.announcements = announcements;
        this.outbox = outbox;
        this.outages = outages;
        this.routes = routes;
        this.topology = topology;
        this.figures = figures;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * How the desk works.
     *
     * @param freshFor how long what was gathered for one visitor is shown to the others
     */
    @ConfigurationProperties("orderway.desk")
    record Settings(Duration freshFor) {}

    /** How things are, as of now or a moment ago. */
    public synchronized Snapshot now() {
        Instant now = clock.instant();
        if (last == null || !now.isBefore(last.at().plus(settings.freshFor()))) {
            last = gather(now);
        }
        return last;
    }

    private Snapshot gather(Instant now) {
        Outages.Report away = outages.report();
        List<RouteStates.State> states = routes.list();
        List<RouteRow> odd = oddRoutes(states, away);
        List<Trouble> troubles = new ArrayList<>();
        away.outages().forEach(outage -> troubles.add(outage(outage)));
        broker(troubles);
        Map<String, Long> dead = new HashMap<>();
        Records records = null;
        try {
            letters(troubles, dead);
            reviews(troubles);
            List<QueueRow> known = queues(dead);
            records = records(now, known);
            invariants(troubles, records.invariants());
            if (outbox.isFull()) {
                troubles.add(Trouble.bad(
                        "Too many messages wait to be published: new orders are turned away with 503",
                        null,
                        "They leave by themselves once the broker takes them.",
                        "#queues",
                        "Look at the queues"));
            }
        } catch (DataAccessException | TransactionException silent) {
            log.debug("The database does not answer the desk", silent);
            troubles.add(
                    0,
                    Trouble.bad(
                            "The database does not answer",
                            null,
                            "Nothing is accepted or worked on until it does; nothing that was accepted is lost.",
                            null,
                            null));
        }
        List<QueueRow> queues = queues(dead);
        queues.stream()
                .filter(QueueRow::isLeftAlone)
                .forEach(queue -> troubles.add(Trouble.warn(
                        queue.name() + " holds " + queue.ready() + " messages and nobody takes them",
                        null,
                        "An instance with its role has to run, or its route is stopped.",
                        "#routes",
                        "Look at the routes")));
        odd.stream()
                .filter(row -> row.state().equals("stopped"))
                .limit(MOST_TROUBLES_OF_A_KIND)
                .forEach(row -> troubles.add(Trouble.warn(
                        "The route " + row.route().id() + " is stopped",
                        null,
                        "Somebody stopped it; start it again in Hawtio.",
                        "/actuator/hawtio",
                        "Open Hawtio")));
        QueueFigures.Report told = figures.tell();
        return new Snapshot(
                now,
                List.copyOf(troubles),
                records,
                queues,
                told.answeredAt(),
                figures.isStale(),
                told.readyAt(),
                away,
                odd,
                states.stream().filter(RouteStates.State::isStarted).count());
    }

    private static Trouble outage(Outages.View outage) {
        return Trouble.warn(
                "The " + outage.dependency() + " is away: " + outage.reason(),
                Instant.parse(outage.since()),
                "Who needs it pauses and goes on by itself; no order loses a retry over it.",
                "#routes",
                "See who pauses");
    }

    private void broker(List<Trouble> troubles) {
        QueueFigures.Report told = figures.tell();
        told.alarms()
                .forEach(alarm -> troubles.add(Trouble.bad(
                        "The broker raises an alarm, " + alarm,
                        null,
                        "It takes no messages until that is over; orders wait in the outbox.",
                        null,
                        null)));
        told.partitions()
                .forEach(partition -> troubles.add(Trouble.bad(
                        "The cluster is split: " + partition,
                        null,
                        "See to the network between the nodes.",
                        null,
                        null)));
        Figure unroutable = told.of(Topology.UNROUTABLE_QUEUE);
        if (unroutable != null && unroutable.ready() != null && unroutable.ready() > 0) {
            troubles.add(Trouble.bad(
                    unroutable.ready() + " messages were published that no queue wanted",
                    null,
                    "Their key is mistyped, or a binding is missing.",
                    "/ops/topology.html",
                    "Look at the topology"));
        }
    }

    private void letters(List<Trouble> troubles, Map<String, Long> dead) {
        List<Map<String, Object>> groups = listOf(letters.list(Map.of("limit", MOST_GROUPS)), "groups");
        for (Map<String, Object> group : groups) {
            dead.merge((String) group.get("queue"), (Long) group.get("count"), Long::sum);
        }
        groups.stream()
                .limit(MOST_TROUBLES_OF_A_KIND)
                .forEach(group -> troubles.add(Trouble.bad(
                        (((Long) group.get("count")) == 1 ? "A message" : group.get("count") + " messages") + " of "
                                + group.get("queue") + " failed for good: " + group.get("reason"),
                        Instant.parse((String) group.get("first")),
                        "Mend the cause, then send them again; nothing is lost meanwhile.",
                        "/desk/dead-letters/kinds/" + group.get("fingerprint"),
                        "Look and replay")));
        if (groups.size() > MOST_TROUBLES_OF_A_KIND) {
            troubles.add(Trouble.bad(
                    "There are " + (groups.size() - MOST_TROUBLES_OF_A_KIND) + " more kinds of dead letters",
                    null,
                    "",
                    "/desk/dead-letters",
                    "See all"));
        }
    }

    private void reviews(List<Trouble> troubles) {
        Map<String, Object> open = reviews.list(Map.of("limit", 1));
        long count = ((Number) open.getOrDefault("open", 0L)).longValue();
        if (count > 0) {
            List<Map<String, Object>> first = listOf(open, "reviews");
            troubles.add(Trouble.warn(
                    (count == 1 ? "A payment waits" : count + " payments wait") + " for a decision",
                    first.isEmpty() ? null : Instant.parse((String) first.get(0).get("since")),
                    "Nothing is charged until then, and the stock is held.",
                    "/desk/reviews",
                    "Decide"));
        }
    }

    private static void invariants(List<Trouble> troubles, List<Map<String, Object>> invariants) {
        invariants.stream()
                .filter(rule -> ((Number) rule.get("violations")).longValue() > 0)
                .forEach(rule -> {
                    List<Map<String, Object>> evidence = listOf(rule, "evidence");
                    troubles.add(Trouble.bad(
                            "Broken: " + rule.get("rule"),
                            evidence.isEmpty()
                                    ? null
                                    : Instant.parse((String) evidence.get(0).get("since")),
                            evidence.isEmpty()
                                    ? ""
                                    : "Expected " + evidence.get(0).get("expected") + ", found "
                                            + evidence.get(0).get("found") + ".",
                            "#invariants",
                            "See the evidence"));
                });
    }

    private Records records(Instant now, List<QueueRow> queues) {
        Instant from = now.truncatedTo(ChronoUnit.MINUTES).minus(MINUTES - 1L, ChronoUnit.MINUTES);
        Map<String, Object> report = analytics.report(Map.of("by", "minute", "from", from.toString()));
        Map<String, Analytics.Pace> lanes = new HashMap<>();
        analytics.pace(from, Analytics.Together.LANE).forEach(pace -> lanes.put(pace.of(), pace));
        List<Analytics.Pace> paces = analytics.pace(from, Analytics.Together.MINUTE);
        Optional<Analytics.Pace> all =
                analytics.pace(from, Analytics.Together.ALL).stream().findFirst();
        Map<String, Object> watched = watchdog.report();
        return new Records(
                minutes(from, report, paces),
                ((Number) report.getOrDefault("orders", 0L)).longValue(),
                all.map(Analytics.Pace::median).orElse(null),
                all.map(Analytics.Pace::slow).orElse(null),
                orders.counted(now.minus(MINUTES, ChronoUnit.MINUTES)),
                Stream.of("normal", "priority")
                        .map(name -> lane(name, report, lanes.get(name), queues))
                        .toList(),
                mapOf(report, "retries"),
                retries.waiting(),
                failures.list().stream().limit(MOST_FAILURES).toList(),
                listOf(watched, "invariants"),
                (String) watched.get("lookedAt"),
                announcements.latest(MOST_ANNOUNCEMENTS));
    }

    private static List<Minute> minutes(Instant from, Map<String, Object> report, List<Analytics.Pace> paces) {
        Map<Instant, Map<String, Long>> byLane = new HashMap<>();
        listOf(report, "rows")
                .forEach(row -> byLane.put(Instant.parse((String) row.get("time")), mapOf(row, "byLane")));
        Map<Instant, Analytics.Pace> pace = new HashMap<>();
        paces.forEach(one -> pace.put(Instant.parse(one.of()), one));
        return Stream.iterate(from, minute -> minute.plus(1, ChronoUnit.MINUTES))
                .limit(MINUTES)
                .map(minute -> {
                    Map<String, Long> lanes = byLane.getOrDefault(minute, Map.of());
                    Analytics.Pace known = pace.get(minute);
                    return new Minute(
                            minute,
                            lanes.getOrDefault("normal", 0L),
                            lanes.getOrDefault("priority", 0L),
                            known == null ? null : known.median(),
                            known == null ? null : known.slow());
                })
                .toList();
    }

    private Lane lane(String name, Map<String, Object> report, Analytics.Pace pace, List<QueueRow> queues) {
        String queue = name.equals("priority") ? "priority_order_queue" : "order_queue";
        return new Lane(
                name,
                mapOf(report, "byLane").getOrDefault(name, 0L),
                pace == null ? null : pace.median(),
                queues.stream()
                        .filter(row -> row.name().equals(queue))
                        .findFirst()
                        .orElse(null));
    }

    private List<QueueRow> queues(Map<String, Long> letters) {
        QueueFigures.Report told = figures.tell();
        return topology.queues().stream()
                .map(row -> {
                    Figure figure = told.of(row.name());
                    WorkQueue work = topology.findWorkQueue(row.name()).orElse(null);
                    return new QueueRow(
                            row.name(),
                            row.purpose(),
                            work == null ? "delay" : row.path() ? "path" : row.observer() ? "observer" : "side",
                            figure == null ? null : figure.ready(),
                            figure == null ? null : figure.inWork(),
                            work == null ? null : sum(told, work.retryQueues()),
                            work == null ? null : dead(told, work, letters),
                            figure == null ? null : figure.in(),
                            figure == null ? null : figure.done(),
                            figure == null ? null : figure.counts().consumers());
                })
                .toList();
    }

    private static Long dead(QueueFigures.Report told, WorkQueue work, Map<String, Long> letters) {
        Long inQueue = sum(told, List.of(work.dlq()));
        Long collected = letters.get(work.name());
        return inQueue == null && collected == null
                ? null
                : (inQueue == null ? 0 : inQueue) + (collected == null ? 0 : collected);
    }

    private static Long sum(QueueFigures.Report told, List<String> queues) {
        List<Long> known = queues.stream()
                .map(told::of)
                .filter(figure -> figure != null && figure.ready() != null)
                .map(Figure::ready)
                .toList();
        return known.isEmpty()
                ? null
                : known.stream().mapToLong(Long::longValue).sum();
    }

    private static List<RouteRow> oddRoutes(List<RouteStates.State> states, Outages.Report away) {
        Map<String, RouteRow> odd = new LinkedHashMap<>();
        for (RouteStates.State route : states) {
            if (route.leftOut() && !route.isStarted()) {
                odd.put(
                        route.id(),
                        new RouteRow(route, "left out", "this instance does not have the role " + route.group()));
            } else if (!route.isStarted()) {
                odd.put(route.id(), new RouteRow(route, "stopped", "stopped by a person"));
            } else if (away.paused().contains(route.id())) {
                odd.put(
                        route.id(),
                        new RouteRow(
                                route,
                                "paused",
                                "waits for "
                                        + String.join(
                                                ", ",
                                                away.outages().stream()
                                                        .map(Outages.View::dependency)
                                                        .toList())));
            }
        }
        return List.copyOf(odd.values());
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> listOf(Map<String, Object> view, String name) {
        return (List<Map<String, Object>>) view.getOrDefault(name, List.of());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Long> mapOf(Map<String, Object> view, String name) {
        return (Map<String, Long>) view.getOrDefault(name, Map.of());
    }
}
