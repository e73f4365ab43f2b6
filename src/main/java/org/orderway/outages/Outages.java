package org.orderway.outages;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.orderway.broker.FailureReasons;
import org.orderway.broker.HttpFailures;
import org.orderway.broker.Topology;
import org.orderway.broker.WorkQueue;
import org.orderway.messages.Delivery;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * Knows which dependencies are away as a whole. While one is, the consumers of every queue that needs it pause in this
 * instance, so that an outage of minutes costs no order a retry; when the dependency answers a ping they go on.
 */
@Component("outages")
public class Outages implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(Outages.class);
    private static final int MOST_DOUBLINGS = 20;

    private final Topology topology;
    private final Pings pings;
    private final Consumers consumers;
    private final HttpFailures httpFailures;
    private final FailureReasons reasons;
    private final List<CircuitBreaker> breakers;
    private final OutageSettings settings;
    private final Clock clock;
    private final Map<Dependency, Outage> current = new ConcurrentHashMap<>();
    private final Map<Dependency, Last> last = new EnumMap<>(Dependency.class);
    private final AtomicBoolean isSteering = new AtomicBoolean();
    private final ExecutorService hand = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "outages");
        thread.setDaemon(true);
        return thread;
    });

    Outages(
            Topology topology,
            Pings pings,
            Consumers consumers,
            HttpFailures httpFailures,
            FailureReasons reasons,
            List<CircuitBreaker> breakers,
            OutageSettings settings,
            Clock clock,
            MeterRegistry meters) {
        this.topology = topology;
        this.pings = pings;
        this.consumers = consumers;
        this.httpFailures = httpFailures;
        this.reasons = reasons;
        this.breakers = breakers;
        this.settings = settings;
        this.clock = clock;
        for (Dependency dependency : Dependency.values()) {
            Gauge.builder("orderway.outage", current, outages -> outages.containsKey(dependency) ? 1 : 0)
                    .description("1 while consumers pause because this dependency is away")
                    .tag("dependency", dependency.word())
                    .register(meters);
        }
    }

    private record Outage(Instant since, String reason, Instant notBefore) {}

    private record Last(Instant ended, int repeats) {}

    /**
     * An outage as it is shown.
     *
     * @param dependency what is away
     * @param since      ISO 8601, UTC
     * @param reason     the failure that told of it, without anybody's data
     * @param queues     the queues that need it
     */
    public record View(String dependency, String since, String reason, List<String> queues) {}

    /**
     * What pauses, and for what.
     *
     * @param outages what is away, the longest first
     * @param paused  the routes of this instance whose consumers pause
     */
    public record Report(List<View> outages, List<String> paused) {}

    /** Whether the failure is one of reaching what the queue needs. */
    public boolean concerns(Delivery delivery, Throwable failure) {
        return concerned(delivery, failure).findAny().isPresent();
    }

    /**
     * Whether what the queue needs, and the failure is about, is away as a whole: it is known to be, it asks to be left
     * alone for longer than a retry queue lasts, or it does not answer when it is asked now.
     */
    public boolean isDown(Delivery delivery, Throwable failure) {
        return concerned(delivery, failure)
                .anyMatch(dependency -> current.containsKey(dependency)
                        || asksForMoreThanARetry(delivery, failure)
                        || pings.isSilent(dependency.word()));
    }

    /** Whether nothing is known of an outage of this dependency. */
    public boolean isThere(String dependency) {
        return !current.containsKey(Dependency.of(dependency));
    }

    /** From now on whoever needs it pauses. Returns at once: a consumer cannot wait for its own end. */
    public void begin(Delivery delivery, Throwable failure) {
        concerned(delivery, failure).forEach(dependency -> begin(dependency, failure));
        if (isSteering.compareAndSet(false, true)) {
            hand.execute(() -> {
                isSteering.set(false);
                steer();
            });
        }
    }

    private synchronized void begin(Dependency dependency, Throwable failure) {
        Instant now = clock.instant();
        Instant asked = now.plus(asked(failure));
        Outage known = current.get(dependency);
        if (known != null) {
            Instant later = asked.isAfter(known.notBefore()) ? asked : known.notBefore();
            current.put(dependency, new Outage(known.since(), known.reason(), later));
            return;
        }
        Last before = last.get(dependency);
        boolean again = before != null && before.ended().plus(settings.calm()).isAfter(now);
        int repeats = again ? Math.min(before.repeats() + 1, MOST_DOUBLINGS) : 0;
        last.put(dependency, new Last(now, repeats));
        Instant paused = now.plus(pause(repeats));
        String reason = reasons.of(failure);
        current.put(dependency, new Outage(now, reason, asked.isAfter(paused) ? asked : paused));
        log.warn("The {} is away ({}): whoever needs it pauses", dependency.inWords(), reason);
    }

    /** Coming and going costs every prefetched message a delivery each time: it must not go on quickly for long. */
    private Duration pause(int repeats) {
        Duration doubled = settings.shortestPause().multipliedBy(1L << repeats);
        return doubled.compareTo(settings.longestPause()) > 0 ? settings.longestPause() : doubled;
    }

    /** Asks what is away whether it is back, and lets those go on that have all they need. */
    public void probe() {
        for (Dependency dependency : List.copyOf(current.keySet())) {
            Outage outage = current.get(dependency);
            if (!clock.instant().isBefore(outage.notBefore()) && !pings.isSilent(dependency.word())) {
                end(dependency);
            }
        }
        steer();
    }

    private synchronized void end(Dependency dependency) {
        Outage over = current.remove(dependency);
        last.put(dependency, new Last(clock.instant(), last.get(dependency).repeats()));
        // It answers: the next calls are to show whether it also works.
        breakers.stream()
                .filter(breaker ->
                        breaker.getName().equals(dependency.word()) && breaker.getState() == CircuitBreaker.State.OPEN)
                .forEach(CircuitBreaker::transitionToHalfOpenState);
        log.info(
                "The {} is back after {} s",
                dependency.inWords(),
                Duration.between(over.since(), clock.instant()).toSeconds());
    }

    private void steer() {
        consumers.steer(queue -> needs(queue).anyMatch(current::containsKey));
    }

    /** The outages there are at present. */
    public Report report() {
        List<View> outages = current.entrySet().stream()
                .sorted(Comparator.comparing(outage -> outage.getValue().since()))
                .map(outage -> new View(
                        outage.getKey().word(),
                        outage.getValue().since().truncatedTo(ChronoUnit.MILLIS).toString(),
                        outage.getValue().reason(),
                        topology.workQueues().stream()
                                .map(WorkQueue::name)
                                .filter(queue -> needs(queue).anyMatch(outage.getKey()::equals))
                                .toList()))
                .toList();
        return new Report(outages, consumers.paused());
    }

    private Stream<Dependency> concerned(Delivery delivery, Throwable failure) {
        return needs(delivery.queue()).filter(dependency -> dependency.isConcernedBy(failure));
    }

    /** A queue without a row of its own, such as one of dead letters, needs the database. */
    private Stream<Dependency> needs(String queue) {
        List<String> needs = topology.findWorkQueue(queue).map(WorkQueue::needs).orElse(topology.needs());
        return Stream.concat(Stream.of(Dependency.BROKER), needs.stream().map(Dependency::of));
    }

    private boolean asksForMoreThanARetry(Delivery delivery, Throwable failure) {
        Duration longest = topology.workQueue(delivery.queue()).longestRetryDelay();
        return asked(failure).compareTo(longest) > 0;
    }

    private Duration asked(Throwable failure) {
        Duration asked = httpFailures.retryAfter(failure).orElse(Duration.ZERO);
        return asked.compareTo(settings.longestRetryAfter()) > 0 ? settings.longestRetryAfter() : asked;
    }

    @Override
    public void destroy() {
        hand.shutdownNow();
    }
}
