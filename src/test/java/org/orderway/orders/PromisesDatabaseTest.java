package org.orderway.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.messages.Outbox;
import org.orderway.messages.Outcome;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

/** The settings as they are shipped: 30 and 2 minutes, 5 minutes of slack, half of the priority lane and 10 at least. */
class PromisesDatabaseTest extends DatabaseTest {

    private static final Duration SOON = Duration.ofMinutes(4);

    @Autowired
    private Promises promises;

    @Autowired
    private Orders orders;

    @Autowired
    private OrderProcessing processing;

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);

    @BeforeEach
    void anArticle() {
        jdbc.sql("insert into products (sku, name, category, price, currency, stocked)"
                        + " values ('A', 'A', 'x', 1, 'GBP', false)")
                .update();
    }

    @Test
    void anOrderIsPromisedWhatItSaysOrWhatTheSettingsSayOfItsLane() {
        Order normal = find(accept("normal", null));
        Order priority = find(accept("priority", null));
        Order own = find(accept("normal", now.plus(Duration.ofDays(3))));

        assertThat(normal.promisedBy()).isEqualTo(normal.createdAt().plus(Duration.ofMinutes(30)));
        assertThat(priority.promisedBy()).isEqualTo(priority.createdAt().plus(Duration.ofMinutes(2)));
        assertThat(own.promisedBy()).isEqualTo(now.plus(Duration.ofDays(3)));
    }

    @Test
    void aNormalOrderWhoseTimeRunsOutIsPlacedOnceMoreIntoThePriorityLane() {
        UUID late = accept("normal", now.plus(SOON));
        UUID early = accept("normal", null);
        UUID underWay = accept("normal", now.plus(SOON));
        Outcome first = processing.create(underWay);
        UUID own = accept("priority", null);

        List<Outbox.Entry> placed = promises.promote();

        assertThat(placed).singleElement().satisfies(entry -> {
            assertThat(entry.message().type()).isEqualTo("order.placed");
            assertThat(entry.message().routingKey()).isEqualTo("order.priority.gb.other");
            assertThat(entry.message().correlationId()).isEqualTo(late.toString());
            assertThat(new String(entry.message().body())).contains("\"lane\":\"priority\"");
        });
        assertThat(find(late).lane()).isEqualTo("priority");
        assertThat(find(late).promotedAt()).isNotNull();
        assertThat(List.of(find(early).lane(), find(underWay).lane())).containsOnly("normal");
        assertThat(find(own).promotedAt()).isNull();
        assertThat(promises.promote()).as("moved once").isEmpty();
        // Both its messages find it set going, the second one as the first one left it.
        Outcome created = processing.create(late);
        assertThat(processing.create(late)).usingRecursiveComparison().isEqualTo(created);
        assertThat(first.messages()).hasSameSizeAs(created.messages());
    }

    @Test
    void whatIsPromisedFirstIsMovedFirst() {
        List<UUID> all = IntStream.range(0, 12)
                .mapToObj(n -> accept("normal", now.plusSeconds(100 - n)))
                .toList();

        promises.promote();

        assertThat(all.subList(2, 12))
                .allSatisfy(id -> assertThat(find(id).lane()).isEqualTo("priority"));
        assertThat(all.subList(0, 2))
                .allSatisfy(id -> assertThat(find(id).lane()).isEqualTo("normal"));
    }

    @Test
    void noMoreThanItsShareOfThePriorityLaneIsWhatWasMovedThere() {
        List<UUID> own = several(14, "priority", null);
        several(40, "normal", now.plus(SOON));

        List<Outbox.Entry> moved = promises.promote();
        assertThat(moved).as("half of the lane").hasSize(14);
        assertThat(promises.promote()).as("the lane is shared out").isEmpty();

        moved.subList(0, 4).forEach(entry -> processing.create(order(entry)));
        assertThat(promises.promote()).as("as many as went on").hasSize(4);

        own.forEach(processing::create);
        assertThat(promises.promote()).as("its own orders are gone").isEmpty();
        moved.subList(4, 10).forEach(entry -> processing.create(order(entry)));
        assertThat(promises.promote()).as("there may always be ten").hasSize(2);
    }

    @Test
    void instancesThatLookAtTheSameMomentDoNotFillTheRoomTwice() throws Exception {
        several(40, "normal", now.plus(SOON));

        List<List<Outbox.Entry>> moved = together(Collections.nCopies(4, promises::promote));

        assertThat(moved.stream().mapToInt(List::size).sum()).isEqualTo(10);
    }

    @Test
    void anOrderThatIsBeingSetGoingIsNotWaitedFor() throws Exception {
        UUID inHand = accept("normal", now.plus(SOON));
        UUID waiting = accept("normal", now.plus(SOON));

        transaction.executeWithoutResult(begun -> {
            orders.lock(inHand);
            try {
                List<Callable<List<Outbox.Entry>>> look = List.of(promises::promote);
                assertThat(together(look).get(0))
                        .extracting(PromisesDatabaseTest::order)
                        .containsExactly(waiting);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void itIsToldOnceThatAnOrderIsLate() {
        UUID late = accept("normal", now.minusSeconds(1));
        UUID inTime = accept("normal", null);
        Instant moved = movedAt(late);
        for (String end : List.of("SHIPPED", "DELIVERED", "CANCELLING", "CANCELLED", "FAILED", "RETURNED")) {
            status(accept("normal", now.minusSeconds(1)), end);
        }

        List<Outbox.Entry> told = promises.delayed();

        assertThat(told).singleElement().satisfies(entry -> {
            assertThat(entry.message().routingKey()).isEqualTo("order.delayed");
            assertThat(new String(entry.message().body()))
                    .contains("\"orderId\":\"" + late + "\"", "\"promisedBy\":\"" + now.minusSeconds(1) + "\"")
                    .doesNotContain("Ada");
        });
        assertThat(promises.delayed()).isEmpty();
        assertThat(movedAt(late)).as("being late is no step").isEqualTo(moved);
        jdbc.sql("update orders set promised_by = ? where id = ?")
                .params(Timestamp.from(now.minusSeconds(1)), inTime)
                .update();
        assertThat(promises.delayed()).extracting(PromisesDatabaseTest::order).containsExactly(inTime);
    }

    @Test
    void anOrderWithoutAWishIsKnownAgainByTheHashOfBefore() throws Exception {
        assertThat(mapper.writeValueAsString(request("S-1"))).doesNotContain("promiseBy");
    }

    private List<UUID> several(int number, String lane, Instant promiseBy) {
        return IntStream.range(0, number).mapToObj(n -> accept(lane, promiseBy)).toList();
    }

    private UUID accept(String lane, Instant promiseBy) {
        OrderRequest some = request(null);
        OrderRequest request = new OrderRequest(
                null,
                lane.equals("priority"),
                some.customer(),
                some.shipTo(),
                some.payment(),
                some.currency(),
                some.lines(),
                promiseBy,
                false);
        return intake.accept(request, List.of(line(1, "A", 1)), lane, null).id();
    }

    private Order find(UUID id) {
        return orders.find(id).orElseThrow();
    }

    private Instant movedAt(UUID id) {
        return jdbc.sql("select moved_at from orders where id = ?")
                .param(id)
                .query(Timestamp.class)
                .single()
                .toInstant();
    }

    private static UUID order(Outbox.Entry entry) {
        return UUID.fromString(entry.message().correlationId());
    }
}
