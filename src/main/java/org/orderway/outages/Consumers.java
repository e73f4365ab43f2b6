package org.orderway.outages;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.apache.camel.support.service.ServiceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * Pauses and resumes the queue consumers of this instance.
 *
 * <p>It suspends the consumer and leaves the route's own state alone, which belongs to operators: a route that one of them
 * stopped or suspended is neither paused nor resumed here. (Suspending the route would also wait for each message in hand,
 * one route after the other, and throw the consumer away when that took too long.) A paused consumer finishes the messages
 * in hand; those merely prefetched go back to their queue.
 */
@Component("consumers")
public class Consumers implements DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(Consumers.class);

    private final CamelContext camel;
    private final Set<String> paused = new ConcurrentSkipListSet<>();
    private final Set<String> heldBack = new ConcurrentSkipListSet<>();
    private volatile Predicate<String> needsWhatIsAway = queue -> false;
    private final ExecutorService hands = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "outages-consumers");
        thread.setDaemon(true);
        return thread;
    });

    Consumers(CamelContext camel) {
        this.camel = camel;
    }

    /** Pauses those of which one queue needs what is away, resumes those that need not pause any more, and waits for it. */
    void steer(Predicate<String> needsWhatIsAway) {
        this.needsWhatIsAway = needsWhatIsAway;
        steer();
    }

    /** From now on the consumer of this queue pauses, or it does so no longer, unless what it needs is away; waits for it. */
    public void holdBack(String queue, boolean isToWait) {
        if (isToWait ? heldBack.add(queue) : heldBack.remove(queue)) {
            steer();
        }
    }

    private void steer() {
        synchronized (paused) {
            if (camel.isStarted() && !camel.isStopping()) {
                steerAll(queue -> heldBack.contains(queue) || needsWhatIsAway.test(queue));
            }
        }
    }

    private void steerAll(Predicate<String> isToPause) {
        List<CompletableFuture<Void>> moves = camel.getRoutes().stream()
                .filter(route -> route.getEndpoint() instanceof SpringRabbitMQEndpoint)
                .map(route -> CompletableFuture.runAsync(() -> steer(route, isToPause), hands))
                .toList();
        moves.forEach(CompletableFuture::join);
    }

    /** The routes whose consumers are paused at present. */
    List<String> paused() {
        return List.copyOf(paused);
    }

    private void steer(Route route, Predicate<String> isToPause) {
        boolean pause = queues(route).anyMatch(isToPause);
        String id = route.getRouteId();
        if (camel.getRouteController().getRouteStatus(id) != ServiceStatus.Started) {
            // An operator has it in hand. Whoever starts the route again also starts its consumer.
            paused.remove(id);
        } else if (pause && ServiceHelper.isStarted(route.getConsumer())) {
            log.debug("Pausing {}", id);
            paused.add(id);
            ServiceHelper.suspendService(route.getConsumer());
        } else if (!pause && paused.remove(id) && ServiceHelper.isSuspended(route.getConsumer())) {
            log.debug("Resuming {}", id);
            ServiceHelper.resumeService(route.getConsumer());
        }
    }

    private static java.util.stream.Stream<String> queues(Route route) {
        return Arrays.stream(((SpringRabbitMQEndpoint) route.getEndpoint())
                        .getQueues()
                        .split(","))
                .map(String::trim);
    }

    @Override
    public void destroy() {
        hands.shutdownNow();
    }
}
