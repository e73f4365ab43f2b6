package org.orderway.watchdog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;

/** Which orders the watchdog takes for stuck, and what it does about them. */
class StuckOrdersDatabaseTest extends OrdersOfAllKinds {

    private static final Map<String, Long> EMPTY = Map.of(
            "order_queue", 0L,
            "inventory_queue", 0L,
            "payment_queue", 0L,
            "prepaid_payment_queue", 0L,
            "cod_payment_queue", 0L,
            "shipping_queue", 0L);

    /** Where an order waits, and the messages that its last step sent. */
    record Place(String order, String queue, String awaits, String... messages) {

        @Override
        public String toString() {
            return order;
        }
    }

    static Stream<Place> places() {
        return Stream.of(
                new Place("received", "order_queue", "create", "order.normal.gb.other"),
                new Place("created", "inventory_queue", "reserve", "order.created", "order.analytics.created"),
                new Place("reserved", "payment_queue", "payment-handover", "order.inventory_checked"),
                new Place("handed-over", "prepaid_payment_queue", "charge", "prepaid"),
                new Place("paid", "shipping_queue", "ship", "order.payment_success", "payment.succeeded"),
                new Place("due", "shipping_queue", "ship", "order.payment_success"),
                new Place("cancelling", "prepaid_payment_queue", "charge", "prepaid"));
    }

    @BeforeEach
    void oneMoreThatIsBeingCancelled() {
        status(handOver(order("cancelling", "prepaid", PRICE)), "CANCELLING");
        jdbc.sql("delete from outbox").update();
    }

    @ParameterizedTest
    @MethodSource("places")
    void tellsAnOrderWhoseMessageWasLostAndPublishesThatMessageAgain(Place place) {
        UUID order = id(place.order());
        List<OutgoingMessage> lost = recorded(order);
        longAgo(order);

        watchdog.look(Map.of());
        assertThat(watchdog.queues()).containsExactly(place.queue(), "audit_queue");
        watchdog.look(Map.of());
        assertThat(count("violations")).as("nobody knows what is in the queue").isZero();
        watchdog.look(Map.of(place.queue(), 0L));
        assertThat(watchdog.nudge()).as("a suspicion only").isEmpty();
        aWhileLater("violations", "since");
        List<Outbox.Entry> alarms = watchdog.look(Map.of(place.queue(), 0L));

        assertThat(told())
                .singleElement()
                .asString()
                .startsWith("order_moving of " + place.order() + ": a step after ")
                .endsWith("waits for the step " + place.awaits() + ", and no message of it does");
        assertThat(alarms)
                .singleElement()
                .satisfies(alarm -> assertThat(alarm.message().routingKey()).isEqualTo("order.alarm.order_moving"));

        List<Outbox.Entry> nudge = watchdog.nudge();

        assertThat(nudge).extracting(entry -> entry.message().routingKey()).containsExactly(place.messages());
        if (lost != null) {
            assertThat(nudge)
                    .extracting(Outbox.Entry::message)
                    .usingRecursiveComparison()
                    .isEqualTo(lost);
        }
        assertThat(count("outbox where message -> 0 ->> 'type' not like 'order.alarm.%'"))
                .isEqualTo(nudge.size());
        assertThat(watchdog.nudge()).as("one in ten minutes").isEmpty();
    }

    @Test
    void placesAReceivedOrderAgainUnderTheIdOfItsFirstMessage() {
        UUID order = order("lost", "prepaid", PRICE);
        String firstId = jdbc.sql("select message -> 0 ->> 'id' from outbox")
                .query(String.class)
                .single();
        jdbc.sql("delete from outbox").update();
        longAgo(order);

        List<Outbox.Entry> nudge = stuckAndNudged();

        assertThat(nudge)
                .singleElement()
                .satisfies(entry -> assertThat(entry.message().id()).isEqualTo(firstId));
    }

    @ParameterizedTest
    @ValueSource(strings = {"outbox", "retries", "dead_letters", "fraud_reviews"})
    void leavesAnOrderAloneOfWhichAMessageWaitsWhereItIsKnownOrWhosePaymentAPersonReviews(String where) {
        longAgo(created);
        switch (where) {
            case "outbox" ->
                jdbc.sql("insert into outbox (message) values (cast(? as json))")
                        .param("[{\"correlationId\": \"" + created + "\", \"type\": \"order.created\"}]")
                        .update();
            case "retries" -> waitsForRetry(created, "inventory_queue", Duration.ofMinutes(5));
            case "dead_letters" -> hasDeadLetter(created, "inventory_queue");
            default -> hasReview(created, "open");
        }
        assertThat(stuckAndNudged()).isEmpty();
        assertThat(count("violations")).isZero();

        jdbc.sql("delete from " + where).update();
        assertThat(stuckAndNudged()).as("now nothing waits any more").hasSize(2);
    }

    @Test
    void aWaitThatHasLongBeenOverHidesNoLostMessage() {
        longAgo(created);
        waitsForRetry(created, "inventory_queue", Duration.ofMinutes(-10));

        assertThat(stuckAndNudged()).isNotEmpty();
    }

    @Test
    void anOrderThatWaitsForGoodsIsNotStuckUntilTheyHaveComeAndNothingTellsOfIt() {
        jdbc.sql("update order_lines set back_ordered = 1 where order_id = ? and sku = 'A'")
                .param(paid)
                .update();
        jdbc.sql("update reservations set quantity = 1 where order_id = ? and sku = 'A'")
                .param(paid)
                .update();
        ship(paid);
        longAgo(paid);

        assertThat(stuckAndNudged()).as("it waits for goods").isEmpty();

        jdbc.sql("update order_lines set back_ordered = 0 where order_id = ?")
                .param(paid)
                .update();
        assertThat(stuckAndNudged())
                .extracting(entry -> entry.message().routingKey())
                .containsExactly("order.backorder_filled");
    }

    @Test
    void leavesOrdersAloneThatMovedJustNow() {
        assertThat(stuckAndNudged()).isEmpty();

        jdbc.sql("update orders set moved_at = moved_at - interval '1 hour' where id = ?")
                .param(handedOver)
                .update();
        assertThat(stuckAndNudged()).as("its payment was handed over just now").isEmpty();
        assertThat(count("violations")).isZero();
    }

    @Test
    void takesNoOrderOfABacklogForStuckUntilOneThatCameLongAfterItHasPassed() {
        longAgo(created);
        assertThat(nudgedWhileTheQueueIsFull()).isEmpty();

        // Younger, but it was on its way before anybody knew that the other one is quiet.
        longAgo(reserve(order("not-much-younger", "prepaid", PRICE)));
        jdbc.sql("update orders set created_at = created_at - interval '1 hour' where number = 'not-much-younger'")
                .update();
        assertThat(nudgedWhileTheQueueIsFull()).isEmpty();

        reserve(order("younger", "prepaid", PRICE));
        jdbc.sql("update orders set lane = 'priority' where number = 'younger'").update();
        assertThat(nudgedWhileTheQueueIsFull())
                .as("the other lane may overtake")
                .isEmpty();

        jdbc.sql("delete from passed_orders").update();
        jdbc.sql("update orders set lane = 'normal' where number = 'younger'").update();
        assertThat(nudgedWhileTheQueueIsFull())
                .extracting(entry -> entry.message().type())
                .contains("order.created");
        assertThat(told()).singleElement().asString().startsWith("order_moving of created");
    }

    @Test
    void nudgesNobodyInABacklogOfAHundredThousandOrders() {
        jdbc.sql(
                        """
                        insert into orders (id, number, request_hash, lane, status, customer_id, ship_to, country, category,
                            currency, total, payment_method, created_at, moved_at, promised_by)
                        select gen_random_uuid(), 'backlog-' || n, 'h', case n % 10 when 0 then 'priority' else 'normal' end,
                            case n % 2 when 0 then 'RECEIVED' else 'CREATED' end, 'c', '{}', 'gb', 'other', 'GBP', 1, 'cod',
                            now() - interval '1 hour' + n * interval '1 millisecond',
                            now() - interval '1 hour' + n * interval '1 millisecond', now()
                        from generate_series(1, 100000) n
                        """)
                .update();
        Map<String, Long> full =
                Map.of("order_queue", 45_000L, "priority_order_queue", 5_000L, "inventory_queue", 50_000L);

        for (int i = 0; i < 4; i++) {
            watchdog.look(full);
            // The backlog goes on, oldest first.
            jdbc.sql(
                            """
                            with first as (
                                update orders set status = 'RESERVED', moved_at = now() where id in (
                                    select id from orders where status = 'CREATED' and number like 'backlog-%'
                                    order by moved_at limit 100) returning id)
                            insert into outcomes (order_id, step, void, messages) select id, 'reserve', false, '[]' from first
                            """)
                    .update();
            aWhileLater("violations", "since");
            assertThat(watchdog.queues())
                    .containsExactlyInAnyOrder("order_queue", "priority_order_queue", "inventory_queue", "audit_queue");
        }

        assertThat(watchdog.nudge()).isEmpty();
        assertThat(count("violations where invariant = 'order_moving'")).isZero();
        assertThat(count("nudges")).isZero();
    }

    @Test
    void nudgesTenInASecondAndEachOnceInTenMinutes() {
        List<UUID> lost = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            lost.add(create(order("lost-" + i, "prepaid", PRICE)));
        }
        jdbc.sql("delete from outbox").update();
        lost.forEach(this::longAgo);
        lookUntilTold(EMPTY);

        assertThat(nudgedOrders(watchdog.nudge())).hasSize(10);
        assertThat(watchdog.nudge()).as("in the same second").isEmpty();
        nextSecond();
        assertThat(nudgedOrders(watchdog.nudge())).hasSize(10);
        nextSecond();
        assertThat(nudgedOrders(watchdog.nudge())).hasSize(5);
        nextSecond();
        assertThat(watchdog.nudge()).as("all had theirs").isEmpty();
        assertThat(count("nudges")).isEqualTo(25);

        jdbc.sql("delete from outbox").update();
        aWhileLater("nudges", "nudged_at");
        watchdog.look(EMPTY);
        assertThat(nudgedOrders(watchdog.nudge())).as("after ten minutes").hasSize(10);
    }

    @Test
    void leavesItWhenTheOrderMovedOnJustBeforeTheNudge() {
        longAgo(created);
        lookUntilTold(EMPTY);

        reserve(created);

        assertThat(watchdog.nudge()).isEmpty();
        watchdog.look(EMPTY);
        assertThat(count("violations")).as("and says that it moves again").isZero();
    }

    @Test
    void goesOnTellingAnOrderThatANudgeDidNotMoveWithoutTellingItTwice() {
        longAgo(created);
        lookUntilTold(EMPTY);
        assertThat(watchdog.nudge()).hasSize(2);

        assertThat(watchdog.look(Map.of("inventory_queue", 1L)))
                .as("the message of the nudge may be in the queue")
                .isEmpty();
        assertThat(told()).hasSize(1);
        jdbc.sql("delete from outbox").update();
        assertThat(watchdog.look(Map.of())).as("nobody knows").isEmpty();
        assertThat(told()).hasSize(1);
    }

    @Test
    void tellsAnOrderOfWhichNothingIsRecordedThoughItCannotNudgeIt() {
        longAgo(created);
        jdbc.sql("delete from outcomes where order_id = ?").param(created).update();

        lookUntilTold(EMPTY);

        assertThat(told()).hasSize(1);
        assertThat(watchdog.nudge()).isEmpty();
    }

    private List<Outbox.Entry> stuckAndNudged() {
        lookUntilTold(EMPTY);
        return watchdog.nudge();
    }

    private void lookUntilTold(Map<String, Long> depths) {
        watchdog.look(depths);
        lookTwice(depths);
    }

    private List<Outbox.Entry> nudgedWhileTheQueueIsFull() {
        lookUntilTold(Map.of("inventory_queue", 5_000L));
        return watchdog.nudge();
    }

    private static List<String> nudgedOrders(List<Outbox.Entry> entries) {
        return entries.stream()
                .map(entry -> entry.message().correlationId())
                .distinct()
                .toList();
    }

    private void nextSecond() {
        jdbc.sql("update nudges set nudged_at = nudged_at - interval '1 second'")
                .update();
    }

    private void longAgo(UUID order) {
        jdbc.sql("update orders set moved_at = moved_at - interval '1 hour' where id = ?")
                .param(order)
                .update();
        jdbc.sql("update outcomes set recorded_at = recorded_at - interval '1 hour' where order_id = ?")
                .param(order)
                .update();
    }

    private UUID id(String number) {
        return jdbc.sql("select id from orders where number = ?")
                .param(number)
                .query(UUID.class)
                .single();
    }

    /** What the order's last step sent, or null when it took none yet. */
    private List<OutgoingMessage> recorded(UUID order) {
        return jdbc.sql("select step from outcomes where order_id = ? order by recorded_at desc limit 1")
                .param(order)
                .query(String.class)
                .optional()
                .map(step -> outcomes.find(order, step).orElseThrow().messages())
                .orElse(null);
    }
}
