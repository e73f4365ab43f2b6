package org.orderway.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.IllegalTransactionStateException;

class StepsDatabaseTest extends DatabaseTest {

    @Autowired
    private Steps steps;

    @Autowired
    private Orders orders;

    @Autowired
    private OrderEvents events;

    @Autowired
    private OrderProcessing processing;

    @Autowired
    private Effects effects;

    private final AtomicInteger worked = new AtomicInteger();
    private UUID order;

    @BeforeEach
    void anOrder() {
        order = placed("S-1", line(1, "A", 2));
    }

    @Test
    void aSecondDeliveryGetsTheSameMessagesByteForByte() {
        jdbc.sql(
                        "insert into products (sku, name, category, price, currency, stocked) values ('A','A','x',1,'GBP',false)")
                .update();
        Outcome first = processing.create(order);
        Outcome second = processing.create(order);

        assertThat(first.messages())
                .extracting(OutgoingMessage::type)
                .containsExactly("order.created", "order.analytics.created");
        assertThat(second).usingRecursiveComparison().isEqualTo(first);
        assertThat(statusOf(order)).isEqualTo("CREATED");
        assertThat(count("outcomes")).isEqualTo(1);
    }

    @Test
    void anOrderOfAnUnknownArticleFailsAndSaysSo() {
        Outcome refused = processing.create(order);

        assertThat(refused.messages())
                .extracting(OutgoingMessage::type)
                .containsExactly("order.failed", "order.analytics.ended");
        assertThat(orders.find(order).orElseThrow().reason()).isEqualTo("unknown_sku");
    }

    @Test
    void workIsDoneOnceHoweverManyDeliveriesThereAre() throws Exception {
        Callable<Outcome> delivery = () -> steps.once(order, "step", o -> {
            worked.incrementAndGet();
            return Outcome.of(message());
        });

        List<Outcome> outcomes = together(Collections.nCopies(8, delivery));

        assertThat(worked).hasValue(1);
        assertThat(outcomes)
                .allSatisfy(o -> assertThat(o).usingRecursiveComparison().isEqualTo(outcomes.get(0)));
    }

    @Test
    void aStepThatWaitedForAnotherSeesTheLinesAsThatOneLeftThem() throws Exception {
        CyclicBarrier locked = new CyclicBarrier(2);
        Callable<Integer> first = () -> {
            steps.once(order, "first", o -> {
                meet(locked);
                await().until(() -> jdbc.sql(
                                        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
                                .query(Integer.class)
                                .single()
                        == 1);
                jdbc.sql("update order_lines set shipped = 1 where order_id = ?")
                        .param(o.id())
                        .update();
                return Outcome.SILENT;
            });
            return 0;
        };
        Callable<Integer> second = () -> {
            meet(locked);
            AtomicInteger seen = new AtomicInteger();
            steps.once(order, "second", o -> {
                seen.set(o.lines().get(0).tally().shipped());
                return Outcome.SILENT;
            });
            return seen.get();
        };

        assertThat(together(List.of(first, second))).containsExactly(0, 1);
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (Exception alone) {
            throw new IllegalStateException(alone);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CANCELLED", "FAILED", "RETURNED"})
    void aStepForwardIsVoidOnAnOrderThatCameToNothing(String status) {
        status(order, status);

        Outcome outcome = steps.once(order, "step", o -> {
            worked.incrementAndGet();
            return Outcome.of(message());
        });

        assertThat(outcome.isVoid()).isTrue();
        assertThat(outcome.messages()).isEmpty();
        assertThat(worked).hasValue(0);
        assertThat(statusOf(order)).isEqualTo(status);
        assertThat(steps.<String>intend(order, "outside", done -> "settled", o -> "call"))
                .isEqualTo("settled");
        assertThat(steps.compensate(order, "make good", o -> Outcome.of(message()))
                        .messages())
                .hasSize(1);
    }

    @Test
    void aStepThatFailsLeavesNothingBehind() {
        assertThatThrownBy(() -> steps.once(order, "step", o -> {
                    orders.advance(o, OrderStatus.CREATED);
                    throw new IllegalStateException("bug");
                }))
                .hasMessage("bug");

        assertThat(statusOf(order)).isEqualTo("RECEIVED");
        assertThat(count("outcomes")).isZero();
    }

    @Test
    void aStateNeverMovesAgainstItsArrows() {
        assertThatThrownBy(() -> steps.once(order, "step", o -> {
                    orders.shipped(o);
                    return Outcome.SILENT;
                }))
                .isInstanceOf(IllegalTransition.class);
        assertThat(statusOf(order)).isEqualTo("RECEIVED");
    }

    @Test
    void anOrderThatIsNotThereIsUnknownAndALockNeedsATransaction() {
        assertThatThrownBy(() -> steps.once(UUID.randomUUID(), "step", o -> Outcome.SILENT))
                .isInstanceOf(UnknownOrder.class);
        assertThatThrownBy(() -> orders.lock(order)).isInstanceOf(IllegalTransactionStateException.class);
    }

    @Test
    void anIntentThatIsFoundOpenIsInDoubtAndAKnownResultIsNeverOverwritten() {
        Effects.Intent fresh = effects.intend("charge-1", "charge", order);
        Effects.Intent found = effects.intend("charge-1", "charge", order);

        assertThat(fresh.isNew()).isTrue();
        assertThat(found.isNew()).isFalse();
        assertThat(found.isKnown()).isFalse();
        assertThat(found.since()).isEqualTo(fresh.since());
        effects.known("charge-1", mapper.valueToTree(Map.of("status", "captured")));
        effects.known("charge-1", mapper.valueToTree(Map.of("status", "declined")));
        assertThat(effects.intend("charge-1", "charge", order).isKnown()).isTrue();
        assertThat(jdbc.sql("select result ->> 'status' from effects")
                        .query(String.class)
                        .single())
                .isEqualTo("captured");
    }

    private OutgoingMessage message() {
        return new OutgoingMessage(
                "order_events",
                "order.created",
                UUID.randomUUID().toString(),
                "order.created",
                order.toString(),
                Instant.parse("2026-11-20T10:00:00.123Z"),
                "application/json",
                Map.of(),
                "{\"a\":  1.50}".getBytes());
    }
}
