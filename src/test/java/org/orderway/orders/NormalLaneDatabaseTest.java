package org.orderway.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.testing.DatabaseTest;

/** A lane of which at most four orders may be in progress. */
class NormalLaneDatabaseTest extends DatabaseTest {

    private final List<UUID> inProgress = new ArrayList<>();
    private NormalLane lane;

    @BeforeEach
    void fourOrdersInProgress() {
        lane = lane(4);
        for (String status : List.of("CREATED", "RESERVED", "PAID", "PAYMENT_DUE")) {
            UUID order = placed(null, line(1, "A", 1));
            status(order, status);
            inProgress.add(order);
        }
        status(placed(null, line(1, "A", 1)), "SHIPPED");
        placed(null, line(1, "A", 1));
    }

    private NormalLane lane(int most) {
        return new NormalLane(jdbc, Clock.systemUTC(), new NormalLane.Settings(most, Duration.ofSeconds(30)));
    }

    @Test
    void waitsFromTheMostOnUntilHalfOfItIsLeft() {
        assertThat(lane.isFull()).isTrue();
        status(inProgress.get(0), "SHIPPED");
        assertThat(lane.isFull()).as("three of four").isTrue();
        status(inProgress.get(1), "FAILED");
        assertThat(lane.isFull()).as("two of four").isFalse();
        status(inProgress.get(1), "CREATED");
        assertThat(lane.isFull()).as("three again").isFalse();
        status(inProgress.get(0), "CREATED");
        assertThat(lane.isFull()).as("four again").isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"no step for long", "waits for a retry", "is a dead letter", "has priority", "waits no more"})
    void whatIsHeldUpOrHasPriorityStopsNobody(String why) {
        UUID order = inProgress.get(2);
        switch (why) {
            case "no step for long" ->
                jdbc.sql("update orders set moved_at = now() - interval '31 seconds' where id = ?")
                        .param(order)
                        .update();
            case "waits for a retry" -> waitsForRetry(order, "shipping_queue", Duration.ofMinutes(5));
            case "is a dead letter" -> hasDeadLetter(order, "shipping_queue");
            case "has priority" ->
                jdbc.sql("update orders set lane = 'priority' where id = ?")
                        .param(order)
                        .update();
            default -> waitsForRetry(order, "shipping_queue", Duration.ofSeconds(-1));
        }

        assertThat(lane.isFull()).isEqualTo(why.equals("waits no more"));
    }

    @Test
    void neverWaitsWhenNothingIsSet() {
        assertThat(lane(0).isFull()).isFalse();
    }
}
