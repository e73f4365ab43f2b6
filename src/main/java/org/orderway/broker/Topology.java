package org.orderway.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.orderway.messages.WorkQueues;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * The table of {@code orderway.topology}: every exchange, queue and key there is. A mistake in it stops the start, since on
 * the broker it would be a message that silently goes nowhere.
 *
 * @param queueType     quorum or classic, unless a row says otherwise
 * @param maxRetries    retries before a message is dead-lettered, unless a row says otherwise
 * @param retryDelays   the wait before each retry, the last one repeating, unless a row says otherwise
 * @param consumers     consumers of a queue in one instance, unless a row says otherwise
 * @param prefetch      unacknowledged messages per consumer, unless a row says otherwise
 * @param deliveryLimit deliveries of a quorum queue after which the broker itself dead-letters a message
 * @param collectors    consumers in each instance that take messages from the dead-letter queues
 * @param needs         what the consumers of a queue need, unless a row says otherwise
 * @param exchanges     our exchanges
 * @param queues        the queues and what reaches them
 * @param published     every key that is published, with who consumes it
 */
@ConfigurationProperties(prefix = "orderway.topology", ignoreUnknownFields = false)
public record Topology(
        @DefaultValue("quorum") QueueType queueType,
        @DefaultValue("3") int maxRetries,
        @DefaultValue({"5s", "30s", "5m"}) List<Duration> retryDelays,
        @DefaultValue("2") int consumers,
        @DefaultValue("20") int prefetch,
        @DefaultValue("100") int deliveryLimit,
        @DefaultValue("2") int collectors,
        @DefaultValue("database") List<String> needs,
        List<ExchangeRow> exchanges,
        List<QueueRow> queues,
        List<PublishedRow> published)
        implements WorkQueues {

    /** Takes a message to a retry queue; the key is that queue's name. */
    public static final String RETRY = "order_retry";
    /** Brings a message back from a retry queue; the key is the work queue's name. */
    public static final String RETURN = "order_return";
    /** Takes a message to a dead-letter queue; the key is that queue's name. */
    public static final String DEAD = "order_dead";
    /** The alternate of every other exchange: what no binding wants comes here. */
    public static final String UNROUTABLE = "unroutable";
    /** The queue behind {@link #UNROUTABLE}; a message in it is an alarm. */
    public static final String UNROUTABLE_QUEUE = "unroutable_queue";

    /** What a queue can need: its consumers pause while it is away. */
    public static final List<String> DEPENDENCIES = List.of("database", "gateway", "carrier", "smtp");

    static final List<String> OWN_EXCHANGES = List.of(UNROUTABLE, DEAD, RETURN, RETRY);

    public Topology {
        retryDelays = listOf(retryDelays);
        exchanges = listOf(exchanges).stream().filter(ExchangeRow::enabled).toList();
        queues = listOf(queues).stream().filter(QueueRow::enabled).toList();
        published = listOf(published);
        needs = listOf(needs);
        TopologyCheck.check(
                maxRetries,
                retryDelays,
                consumers,
                prefetch,
                deliveryLimit,
                collectors,
                needs,
                exchanges,
                queues,
                published);
    }

    /**
     * An exchange.
     *
     * @param name        name on the broker
     * @param enabled     false: as if the row were not there
     * @param type        topic, direct, fanout or headers
     * @param purpose     what it is for, written {@code for} in the table
     * @param predeclared it is the broker's own, {@code amq.…}: bound to, but neither declared nor published to
     */
    public record ExchangeRow(
            String name,
            @DefaultValue("true") boolean enabled,
            String type,
            @Name("for") String purpose,
            boolean predeclared) {}

    /**
     * A queue. It has a consumer, or it has a delay and hands every message on to another queue.
     *
     * @param name         name on the broker, ends in {@code _queue}
     * @param enabled      false: as if the row were not there
     * @param exchange     the exchange it is bound to; none when only delay queues feed it
     * @param keys         binding keys, patterns on a topic exchange
     * @param arguments    binding arguments of a headers exchange, {@code x-match} among them
     * @param also         further exchanges it is bound to
     * @param purpose      what it is for, written {@code for} in the table
     * @param path         an order cannot end without it
     * @param observer     it only looks on
     * @param lane         an entrance, the only kind of queue that may have a length limit
     * @param maxLength    length from which publishing is refused, lanes only
     * @param delay        how long a message stays in a delay queue
     * @param then         the queue a delay queue hands its messages to
     * @param queueType    instead of the default
     * @param maxRetries   instead of the default
     * @param retryDelays  instead of the default
     * @param consumers    instead of the default
     * @param maxConsumers consumers under load; {@code consumers} when absent
     * @param prefetch     instead of the default
     * @param needs        instead of the default
     */
    public record QueueRow(
            String name,
            @DefaultValue("true") boolean enabled,
            String exchange,
            List<String> keys,
            Map<String, Object> arguments,
            List<BindingRow> also,
            @Name("for") String purpose,
            boolean path,
            boolean observer,
            boolean lane,
            Long maxLength,
            Duration delay,
            String then,
            QueueType queueType,
            Integer maxRetries,
            List<Duration> retryDelays,
            Integer consumers,
            Integer maxConsumers,
            Integer prefetch,
            List<String> needs) {

        public QueueRow {
            keys = listOf(keys);
            arguments = arguments == null ? Map.of() : arguments;
            also = listOf(also);
        }

        /** Whether it only delays messages on their way to another queue. */
        boolean delays() {
            return delay != null || then != null;
        }

        /** Every exchange it is bound to with its keys, the row's own first. */
        List<BindingRow> bindings() {
            Stream<BindingRow> own =
                    exchange == null ? Stream.empty() : Stream.of(new BindingRow(exchange, keys, arguments));
            return Stream.concat(own, also.stream()).toList();
        }
    }

    /**
     * What a queue wants from one exchange.
     *
     * @param exchange  the exchange
     * @param keys      binding keys, patterns on a topic exchange
     * @param arguments binding arguments of a headers exchange
     */
    public record BindingRow(String exchange, List<String> keys, Map<String, Object> arguments) {

        public BindingRow {
            keys = listOf(keys);
            arguments = arguments == null ? Map.of() : arguments;
        }
    }

    /**
     * A key that is published.
     *
     * @param exchange the exchange it is published to
     * @param key      the key, {@code *} standing for any one word; empty on fanout and headers exchanges
     * @param to       the queues that must receive it
     * @param terminal whether it may be that nobody but observers consumes it
     */
    public record PublishedRow(String exchange, @DefaultValue("") String key, List<String> to, boolean terminal) {

        public PublishedRow {
            to = listOf(to);
        }
    }

    /** The queues a message with this key is put into, in the table's order; on a headers exchange those it may be put into. */
    public List<String> queuesFor(String exchange, String key) {
        if (exchange.equals(UNROUTABLE)) {
            return List.of(UNROUTABLE_QUEUE);
        }
        Stream<WorkQueue> work = workQueues().stream();
        return switch (exchange) {
            case RETRY ->
                work.flatMap(queue -> queue.retryQueues().stream())
                        .filter(key::equals)
                        .toList();
            case RETURN -> work.map(WorkQueue::name).filter(key::equals).toList();
            case DEAD -> work.map(WorkQueue::dlq).filter(key::equals).toList();
            default -> TopologyCheck.receivers(exchanges, queues, exchange, key);
        };
    }

    /** Whether this key is one the table knows as published. What else is published is a mistyped key. */
    public boolean isPublished(String exchange, String key) {
        if (OWN_EXCHANGES.contains(exchange)) {
            return !queuesFor(exchange, key).isEmpty();
        }
        return published.stream()
                .anyMatch(row -> row.exchange().equals(exchange)
                        && (row.key().isEmpty() || TopicPattern.of(row.key()).matches(key)));
    }

    /** The queues that have a consumer, in the table's order. */
    public List<WorkQueue> workQueues() {
        return queues.stream().filter(row -> !row.delays()).map(this::resolve).toList();
    }

    /**
     * The work queue of this name.
     *
     * @throws IllegalArgumentException when the table has none
     */
    public WorkQueue workQueue(String name) {
        return findWorkQueue(name)
                .orElseThrow(() -> new IllegalArgumentException("There is no work queue \"" + name
                        + "\" in orderway.topology.queues"
                        + TopologyCheck.didYouMean(
                                name, queues.stream().map(QueueRow::name).toList())));
    }

    /** The work queue of this name, if it is one of ours. */
    public Optional<WorkQueue> findWorkQueue(String name) {
        return queues.stream()
                .filter(row -> row.name().equals(name) && !row.delays())
                .map(this::resolve)
                .findFirst();
    }

    @Override
    public boolean has(String queue) {
        return findWorkQueue(queue).isPresent();
    }

    @Override
    public String returnExchange() {
        return RETURN;
    }

    /** Every queue on the broker: dead-letter queues, work queues, retry queues, delay queues and the unroutable queue. */
    public List<String> allQueues() {
        List<String> names = new ArrayList<>();
        names.add(UNROUTABLE_QUEUE);
        names.addAll(workQueues().stream().map(WorkQueue::dlq).toList());
        names.addAll(workQueues().stream().map(WorkQueue::name).toList());
        names.addAll(workQueues().stream()
                .flatMap(queue -> queue.retryQueues().stream())
                .toList());
        names.addAll(
                queues.stream().filter(QueueRow::delays).map(QueueRow::name).toList());
        return names;
    }

    private WorkQueue resolve(QueueRow row) {
        int rowConsumers = Objects.requireNonNullElse(row.consumers(), consumers);
        return new WorkQueue(
                row.name(),
                row.purpose(),
                row.path(),
                row.observer(),
                Objects.requireNonNullElse(row.queueType(), queueType),
                Objects.requireNonNullElse(row.maxRetries(), maxRetries),
                Objects.requireNonNullElse(row.retryDelays(), retryDelays),
                rowConsumers,
                Objects.requireNonNullElse(row.maxConsumers(), rowConsumers),
                Objects.requireNonNullElse(row.prefetch(), prefetch),
                row.maxLength(),
                Objects.requireNonNullElse(row.needs(), needs));
    }

    private static <T> List<T> listOf(List<T> list) {
        return list == null ? List.of() : list;
    }
}
