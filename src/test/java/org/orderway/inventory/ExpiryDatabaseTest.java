package org.orderway.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Outbox;
import org.orderway.orders.OrderProcessing;
import org.orderway.orders.OrderRequest;
import org.orderway.payment.Charge;
import org.orderway.payment.Payment;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

/** Reservations that nobody pays for run out, once, and never under a payment that is being made. */
class ExpiryDatabaseTest extends DatabaseTest {

    @Autowired
    private Expiry expiry;

    @Autowired
    private OrderProcessing processing;

    @Autowired
    private Inventory inventory;

    @Autowired
    private Payment payment;

    @BeforeEach
    void anArticle() {
        jdbc.sql(
                        """
                        insert into products (sku, name, category, price, currency, stocked, received, on_hand)
                        values ('A', 'A', 'x', 1, 'GBP', true, 1000, 1000)
                        """)
                .update();
    }

    @Test
    void anOrderThatIsNotPaidWithinADayIsCancelledAndItsStockGivenBackOnce() {
        UUID order = reserved("N-1");
        UUID young = reserved("N-2");
        aDayAgo(order);
        jdbc.sql("update orders set moved_at = now() - interval '23 hours' where id = ?")
                .param(young)
                .update();

        List<Outbox.Entry> told = expiry.expire();

        assertThat(told)
                .extracting(entry -> entry.message().type())
                .containsExactly("order.cancelled", "order.analytics.ended");
        assertThat(new String(told.get(0).message().body(), StandardCharsets.UTF_8))
                .contains("\"reason\":\"payment_expired\"")
                .contains("\"refund\":0");
        assertThat(statusOf(order)).isEqualTo("CANCELLED");
        assertThat(jdbc.sql("select reason from orders where id = ?")
                        .param(order)
                        .query(String.class)
                        .single())
                .isEqualTo("payment_expired");
        assertThat(statusOf(young)).isEqualTo("RESERVED");
        for (int delivery = 0; delivery < 2; delivery++) {
            inventory.restock(event("order.cancelled", order, Map.of()));
        }
        assertThat(held()).as("that of the young order").isEqualTo(2);
        assertThat(expiry.expire()).isEmpty();
        assertThat(payment.intend(event("payment.requested", order, Map.of()))
                        .outcome()
                        .isVoid())
                .as("a payment that comes after all")
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cod",
                "paid",
                "an open charge",
                "an open review",
                "a review decided today",
                "a dead letter",
                "a dead letter sent again today",
                "a message waiting for its retry"
            })
    void anOrderThatIsNotForgottenIsLeftAlone(String why) {
        UUID order = reserved("N-1");
        aDayAgo(order);
        switch (why) {
            case "cod" ->
                jdbc.sql("update orders set payment_method = 'cod' where id = ?")
                        .param(order)
                        .update();
            case "paid" -> {
                Charge charge = payment.intend(event("payment.requested", order, Map.of()));
                payment.settle(charge, mapper.valueToTree(Map.of("status", "captured", "chargeId", "ch-1")));
                aDayAgo(order);
            }
            case "an open charge" -> payment.intend(event("payment.requested", order, Map.of()));
            case "an open review" -> hasReview(order, "open");
            case "a review decided today" -> hasReview(order, "approved");
            case "a dead letter" -> hasDeadLetter(order, "prepaid_payment_queue");
            case "a dead letter sent again today" -> {
                hasDeadLetter(order, "prepaid_payment_queue");
                jdbc.sql("update dead_letters set state = 'replayed', closed_at = now()")
                        .update();
            }
            default -> waitsForRetry(order, "prepaid_payment_queue", Duration.ofMinutes(5));
        }
        String before = statusOf(order);

        assertThat(expiry.expire()).isEmpty();
        assertThat(statusOf(order)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a letter sent again long ago", "a review decided long ago", "a charge that never happened"})
    void anOrderWithNothingButAPastRunsOut(String what) {
        UUID order = reserved("N-1");
        aDayAgo(order);
        switch (what) {
            case "a letter sent again long ago" -> {
                hasDeadLetter(order, "prepaid_payment_queue");
                jdbc.sql("update dead_letters set state = 'replayed', closed_at = now() - interval '25 hours'")
                        .update();
            }
            case "a review decided long ago" -> {
                hasReview(order, "approved");
                jdbc.sql("update fraud_reviews set closed_at = now() - interval '25 hours'")
                        .update();
            }
            default -> {
                payment.intend(event("payment.requested", order, Map.of()));
                jdbc.sql("update effects set known_at = now(), result = '{\"status\": \"never_happened\"}'")
                        .update();
            }
        }

        expiry.expire();

        assertThat(statusOf(order)).isEqualTo("CANCELLED");
    }

    @Test
    void severalInstancesTakeDifferentOrdersAndNoneTwice() throws Exception {
        List<UUID> orders =
                IntStream.range(0, 30).mapToObj(i -> reserved("N-" + i)).toList();
        orders.forEach(this::aDayAgo);
        Callable<List<Outbox.Entry>> look = expiry::expire;

        List<Outbox.Entry> told = together(List.of(look, look, look, look)).stream()
                .flatMap(List::stream)
                .toList();

        assertThat(told).hasSize(60);
        assertThat(told.stream().map(entry -> entry.message().id())).doesNotHaveDuplicates();
        assertThat(orders).allSatisfy(order -> assertThat(statusOf(order)).isEqualTo("CANCELLED"));
    }

    @Test
    void ofAPaymentAndTheExpiryAtTheSameMomentOneWins() throws Exception {
        List<UUID> orders =
                IntStream.range(0, 40).mapToObj(i -> reserved("N-" + i)).toList();
        orders.forEach(this::aDayAgo);
        List<Callable<Object>> race = new ArrayList<>();
        race.add(() -> {
            for (int look = 0; look < 40; look++) {
                expiry.expire();
            }
            return "expired";
        });
        race.add(() -> {
            orders.forEach(order -> payment.intend(event("payment.requested", order, Map.of())));
            return "intended";
        });

        together(race);

        assertThat(orders).allSatisfy(order -> {
            boolean charging = jdbc.sql("select exists (select 1 from effects where order_id = ? and kind = 'charge')")
                    .param(order)
                    .query(Boolean.class)
                    .single();
            assertThat(statusOf(order)).isEqualTo(charging ? "RESERVED" : "CANCELLED");
        });
    }

    @Test
    void anOrderWhosePaymentIsBeingBegunIsPassedOver() throws Exception {
        UUID order = reserved("N-1");
        aDayAgo(order);
        Callable<Object> charge = () -> transaction.execute(open -> {
            payment.intend(event("payment.requested", order, Map.of()));
            return expiredElsewhere();
        });

        assertThat(together(List.of(charge))).containsExactly(List.of());
        assertThat(statusOf(order)).isEqualTo("RESERVED");
    }

    /** What another instance expires while this transaction is open. */
    private Object expiredElsewhere() {
        Callable<List<Outbox.Entry>> look = expiry::expire;
        try {
            return together(List.of(look)).get(0);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private UUID reserved(String number) {
        OrderRequest some = request(number);
        UUID id = intake.accept(some, List.of(line(1, "A", 2)), "normal", null).id();
        processing.create(id);
        inventory.reserve(event("order.created", id, Map.of()));
        assertThat(statusOf(id)).isEqualTo("RESERVED");
        return id;
    }

    private void aDayAgo(UUID order) {
        jdbc.sql("update orders set moved_at = now() - interval '25 hours' where id = ?")
                .param(order)
                .update();
    }

    private long held() {
        return jdbc.sql("select reserved from products where sku = 'A'")
                .query(Long.class)
                .single();
    }
}
