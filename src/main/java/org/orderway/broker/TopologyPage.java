package org.orderway.broker;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.orderway.broker.Topology.ExchangeRow;
import org.orderway.broker.Topology.QueueRow;
import org.springframework.stereotype.Component;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.context.Context;

/** The topology as it is: made of the table this instance runs with, and of what waits in the queues at this moment. */
@Component("topologyPage")
public class TopologyPage {

    private final Topology topology;
    private final QueueDepths depths;
    private final ITemplateEngine templates;

    TopologyPage(Topology topology, QueueDepths depths, ITemplateEngine templates) {
        this.topology = topology;
        this.depths = depths;
        this.templates = templates;
    }

    /**
     * What there is.
     *
     * @param unroutable messages that no queue wanted; null while the broker is away
     */
    public record View(List<Exchange> exchanges, List<Queue> queues, List<Key> published, Long unroutable) {}

    /** An exchange. @param made who makes it: the table, Orderway by itself, or the broker */
    public record Exchange(String name, String type, String made, @JsonProperty("for") String purpose) {}

    /**
     * A queue. What it has is null where it is only a delay on the way to another queue.
     *
     * @param role  {@code path}, {@code observer}, {@code delay} or {@code side}: off the path, but its work is wanted
     * @param then  where a delay queue hands its messages
     * @param ready messages in it, null while the broker is away
     */
    public record Queue(
            String name,
            @JsonProperty("for") String purpose,
            String role,
            List<Binding> bindings,
            String delay,
            String then,
            Long ready,
            Consumers consumers,
            List<Retry> retries,
            DeadLetters deadLetters) {}

    /** What a queue wants from an exchange. */
    public record Binding(String exchange, List<String> keys, Map<String, Object> arguments) {}

    /** Who takes from a queue, in each instance, and what they pause for while it is away. */
    public record Consumers(int least, int most, int prefetch, List<String> needs) {}

    /** Where a failed message waits. */
    public record Retry(String queue, String delay, Long ready) {}

    /** Where it goes in the end. */
    public record DeadLetters(String queue, int afterRetries, Long ready) {}

    /** A key that is published, and the queues its messages come into. */
    public record Key(String exchange, String key, List<String> reaches, boolean terminal) {}

    /**
     * Where a message goes, and why.
     *
     * @param known  whether the table lists it as published; what it does not list is a mistyped key, or a stranger's
     * @param queues those that get it, or on a headers exchange may get it
     * @param says   the same in words, one sentence a queue
     */
    public record Way(String exchange, String key, boolean known, List<Reached> queues, List<String> says) {}

    /** A queue that gets a message. @param by the binding that takes it */
    public record Reached(String queue, String by, @JsonProperty("for") String purpose) {}

    /** Says which queues get a message with that key, and by which of their bindings. */
    public Way explain(Map<String, Object> parameters) {
        String exchange = (String) parameters.getOrDefault("exchange", "order_events");
        String key = (String) parameters.getOrDefault("key", "");
        String type = topology.exchanges().stream()
                .filter(row -> row.name().equals(exchange))
                .map(ExchangeRow::type)
                .findFirst()
                .orElseThrow(() -> new UnknownExchange(
                        exchange,
                        topology.exchanges().stream().map(ExchangeRow::name).toList()));
        List<Reached> reached = topology.queues().stream()
                .flatMap(row -> row.bindings().stream()
                        .filter(binding -> binding.exchange().equals(exchange))
                        .flatMap(binding -> taking(type, binding, key).stream())
                        .findFirst()
                        .map(by -> new Reached(row.name(), by, row.purpose()))
                        .stream())
                .toList();
        List<String> says = reached.isEmpty()
                ? List.of("no queue gets it: it goes to " + Topology.UNROUTABLE_QUEUE + ", which is an alarm")
                : reached.stream()
                        .map(one -> one.queue() + " gets it, because it is bound with " + one.by())
                        .toList();
        return new Way(exchange, key, topology.isPublished(exchange, key), reached, says);
    }

    /** How a binding takes a key; empty when it does not. */
    private static Optional<String> taking(String type, Topology.BindingRow binding, String key) {
        return switch (type) {
            case "topic" ->
                binding.keys().stream()
                        .filter(pattern -> TopicPattern.of(pattern).matches(key))
                        .findFirst();
            case "direct" -> binding.keys().stream().filter(key::equals).findFirst();
            case "headers" -> Optional.of("headers " + binding.arguments());
            default -> Optional.of("no key: a fanout exchange gives to all");
        };
    }

    /** All of it, for programs. */
    public View tell() {
        Map<String, Long> ready = depths.ofEach(topology.allQueues());
        return new View(
                Stream.concat(
                                topology.exchanges().stream().map(TopologyPage::exchange),
                                Topology.OWN_EXCHANGES.stream().map(TopologyPage::own))
                        .toList(),
                topology.queues().stream().map(row -> queue(row, ready)).toList(),
                topology.published().stream()
                        .map(row -> new Key(
                                row.exchange(),
                                row.key(),
                                topology.queuesFor(row.exchange(), row.key()),
                                row.terminal()))
                        .toList(),
                ready.get(Topology.UNROUTABLE_QUEUE));
    }

    /** The same as a page of HTML, for people. */
    public String page() {
        return templates.process("topology", new Context(Locale.ROOT, Map.of("topology", tell())));
    }

    private static Exchange exchange(ExchangeRow row) {
        return new Exchange(row.name(), row.type(), row.predeclared() ? "broker" : "table", row.purpose());
    }

    private static Exchange own(String name) {
        return switch (name) {
            case Topology.RETRY -> new Exchange(name, "direct", "orderway", "to a retry queue, by its name");
            case Topology.RETURN -> new Exchange(name, "direct", "orderway", "back to the queue a message failed in");
            case Topology.DEAD -> new Exchange(name, "direct", "orderway", "to a dead-letter queue, by its name");
            default -> new Exchange(name, "fanout", "orderway", "what no queue wants of any other exchange");
        };
    }

    private Queue queue(QueueRow row, Map<String, Long> ready) {
        List<Binding> bindings = row.bindings().stream()
                .map(bound -> new Binding(bound.exchange(), bound.keys(), bound.arguments()))
                .toList();
        return topology.findWorkQueue(row.name())
                .map(work -> new Queue(
                        row.name(),
                        row.purpose(),
                        row.path() ? "path" : row.observer() ? "observer" : "side",
                        bindings,
                        null,
                        null,
                        ready.get(row.name()),
                        new Consumers(work.consumers(), work.maxConsumers(), work.prefetch(), work.needs()),
                        work.distinctDelays().stream()
                                .map(delay -> retry(work, delay, ready))
                                .toList(),
                        new DeadLetters(work.dlq(), work.maxRetries(), ready.get(work.dlq()))))
                .orElseGet(() -> new Queue(
                        row.name(),
                        row.purpose(),
                        "delay",
                        bindings,
                        WorkQueue.inWords(row.delay()),
                        row.then(),
                        ready.get(row.name()),
                        null,
                        List.of(),
                        null));
    }

    private static Retry retry(WorkQueue work, Duration delay, Map<String, Long> ready) {
        String name = work.retryQueue(delay);
        return new Retry(name, WorkQueue.inWords(delay), ready.get(name));
    }
}
