package org.orderway.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriUtils;

/**
 * What the broker tells of its queues: messages, rates, consumers, and what ails it. Asked over RabbitMQ's management API, or
 * of the broker in this JVM. While nobody answers, what waits is asked of the queues themselves, and the other figures stay as
 * they were, marked as old.
 */
@Component("queueFigures")
public class QueueFigures {

    private static final Logger log = LoggerFactory.getLogger(QueueFigures.class);
    private static final double NOT_KNOWN = -1;
    private static final double MILLIS = 1000.0;

    private final Topology topology;
    private final QueueDepths depths;
    private final ObjectProvider<BrokerAtHand> atHand;
    private final ObjectMapper mapper;
    private final Settings settings;
    private final Clock clock;
    private volatile Report last;

    QueueFigures(
            Topology topology,
            QueueDepths depths,
            ObjectProvider<BrokerAtHand> atHand,
            ObjectMapper mapper,
            Settings settings,
            Clock clock,
            MeterRegistry meters) {
        this.topology = topology;
        this.depths = depths;
        this.atHand = atHand;
        this.mapper = mapper;
        this.settings = settings;
        this.clock = clock;
        this.last = new Report(null, null, Map.of(), List.of(), List.of(), null);
        topology.allQueues().forEach(queue -> {
            gauge(meters, queue, "ready", Figure::ready);
            gauge(meters, queue, "in_work", Figure::inWork);
        });
        Gauge.builder("orderway.queue.figures.age", this, QueueFigures::ageInSeconds)
                .description("Seconds since the broker last told its figures; -1 when it never did")
                .baseUnit("seconds")
                .register(meters);
    }

    /**
     * What a broker says of a queue; null where it says nothing. What went through is counted since the broker knows it.
     *
     * @param ready     messages nobody has taken
     * @param inWork    messages taken and not acknowledged
     * @param published all that came in
     * @param delivered all that were taken
     * @param done      all that were acknowledged
     */
    public record Counts(
            String queue, Long ready, Long inWork, Integer consumers, Long published, Long delivered, Long done) {}

    /** A queue with its rates, messages a second; null where nothing is known. */
    public record Figure(Counts counts, Double in, Double out, Double done) {

        public Long ready() {
            return counts.ready();
        }

        public Long inWork() {
            return counts.inWork();
        }
    }

    /**
     * All that is known.
     *
     * @param answeredAt when the figures were last told in full; null when they never were
     * @param readyAt    when what waits was last known; null when it never was
     * @param queues     by name
     * @param alarms     what the broker complains of, such as {@code rabbit@a: memory}
     * @param partitions the nodes that lost sight of each other
     * @param silence    why the last question had no answer; null when it had one
     */
    public record Report(
            Instant answeredAt,
            Instant readyAt,
            Map<String, Figure> queues,
            List<String> alarms,
            List<String> partitions,
            String silence) {

        public Figure of(String queue) {
            return queues.get(queue);
        }
    }

    /**
     * The management API.
     *
     * @param url        its address; empty: it is not asked
     * @param staleAfter age from which figures count as old
     */
    @ConfigurationProperties("orderway.management")
    record Settings(String url, String virtualHost, Duration staleAfter) {}

    /** The latest figures. */
    public Report tell() {
        return last;
    }

    /** Whether the figures are too old to go by, or were never told. */
    public boolean isStale() {
        Instant at = last.answeredAt();
        return at == null || at.plus(settings.staleAfter()).isBefore(clock.instant());
    }

    /** Whether there is a management API to ask. */
    public boolean isAskedOverHttp() {
        return atHand.getIfAvailable() == null && !settings.url().isBlank();
    }

    /** Where the queues of our virtual host are told, with no more than is wanted of them. */
    public String addressOfQueues() {
        return settings.url() + "/api/queues/" + UriUtils.encode(settings.virtualHost(), StandardCharsets.UTF_8)
                + "?columns=name,messages_ready,messages_unacknowledged,consumers,message_stats.publish,"
                + "message_stats.deliver_get,message_stats.ack";
    }

    /** Where the nodes of the cluster are told. */
    public String addressOfNodes() {
        return settings.url() + "/api/nodes?columns=name,running,partitions,mem_alarm,disk_free_alarm";
    }

    /** Takes the figures of the broker in this JVM; of any other what waits, asked of each queue. */
    public void look() {
        BrokerAtHand broker = atHand.getIfAvailable();
        if (broker == null) {
            ask(null);
        } else {
            told(broker.counts(), List.of(), List.of());
        }
    }

    /**
     * Takes the answers of the management API.
     *
     * @param queues of {@code /api/queues/{vhost}}
     * @param nodes  of {@code /api/nodes}
     * @throws IOException when one of them is not JSON
     */
    public void answered(byte[] queues, byte[] nodes) throws IOException {
        List<Counts> counts = new ArrayList<>();
        mapper.readTree(queues).forEach(queue -> counts.add(counts(queue)));
        List<String> alarms = new ArrayList<>();
        List<String> partitions = new ArrayList<>();
        for (JsonNode node : mapper.readTree(nodes)) {
            String name = node.path("name").asText();
            if (!node.path("running").asBoolean(true)) {
                alarms.add(name + ": down");
            }
            if (node.path("mem_alarm").asBoolean()) {
                alarms.add(name + ": memory");
            }
            if (node.path("disk_free_alarm").asBoolean()) {
                alarms.add(name + ": disk");
            }
            node.path("partitions").forEach(other -> partitions.add(name + " does not see " + other.asText()));
        }
        told(counts, alarms, partitions);
    }

    private static Counts counts(JsonNode queue) {
        JsonNode stats = queue.path("message_stats");
        return new Counts(
                queue.path("name").asText(),
                number(queue.path("messages_ready")),
                number(queue.path("messages_unacknowledged")),
                queue.has("consumers") ? queue.path("consumers").asInt() : null,
                number(stats.path("publish")),
                number(stats.path("deliver_get")),
                number(stats.path("ack")));
    }

    private static Long number(JsonNode value) {
        return value.isNumber() ? value.asLong() : null;
    }

    /** The management API did not answer: told once, until it does again. @param reason why, without anybody's data */
    public void silent(String reason) {
        if (last.silence() == null) {
            log.warn("The broker does not tell its figures: {}. What waits is asked of each queue.", reason);
        }
        ask(reason);
    }

    /** What waits, from each queue; what was known besides stays as it was. */
    private synchronized void ask(String silence) {
        Map<String, Long> waiting = depths.ofEach(topology.allQueues());
        Map<String, Figure> queues = new LinkedHashMap<>(last.queues());
        waiting.forEach((queue, ready) -> {
            Figure known = queues.get(queue);
            Counts counts = known == null
                    ? new Counts(queue, ready, null, null, null, null, null)
                    : new Counts(
                            queue,
                            ready,
                            known.counts().inWork(),
                            known.counts().consumers(),
                            known.counts().published(),
                            known.counts().delivered(),
                            known.counts().done());
            queues.put(
                    queue,
                    known == null
                            ? new Figure(counts, null, null, null)
                            : new Figure(counts, known.in(), known.out(), known.done()));
        });
        Instant readyAt = waiting.isEmpty() ? last.readyAt() : clock.instant();
        last = new Report(last.answeredAt(), readyAt, queues, last.alarms(), last.partitions(), silence);
    }

    private synchronized void told(List<Counts> all, List<String> alarms, List<String> partitions) {
        Instant now = clock.instant();
        if (last.silence() != null) {
            log.info("The broker tells its figures again");
        }
        double seconds = last.answeredAt() == null
                ? 0
                : Duration.between(last.answeredAt(), now).toMillis() / MILLIS;
        Map<String, Figure> queues = new LinkedHashMap<>();
        for (Counts counts : all) {
            Figure known = last.queues().get(counts.queue());
            Counts before = known == null ? null : known.counts();
            queues.put(
                    counts.queue(),
                    new Figure(
                            counts,
                            rate(before, counts, Counts::published, seconds),
                            rate(before, counts, Counts::delivered, seconds),
                            rate(before, counts, Counts::done, seconds)));
        }
        last = new Report(now, now, queues, List.copyOf(alarms), List.copyOf(partitions), null);
    }

    /** A count that went back was begun anew: then nothing is known until the next one. */
    private static Double rate(Counts before, Counts now, Function<Counts, Long> count, double seconds) {
        if (before == null || seconds <= 0) {
            return null;
        }
        long gone = orZero(count.apply(now)) - orZero(count.apply(before));
        return gone < 0 ? null : gone / seconds;
    }

    private static long orZero(Long count) {
        return count == null ? 0 : count;
    }

    private void gauge(MeterRegistry meters, String queue, String state, Function<Figure, Long> count) {
        Gauge.builder("orderway.queue.messages", this, figures -> {
                    Figure figure = figures.last.of(queue);
                    Long messages = figure == null ? null : count.apply(figure);
                    return messages == null ? NOT_KNOWN : messages;
                })
                .description("Messages in a queue, ready or in work, as the broker last told; -1 when it never did")
                .tag("queue", queue)
                .tag("state", state)
                .register(meters);
    }

    private double ageInSeconds() {
        Instant at = last.answeredAt();
        return at == null ? NOT_KNOWN : Duration.between(at, clock.instant()).toMillis() / MILLIS;
    }
}
