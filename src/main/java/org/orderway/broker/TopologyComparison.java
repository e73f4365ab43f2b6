package org.orderway.broker;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.orderway.broker.FoundTopology.Bound;
import org.orderway.broker.FoundTopology.FoundExchange;
import org.orderway.broker.FoundTopology.FoundQueue;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.CustomExchange;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.Queue;

/**
 * What a table declares, held against what the broker has. A thing that the broker has with another type or other arguments
 * cannot be declared: RabbitMQ answers 406 and closes the channel.
 */
class TopologyComparison {

    private final List<Part> missing = new ArrayList<>();
    private final List<Part> refused = new ArrayList<>();
    private final List<Part> extra = new ArrayList<>();
    private final Set<String> moving = new TreeSet<>();
    private final Map<String, List<Bound>> missingBindings = new TreeMap<>();
    private final Map<String, List<Bound>> extraBindings = new TreeMap<>();
    private int same;

    /** An exchange or a queue. @param details what else is to be said, one thing each */
    record Part(String kind, String name, List<String> details) {}

    TopologyComparison(Declarables wanted, FoundTopology found) {
        Set<String> exchanges = new TreeSet<>();
        for (CustomExchange exchange : wanted.getDeclarablesByType(CustomExchange.class)) {
            exchanges.add(exchange.getName());
            compare(exchange, found.exchange(exchange.getName()));
        }
        Set<String> queues = new TreeSet<>();
        for (Queue queue : wanted.getDeclarablesByType(Queue.class)) {
            queues.add(queue.getName());
            compare(queue, found.queue(queue.getName()));
        }
        Set<Bound> bindings = new LinkedHashSet<>();
        for (Binding binding : wanted.getDeclarablesByType(Binding.class)) {
            bindings.add(new Bound(
                    binding.getExchange(), binding.getDestination(), binding.getRoutingKey(), binding.getArguments()));
        }
        compare(bindings, new LinkedHashSet<>(found.bindings()));
        for (Bound binding : found.bindings()) {
            boolean ours = exchanges.contains(binding.exchange()) || queues.contains(binding.queue());
            if (ours && !bindings.contains(binding)) {
                extraBindings
                        .computeIfAbsent(binding.queue(), queue -> new ArrayList<>())
                        .add(binding);
            }
        }
        queues.stream()
                .filter(queue -> found.queue(queue + Migration.MOVING) != null)
                .forEach(moving::add);
        for (FoundQueue queue : found.queues()) {
            boolean bound = extraBindings.containsKey(queue.name());
            if (!queues.contains(queue.name()) && bound) {
                extra.add(new Part("queue", queue.name(), List.of()));
            }
        }
    }

    private void compare(CustomExchange wanted, FoundExchange found) {
        if (found == null) {
            missing.add(new Part("exchange", wanted.getName(), List.of(wanted.getType())));
            return;
        }
        List<String> others = new ArrayList<>();
        if (!wanted.getType().equals(found.type())) {
            others.add(other("type", wanted.getType(), found.type()));
        }
        others.addAll(others(wanted.getArguments(), found.arguments()));
        compared("exchange", wanted.getName(), others);
    }

    private void compare(Queue wanted, FoundQueue found) {
        if (found == null) {
            missing.add(new Part("queue", wanted.getName(), List.of()));
        } else {
            compared("queue", wanted.getName(), others(wanted.getArguments(), found.arguments()));
        }
    }

    private void compared(String kind, String name, List<String> others) {
        if (others.isEmpty()) {
            same++;
        } else {
            refused.add(new Part(kind, name, others));
        }
    }

    private static List<String> others(Map<String, Object> wanted, Map<String, Object> found) {
        if (found == null) {
            return List.of();
        }
        Map<String, Object> table = FoundTopology.plain(wanted);
        Set<String> names = new TreeSet<>(table.keySet());
        names.addAll(found.keySet());
        return names.stream()
                .filter(name -> !Objects.equals(table.get(name), found.get(name)))
                .map(name -> other(name, table.get(name), found.get(name)))
                .toList();
    }

    private static String other(String what, Object table, Object broker) {
        return what + ": " + (table == null ? "none" : table) + " in the table, " + (broker == null ? "none" : broker)
                + " on the broker";
    }

    private void compare(Set<Bound> wanted, Set<Bound> found) {
        for (Bound binding : wanted) {
            if (found.contains(binding)) {
                same++;
            } else {
                missingBindings
                        .computeIfAbsent(binding.queue(), queue -> new ArrayList<>())
                        .add(binding);
            }
        }
    }

    /** What would be made: exchanges, and queues with all of their bindings. */
    List<Part> created() {
        return missing.stream()
                .map(part -> part.kind().equals("queue")
                        ? new Part(part.kind(), part.name(), words(missingBindings, part.name()))
                        : part)
                .toList();
    }

    /** Queues that are there and would get further bindings. */
    List<Part> changed() {
        List<String> made = missing.stream().map(Part::name).toList();
        return missingBindings.keySet().stream()
                .filter(queue -> !made.contains(queue))
                .map(queue -> new Part("queue", queue, words(missingBindings, queue)))
                .toList();
    }

    /** What is there in another form; of each what differs. */
    List<Part> refused() {
        return Collections.unmodifiableList(refused);
    }

    /** What is there beyond the table and stays until somebody takes it away: bindings, with the queue they lead to. */
    List<Part> beyond() {
        return extraBindings.keySet().stream()
                .map(queue -> new Part(
                        queue.startsWith("exchange ") ? "exchange" : "queue",
                        queue.replaceFirst("^exchange ", ""),
                        words(extraBindings, queue)))
                .toList();
    }

    /** How many exchanges, queues and bindings are there as the table wants them. */
    int same() {
        return same;
    }

    /** Every single thing that is not as in the table, and what is wrong with it. */
    Map<String, String> drift() {
        Map<String, String> drift = new LinkedHashMap<>();
        missing.forEach(part -> drift.put(part.kind() + " " + part.name(), "not there"));
        refused.forEach(part -> drift.put(part.kind() + " " + part.name(), String.join("; ", part.details())));
        missingBindings.values().forEach(bindings -> bindings.stream()
                .filter(bound -> !drift.containsKey("queue " + bound.queue())
                        && !"not there".equals(drift.get("exchange " + bound.exchange())))
                .forEach(bound -> drift.put(subject(bound), "not there")));
        extra.forEach(part -> drift.put("queue " + part.name(), "there, but not in the table"));
        extraBindings.values().forEach(bindings -> bindings.stream()
                .filter(bound -> !drift.containsKey("queue " + bound.queue()))
                .forEach(bound -> drift.put(subject(bound), "there, but not in the table")));
        moving.forEach(queue -> {
            String holding = queue + Migration.MOVING;
            drift.keySet().removeIf(thing -> thing.endsWith(" " + queue) || thing.endsWith(" " + holding));
            drift.put("queue " + holding, "there: a migration of " + queue + " is under way, or was not finished");
        });
        return drift;
    }

    private static String subject(Bound bound) {
        return "binding " + bound.words() + " of " + bound.queue();
    }

    private static List<String> words(Map<String, List<Bound>> bindings, String queue) {
        return bindings.getOrDefault(queue, List.of()).stream()
                .map(Bound::words)
                .toList();
    }
}
