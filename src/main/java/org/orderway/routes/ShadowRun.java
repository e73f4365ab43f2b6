package org.orderway.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.orderway.broker.Deliveries;
import org.orderway.broker.Topology;
import org.orderway.messages.Delivery;
import org.orderway.messages.Trail;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.ApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Sends what recorded orders sent, redacted, through the routes as they are and as they would be, with nothing behind them, and tells
 * where the ways part. Looked at are the consumers of queues that come by a route whose definition, or whose error configuration, is another.
 */
@Component
class ShadowRun {

    private final Scratch scratches;
    private final ApplicationContext beans;
    private final Deliveries deliveries;
    private final Trail trail;
    private final Topology topology;
    private final LintOfQueues queues;
    private final Placeholders placeholders;
    private final RouteSettings.Shadow settings;

    /** The queue of the trail: what does not come into it was not recorded. */
    private final String heard;

    ShadowRun(
            Scratch scratches,
            ApplicationContext beans,
            Deliveries deliveries,
            Trail trail,
            Topology topology,
            LintOfQueues queues,
            Placeholders placeholders,
            RouteSettings settings,
            @Value("${orderway.audit.queue}") String heard) {
        this.heard = heard;
        this.scratches = scratches;
        this.beans = beans;
        this.deliveries = deliveries;
        this.trail = trail;
        this.topology = topology;
        this.queues = queues;
        this.placeholders = placeholders;
        this.settings = settings.shadow();
    }

    /** Who consumes a queue in one version and in the other; null where nobody does. */
    private record Consumers(Whole.Placed before, Whole.Placed after) {}

    /** What would become of recorded orders if {@code after} came in the place of {@code before}. */
    Shadow between(Whole before, Whole after) {
        if (settings.orders() == 0) {
            return Shadow.nothing("switched off (orderway.routes.shadow.orders)");
        }
        Map<String, Consumers> touched = touched(before, after);
        if (touched.isEmpty()) {
            return Shadow.nothing("no consumer of a queue comes by what changed");
        }
        long end = System.nanoTime() + settings.lasts().toNanos();
        try {
            return compare(before, after, touched, end);
        } catch (DataAccessException | TransactionException away) {
            return Shadow.notRun("the recorded orders cannot be read, the database is away");
        } catch (ShadowFlow.NotSetUp refused) {
            return Shadow.notRun(refused.getMessage());
        }
    }

    private Shadow compare(Whole before, Whole after, Map<String, Consumers> touched, long end) {
        Map<String, List<Delivery>> orders = messages(touched.keySet());
        if (orders.isEmpty()) {
            return Shadow.nothing("no recorded order comes by " + String.join(", ", touched.keySet()));
        }
        Differences differences = new Differences();
        int lookedAt = 0;
        try (ShadowFlow old = flow(before, touched.values().stream().map(Consumers::before), end);
                ShadowFlow fresh = flow(after, touched.values().stream().map(Consumers::after), end)) {
            for (Map.Entry<String, List<Delivery>> order : orders.entrySet()) {
                Differences own = new Differences();
                for (Delivery message : order.getValue()) {
                    Consumers consumers = touched.get(message.queue());
                    own.add(
                            order.getKey(),
                            message.queue(),
                            walk(old, consumers.before(), message),
                            walk(fresh, consumers.after(), message));
                }
                differences.addAll(own);
                lookedAt++;
            }
        } catch (ShadowFlow.TimeIsUp up) {
            if (lookedAt == 0) {
                return Shadow.notRun("it takes longer than " + settings.lasts().toSeconds() + " s");
            }
        }
        Map<String, String> labels = labels(before);
        labels.putAll(labels(after));
        int known = lookedAt;
        return new Shadow(
                orders.size(),
                lookedAt,
                differences.inWords(known, id -> labels.getOrDefault(id, "`" + id + "`")),
                null,
                true);
    }

    private static Walk walk(ShadowFlow flow, Whole.Placed consumer, Delivery message) {
        return consumer == null ? Walk.NONE : flow.run(consumer.declared().id(), message);
    }

    private ShadowFlow flow(Whole whole, Stream<Whole.Placed> consumers, long end) {
        Set<String> routes = reach(
                whole,
                consumers
                        .filter(consumer -> consumer != null)
                        .map(consumer -> consumer.declared().id())
                        .toList(),
                true);
        List<Whole.Placed> all = whole.declared()
                .filter(placed -> placed.declared().isConfiguration()
                        || placed.declared().isRoute()
                                && routes.contains(placed.declared().id()))
                .toList();
        return new ShadowFlow(scratches, new ShadowBeans(beans, deliveries), all, end);
    }

    /** What came into these queues, redacted, by the order it was about; the latest orders first. */
    private Map<String, List<Delivery>> messages(Set<String> names) {
        Map<String, List<Delivery>> orders = new LinkedHashMap<>();
        Map<String, List<String>> byKey = new HashMap<>();
        for (Delivery recorded : trail.latest(settings.orders())) {
            List<String> into = byKey.computeIfAbsent(
                    recorded.routingKey(),
                    key -> names.stream().filter(queue -> gets(queue, key)).toList());
            if (!into.isEmpty()) {
                Delivery redacted = Redaction.of(recorded);
                List<Delivery> own = orders.computeIfAbsent(recorded.correlationId(), order -> new ArrayList<>());
                into.forEach(queue -> own.add(in(queue, redacted)));
            }
        }
        return orders;
    }

    private static Delivery in(String queue, Delivery message) {
        return new Delivery(
                queue,
                message.routingKey(),
                message.id(),
                message.type(),
                message.correlationId(),
                message.timestamp(),
                message.contentType(),
                message.retries(),
                message.headers(),
                message.body());
    }

    /** By its own bindings, or by those of a queue that delays messages for it; of the exchanges that the trail hears. */
    private boolean gets(String queue, String key) {
        return topology.exchanges().stream()
                .map(exchange -> topology.queuesFor(exchange.name(), key))
                .filter(into -> into.contains(heard))
                .flatMap(List::stream)
                .anyMatch(name -> name.equals(queue)
                        || topology.queues().stream()
                                .anyMatch(row -> row.name().equals(name) && queue.equals(row.then())));
    }

    private Map<String, Consumers> touched(Whole before, Whole after) {
        Set<String> changed = changed(before, after);
        Map<String, Whole.Placed> old = consumers(before, changed);
        Map<String, Whole.Placed> fresh = consumers(after, changed);
        Set<String> names = new TreeSet<>(old.keySet());
        names.addAll(fresh.keySet());
        Map<String, Whole.Placed> allOld = consumers(before, null);
        Map<String, Whole.Placed> allFresh = consumers(after, null);
        Map<String, Consumers> touched = new LinkedHashMap<>();
        names.forEach(queue -> touched.put(queue, new Consumers(allOld.get(queue), allFresh.get(queue))));
        return touched;
    }

    /** The consumers by their queues. @param by those that come by one of these routes; null for all */
    private Map<String, Whole.Placed> consumers(Whole whole, Set<String> by) {
        Map<String, Whole.Placed> consumers = new LinkedHashMap<>();
        whole.routes()
                .filter(placed -> placed.declared().scheme().equals(LintOfQueues.RABBIT))
                .filter(placed -> by == null
                        || reach(whole, List.of(placed.declared().id()), false).stream()
                                .anyMatch(by::contains))
                .forEach(placed ->
                        queues.queues(placed.declared()).forEach(queue -> consumers.putIfAbsent(queue, placed)));
        return consumers;
    }

    /** The routes that are another, or have another error configuration. What they say of themselves does not count. */
    private static Set<String> changed(Whole before, Whole after) {
        Set<String> configurations = changed(before, after, Declared.CONFIGURATION);
        Set<String> changed = changed(before, after, Declared.ROUTE);
        Stream.of(before, after)
                .flatMap(Whole::routes)
                .map(Whole.Placed::declared)
                .filter(route -> configurations.contains(route.configuration()))
                .forEach(route -> changed.add(route.id()));
        return changed;
    }

    private static Set<String> changed(Whole before, Whole after, String kind) {
        Map<String, Whole.Placed> old = before.byId(kind);
        Map<String, Whole.Placed> fresh = after.byId(kind);
        Set<String> ids = new TreeSet<>(old.keySet());
        ids.addAll(fresh.keySet());
        ids.removeIf(id -> old.containsKey(id)
                && fresh.containsKey(id)
                && withoutDescriptions(old.get(id)).equals(withoutDescriptions(fresh.get(id))));
        return ids;
    }

    private static JsonNode withoutDescriptions(Whole.Placed placed) {
        JsonNode plain = placed.declared().value().deepCopy();
        plain.findParents("description").forEach(node -> ((ObjectNode) node).remove("description"));
        return plain;
    }

    /** The routes that messages come by from these, through doors. @param also through the doors of their error configurations */
    private Set<String> reach(Whole whole, Collection<String> from, boolean also) {
        Map<String, Whole.Placed> routes = whole.byId(Declared.ROUTE);
        Map<String, Whole.Placed> configurations = whole.byId(Declared.CONFIGURATION);
        Map<String, String> behind = whole.routes()
                .map(Whole.Placed::declared)
                .filter(route -> route.scheme().equals("direct"))
                .collect(Collectors.toMap(
                        route -> Declared.door(route.from().part(), placeholders), Declared::id, (a, b) -> a));
        Set<String> reached = new LinkedHashSet<>();
        Deque<String> next = new ArrayDeque<>(from);
        while (!next.isEmpty()) {
            Whole.Placed route = routes.get(next.remove());
            if (route == null || !reached.add(route.declared().id())) {
                continue;
            }
            Whole.Placed configuration =
                    also ? configurations.get(route.declared().configuration()) : null;
            Stream.of(route, configuration)
                    .filter(part -> part != null)
                    .flatMap(part -> part.declared().nodes().stream())
                    .filter(node -> !node.kind().equals("from")
                            && Declared.scheme(node.part()).equals("direct"))
                    .map(node -> behind.get(Declared.door(node.part(), placeholders)))
                    .filter(id -> id != null)
                    .forEach(next::add);
        }
        return reached;
    }

    /** Each step by its id, and by what it calls. */
    private static Map<String, String> labels(Whole whole) {
        Map<String, String> labels = new LinkedHashMap<>();
        whole.declared()
                .flatMap(placed -> placed.declared().nodes().stream())
                .filter(node -> !node.id().isEmpty())
                .forEach(node -> labels.put(node.id(), "`" + node.id() + "`" + call(node)));
        return labels;
    }

    private static String call(Declared.Step node) {
        Part call = node.kind().equals("bean")
                ? node.part()
                : node.part()
                        .find("expression")
                        .flatMap(expression -> expression.find("method"))
                        .orElse(null);
        if (call == null || call.text("ref").isEmpty()) {
            return "";
        }
        return " (" + call.text("ref") + "." + call.text("method").replaceFirst("\\(.*", "") + ")";
    }
}
