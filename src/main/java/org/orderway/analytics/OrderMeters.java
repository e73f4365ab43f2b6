package org.orderway.analytics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Counts orders as metrics, each once, when the log of orders has it for good: a delivery that comes twice counts once. */
@Component
class OrderMeters {

    private static final Duration[] STEPS = {
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(30),
        Duration.ofHours(4),
    };

    private final MeterRegistry meters;

    OrderMeters(MeterRegistry meters) {
        this.meters = meters;
    }

    void placed(String lane) {
        afterCommit(() -> Counter.builder("orderway.orders.placed")
                .description("Orders that were accepted and created")
                .tag("lane", lane)
                .register(meters)
                .increment());
    }

    /** @param took from its acceptance to this end */
    void ended(String outcome, String lane, Duration took) {
        afterCommit(() -> Timer.builder("orderway.order.duration")
                .description("Orders that came to an end, by outcome, and how long that took from their acceptance")
                .tag("outcome", outcome)
                .tag("lane", lane)
                .serviceLevelObjectives(STEPS)
                .register(meters)
                .record(took));
    }

    private static void afterCommit(Runnable count) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                count.run();
            }
        });
    }
}
