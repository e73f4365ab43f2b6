package org.orderway.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.orderway.messages.Outcome;
import org.orderway.messages.Outcomes;

/** What an event says, or the catalogue says later, is held against the order itself. */
class DisbeliefTest {

    private static final UUID ID = UUID.randomUUID();

    private final Orders orders = mock();
    private final Outcomes outcomes = mock();
    private final Steps steps = new Steps(orders, outcomes);

    @ParameterizedTest
    @EnumSource(names = {"CREATED", "RESERVED", "PAID", "SHIPPED", "CANCELLING"})
    void anOrderOnItsWayKeepsItsGoodsWhenSomebodySaysThatItFailed(OrderStatus onItsWay) {
        when(orders.lock(ID)).thenReturn(order(onItsWay, BigDecimal.ONE));
        when(outcomes.find(ID, "restock")).thenReturn(Optional.empty());

        assertThatThrownBy(() -> steps.compensate(ID, "restock", order -> Outcome.SILENT))
                .isInstanceOf(IllegalTransition.class);
        verify(outcomes, never()).record(any(), any(), any());
    }

    @Test
    void aFailedOrderGivesItsGoodsBack() {
        when(orders.lock(ID)).thenReturn(order(OrderStatus.FAILED, BigDecimal.ONE));
        when(outcomes.find(ID, "restock")).thenReturn(Optional.empty());

        assertThat(steps.compensate(ID, "restock", order -> Outcome.SILENT)).isEqualTo(Outcome.SILENT);
        verify(outcomes).record(ID, "restock", Outcome.SILENT);
    }

    @Test
    void anArticleWhosePriceIsNotInTheTotalIsNotGivenAway() {
        Articles catalogue = mock();
        OrderEvents events = mock();
        Order order = order(OrderStatus.RECEIVED, null);
        when(orders.lock(ID)).thenReturn(order);
        when(outcomes.find(ID, "create")).thenReturn(Optional.empty());
        when(catalogue.of(List.of("LATE"))).thenReturn(List.of(new Article("LATE", "other", BigDecimal.TEN, "GBP")));
        when(events.failed(any(), any(), any())).thenReturn(Outcome.SILENT);

        new OrderProcessing(steps, orders, events, catalogue).create(ID);

        verify(events).failed(order, "unknown_sku", java.util.Map.of("unknown", List.of("LATE")));
    }

    private static Order order(OrderStatus status, BigDecimal price) {
        return new Order(
                ID,
                "W-1",
                "normal",
                status,
                null,
                PaymentState.NONE,
                FulfilmentState.NONE,
                null,
                null,
                "gb",
                "other",
                "GBP",
                BigDecimal.ZERO,
                "prepaid",
                "tok",
                BigDecimal.ZERO,
                BigDecimal.ZERO,
                Instant.EPOCH,
                Instant.EPOCH,
                null,
                false,
                List.of(new OrderLine(1, "LATE", 1, price, "other")));
    }
}
