package org.orderway.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.orderway.analytics.Analytics;
import org.orderway.announcements.Announcements;
import org.orderway.messages.Retries;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

/** What the overview shows is what the database holds. */
class OverviewDatabaseTest extends DatabaseTest {

    @Autowired
    private Analytics analytics;

    @Autowired
    private Orders orders;

    @Autowired
    private Retries retries;

    @Autowired
    private Announcements announcements;

    @Autowired
    private Overview overview;

    private final Instant minute = Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(5, ChronoUnit.MINUTES);

    @Test
    void tellsHowLongOrdersTookToTheirParcelByMinuteAndByLane() {
        logged("normal", minute, 1.0);
        logged("normal", minute.plusSeconds(10), 3.0);
        logged("priority", minute.plusSeconds(70), 0.5);
        logged("priority", minute.plusSeconds(80), null);
        logged("normal", minute.minus(2, ChronoUnit.HOURS), 60.0);

        assertThat(analytics.pace(minute.minusSeconds(600), Analytics.Together.MINUTE))
                .containsExactly(
                        new Analytics.Pace(minute.toString(), 2, 2.0, 2.9),
                        new Analytics.Pace(minute.plusSeconds(60).toString(), 1, 0.5, 0.5));
        assertThat(analytics.pace(minute.minusSeconds(600), Analytics.Together.LANE))
                .extracting(Analytics.Pace::of)
                .containsExactly("normal", "priority");
        assertThat(analytics.pace(minute.minusSeconds(600), Analytics.Together.ALL))
                .extracting(Analytics.Pace::orders, Analytics.Pace::median)
                .containsExactly(tuple(3L, 1.0));
    }

    @Test
    void theTimeToTheParcelIsThatOfTheParcelAlsoWhenNewsOfTheDeliveryComesFirst() {
        UUID order = UUID.randomUUID();
        String placed = minute.toString();
        Map<String, Object> delivered = Map.of(
                "status",
                "DELIVERED",
                "placedAt",
                placed,
                "occurredAt",
                minute.plusSeconds(20).toString());
        Map<String, Object> shipped = Map.of(
                "status",
                "SHIPPED",
                "placedAt",
                placed,
                "occurredAt",
                minute.plusSeconds(2).toString());

        analytics.ended(event("order.analytics.ended", order, delivered));
        analytics.ended(event("order.analytics.ended", order, shipped));

        assertThat(analytics.pace(minute.minusSeconds(60), Analytics.Together.LANE))
                .extracting(Analytics.Pace::median)
                .containsExactly(2.0);
        assertThat(jdbc.sql("select status from analytics_orders")
                        .query(String.class)
                        .single())
                .isEqualTo("DELIVERED");
    }

    @Test
    void countsAllOrdersOnTheirWayAndOfTheOthersThoseThatMovedLately() {
        status(placed("W-1"), "RESERVED");
        status(placed("W-2"), "DELIVERED");
        UUID old = placed("W-3");
        status(old, "DELIVERED");
        UUID oldButOpen = placed("W-4");
        jdbc.sql("update orders set moved_at = now() - interval '2 hours' where id in (?, ?)")
                .params(old, oldButOpen)
                .update();

        Map<OrderStatus, Long> counts = orders.counted(Instant.now().minus(Duration.ofHours(1)));

        assertThat(counts)
                .containsEntry(OrderStatus.RESERVED, 1L)
                .containsEntry(OrderStatus.RECEIVED, 1L)
                .containsEntry(OrderStatus.DELIVERED, 1L)
                .containsEntry(OrderStatus.FAILED, 0L)
                .hasSize(OrderStatus.values().length);
    }

    @Test
    void findsOrdersByTheCustomersMailAddressInAnyLetters() {
        UUID older = placed("W-1");
        UUID newer = placed("W-2");

        assertThat(orders.ofMail("ADA@example.org", 10))
                .extracting(Orders.Summary::id)
                .containsExactly(newer, older);
        assertThat(orders.ofMail("somebody@example.org", 10)).isEmpty();
    }

    @Test
    void tellsWhatWaitsForARetryAndWhenTheNextOfItComesBack() {
        UUID order = placed("W-1");
        waitsForRetry(order, "shipping_queue", Duration.ofMinutes(5));
        waitsForRetry(order, "refund_queue", Duration.ofMinutes(-1));

        assertThat(retries.waiting()).singleElement().satisfies(waiting -> {
            assertThat(waiting.queue()).isEqualTo("shipping_queue");
            assertThat(waiting.messages()).isEqualTo(1);
            assertThat(waiting.next()).isAfter(Instant.now());
        });
    }

    @Test
    void tellsTheLatestAnnouncementsAndHowFarTheyAre() {
        announcements.announce(
                Map.of(),
                mapper.createObjectNode()
                        .put("kind", "service")
                        .put("subject", "Older")
                        .put("text", "…"));
        UUID id = announcements
                .announce(
                        Map.of(),
                        mapper.createObjectNode()
                                .put("kind", "service")
                                .put("subject", "Newer")
                                .put("text", "…"))
                .id();
        jdbc.sql(
                        """
                        insert into announcement_sends (announcement_id, channel, customer_id, state)
                        values (?, 'mail', 'a', 'sent'), (?, 'mail', 'b', 'waiting'), (?, 'sms', 'a', 'not_wanted')
                        """)
                .params(id, id, id)
                .update();

        assertThat(announcements.latest(2))
                .extracting(Announcements.Told::subject)
                .containsExactly("Newer", "Older");
        assertThat(announcements.latest(1)).singleElement().satisfies(told -> {
            assertThat(told.sent()).isEqualTo(1);
            assertThat(told.waiting()).isEqualTo(1);
        });
    }

    @Test
    void putsItAllTogetherAndTellsFirstWhatNeedsAPerson() {
        UUID order = placed("W-1");
        hasDeadLetter(order, "shipping_queue");
        status(placed("W-2"), "RESERVED");
        UUID reviewed = placed("W-3");
        status(reviewed, "RESERVED");
        hasReview(reviewed, "open");
        logged("normal", Instant.now().minusSeconds(5), 1.5);

        Snapshot now = overview.now();

        assertThat(now.troubles())
                .extracting(Trouble::what)
                .contains("A message of shipping_queue failed for good: Bug", "A payment waits for a decision");
        assertThat(now.isBad()).isTrue();
        assertThat(now.records().orders()).isEqualTo(1);
        assertThat(now.records().median()).isEqualTo(1.5);
        assertThat(now.records().minutes()).hasSize(60);
        assertThat(now.records().minutes().get(59).normal()
                        + now.records().minutes().get(58).normal())
                .isEqualTo(1);
        assertThat(now.records().underWay()).isEqualTo(3);
        assertThat(now.queues())
                .filteredOn(queue -> queue.name().equals("shipping_queue"))
                .singleElement()
                .satisfies(queue -> assertThat(queue.dead()).isEqualTo(1));
    }

    private void logged(String lane, Instant placedAt, Double seconds) {
        jdbc.sql(
                        """
                        insert into analytics_orders (order_id, lane, country, category, payment_method, currency, total,
                            created_at, status, shipped_at)
                        values (?, ?, 'gb', 'home', 'prepaid', 'GBP', ?, ?, 'SHIPPED', ?)
                        """)
                .params(
                        UUID.randomUUID(),
                        lane,
                        BigDecimal.ONE,
                        Timestamp.from(placedAt),
                        seconds == null ? null : Timestamp.from(placedAt.plusMillis((long) (seconds * 1000))))
                .update();
    }
}
