package org.orderway.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every arrow there is, written down a second time; what is not here must not be possible. */
class StatesTest {

    private static final Map<String, Set<String>> ORDER = Map.ofEntries(
            Map.entry("RECEIVED", Set.of("CREATED", "FAILED", "CANCELLED")),
            Map.entry("CREATED", Set.of("RESERVED", "FAILED", "CANCELLED")),
            Map.entry("RESERVED", Set.of("PAID", "PAYMENT_DUE", "FAILED", "CANCELLING", "CANCELLED")),
            Map.entry("PAID", Set.of("SHIPPED", "FAILED", "CANCELLING", "CANCELLED")),
            Map.entry("PAYMENT_DUE", Set.of("SHIPPED", "FAILED", "CANCELLING", "CANCELLED")),
            Map.entry("CANCELLING", Set.of("CANCELLED", "SHIPPED", "FAILED")),
            Map.entry("SHIPPED", Set.of("DELIVERED", "RETURNED")),
            Map.entry("DELIVERED", Set.of("RETURNED")),
            Map.entry("CANCELLED", Set.of()),
            Map.entry("FAILED", Set.of()),
            Map.entry("RETURNED", Set.of()));

    private static final Map<String, Set<String>> PAYMENT = Map.of(
            "NONE", Set.of("AUTHORISED", "CAPTURED", "DUE"),
            "AUTHORISED", Set.of("CAPTURED", "NONE"),
            "CAPTURED", Set.of("PART_REFUNDED", "REFUNDED"),
            "DUE", Set.of("COLLECTED", "NONE"),
            "COLLECTED", Set.of("PART_REFUNDED", "REFUNDED"),
            "PART_REFUNDED", Set.of("PART_REFUNDED", "REFUNDED"),
            "REFUNDED", Set.of());

    private static final Map<String, Set<String>> FULFILMENT = Map.of(
            "NONE", Set.of("PREPARED", "PART", "SHIPPED"),
            "PREPARED", Set.of("PART", "SHIPPED"),
            "PART", Set.of("SHIPPED", "RETURNED"),
            "SHIPPED", Set.of("DELIVERED", "RETURNED"),
            "DELIVERED", Set.of("RETURNED"),
            "RETURNED", Set.of());

    @Test
    void anOrderMovesAlongItsArrowsOnly() {
        assertThat(OrderStatus.values()).extracting(Enum::name).containsExactlyInAnyOrderElementsOf(ORDER.keySet());
        for (OrderStatus from : OrderStatus.values()) {
            for (OrderStatus to : OrderStatus.values()) {
                assertThat(from.mayBecome(to))
                        .as(from + " to " + to)
                        .isEqualTo(ORDER.get(from.name()).contains(to.name()));
            }
        }
    }

    @Test
    void aPaymentMovesAlongItsArrowsOnly() {
        assertThat(PaymentState.values()).extracting(Enum::name).containsExactlyInAnyOrderElementsOf(PAYMENT.keySet());
        for (PaymentState from : PaymentState.values()) {
            for (PaymentState to : PaymentState.values()) {
                assertThat(from.mayBecome(to))
                        .as(from + " to " + to)
                        .isEqualTo(PAYMENT.get(from.name()).contains(to.name()));
            }
        }
    }

    @Test
    void aParcelMovesAlongItsArrowsOnly() {
        assertThat(FulfilmentState.values())
                .extracting(Enum::name)
                .containsExactlyInAnyOrderElementsOf(FULFILMENT.keySet());
        for (FulfilmentState from : FulfilmentState.values()) {
            for (FulfilmentState to : FulfilmentState.values()) {
                assertThat(from.mayBecome(to))
                        .as(from + " to " + to)
                        .isEqualTo(FULFILMENT.get(from.name()).contains(to.name()));
            }
        }
    }

    @Test
    void onlyAnOrderThatCameToNothingTakesNoFurtherStep() {
        for (OrderStatus status : OrderStatus.values()) {
            assertThat(status.isStopped())
                    .as(status.name())
                    .isEqualTo(Set.of("CANCELLED", "FAILED", "RETURNED").contains(status.name()));
        }
    }
}
