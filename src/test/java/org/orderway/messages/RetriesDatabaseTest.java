package org.orderway.messages;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.orderway.orders.OrderView;
import org.orderway.orders.Timeline;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

class RetriesDatabaseTest extends DatabaseTest {

    @Autowired
    private Retries retries;

    @Autowired
    private Retention retention;

    @Autowired
    private OrderView view;

    private final UUID order = UUID.randomUUID();
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);

    @Test
    void aMessageWaitsUntilItComesBack() {
        retries.record(wait("shipping_queue", "m-1", order, 1, now.plusSeconds(60)));
        retries.record(wait("notification_queue", "m-1", order, 1, now.plusSeconds(30)));
        retries.record(wait("shipping_queue", "m-2", UUID.randomUUID(), 1, now.plusSeconds(30)));

        assertThat(retries.of(order))
                .extracting(Retries.Wait::queue)
                .containsExactly("notification_queue", "shipping_queue");

        retries.cameBack(delivery("notification_queue", "m-1"));

        assertThat(retries.of(order)).containsExactly(wait("shipping_queue", "m-1", order, 1, now.plusSeconds(60)));
        assertThat(count("retries")).isEqualTo(2);
    }

    @Test
    void ofAMessageThatWaitsAgainTheLatestWaitCounts() {
        retries.record(wait("shipping_queue", "m-1", order, 1, now.plusSeconds(60)));
        Retries.Wait second = wait("shipping_queue", "m-1", order, 2, now.plusSeconds(300));
        retries.record(second);

        assertThat(retries.of(order)).containsExactly(second);
    }

    @Test
    void aWaitThatIsOverIsNotShownAndGoesAfterADay() {
        retries.record(wait("shipping_queue", "m-1", order, 1, now.minusSeconds(60)));
        retries.record(wait("shipping_queue", "m-2", null, 1, now.minus(25, ChronoUnit.HOURS)));

        assertThat(retries.of(order)).isEmpty();
        retention.cleanUp();

        assertThat(jdbc.sql("select message_id from retries")
                        .query(String.class)
                        .list())
                .containsExactly("m-1");
    }

    @Test
    void theOrdersPageTellsWhatItWaitsFor() {
        UUID placed = placed("W-1", line(1, "A", 2));
        retries.record(wait("shipping_queue", "m-1", placed, 2, Instant.parse("2099-11-20T12:03:05.123Z")));

        assertThat(timeline(placed))
                .contains(new Timeline.Entry(
                        "waiting",
                        now.toString(),
                        "shipping_queue waits until 2099-11-20T12:03:05Z (retry 2): HTTP 503 from carrier"));
    }

    @Test
    void theOrdersPageTellsEachAttemptThatWasMadeForIt() {
        UUID placed = placed("W-1", line(1, "A", 2));
        for (int retry = 1; retry <= 2; retry++) {
            retries.record(wait("shipping_queue", "m-1", placed, retry, now.plusSeconds(5)));
            retries.cameBack(delivery("shipping_queue", "m-1", retry));
        }

        assertThat(timeline(placed))
                .filteredOn(entry -> entry.event().equals("attempt"))
                .extracting(Timeline.Entry::detail)
                .containsExactly("shipping_queue tries again (retry 1)", "shipping_queue tries again (retry 2)");
        assertThat(timeline(placed)).noneMatch(entry -> entry.event().equals("waiting"));
    }

    @Test
    void eachRetryIsCountedOnceHoweverOftenItIsDeliveredAndAWaitForAnOutageIsNone() {
        for (Delivery delivery : List.of(
                delivery("shipping_queue", "m-1", 0),
                delivery("shipping_queue", "m-1", 1),
                delivery("shipping_queue", "m-1", 1),
                delivery("shipping_queue", "m-1", 2),
                delivery("shipping_queue", "m-2", 1),
                delivery("refund_queue", "m-1", 1))) {
            retries.cameBack(delivery);
        }

        assertThat(retries.counted(now.minusSeconds(3600), now.plusSeconds(3600), "day", ZoneOffset.UTC))
                .extracting(count -> count.queue() + " " + count.retries())
                .containsExactlyInAnyOrder("refund_queue 1", "shipping_queue 3");
        assertThat(retries.counted(now.plusSeconds(3600), now.plusSeconds(7200), "day", ZoneOffset.UTC))
                .isEmpty();
    }

    @SuppressWarnings("unchecked")
    private List<Timeline.Entry> timeline(UUID id) {
        return (List<Timeline.Entry>) view.read(id.toString()).get("timeline");
    }

    private Retries.Wait wait(String queue, String message, UUID orderId, int retry, Instant due) {
        return new Retries.Wait(queue, message, orderId, retry, due, "HTTP 503 from carrier", now);
    }

    private static Delivery delivery(String queue, String id) {
        return delivery(queue, id, 1);
    }

    private static Delivery delivery(String queue, String id, int retries) {
        return new Delivery(
                queue,
                "",
                id,
                "order.shipped",
                null,
                Instant.EPOCH,
                null,
                retries,
                Map.of("retries", retries),
                new byte[0]);
    }
}
