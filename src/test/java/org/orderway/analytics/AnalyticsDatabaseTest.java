package org.orderway.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Event;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

class AnalyticsDatabaseTest extends DatabaseTest {

    @Autowired
    private Analytics analytics;

    private final UUID order = UUID.randomUUID();

    @ParameterizedTest
    @ValueSource(strings = {"c e", "e c", "c c e e", "e c e c"})
    void countsAnOrderOnceInWhateverOrderItsMessagesCome(String messages) {
        Event created = event("order.analytics.created", order, Map.of());
        Event ended = event("order.analytics.ended", order, Map.of());
        for (String message : messages.split(" ")) {
            if (message.equals("c")) {
                analytics.created(created);
            } else {
                analytics.ended(ended);
            }
        }

        Map<String, Object> report = analytics.report();
        assertThat(report).containsEntry("orders", 1L);
        assertThat(report.get("byStatus")).isEqualTo(Map.of("FAILED", 1L));
        assertThat(report.get("byReason")).isEqualTo(Map.of("out_of_stock", 1L));
        assertThat(report.get("byCountry")).isEqualTo(Map.of("GB", 1L));
        assertThat(report.get("revenue")).isEqualTo(List.of());
    }

    @Test
    void anOlderEndDoesNotReplaceALaterOne() {
        analytics.ended(at("2026-11-20T10:00:05Z", "SHIPPED"));
        analytics.ended(at("2026-11-20T10:00:01Z", "FAILED"));

        assertThat(analytics.report().get("byStatus")).isEqualTo(Map.of("SHIPPED", 1L));
    }

    @Test
    void addsMoneyByCurrencyAndLeavesFailedOrdersOut() {
        for (int i = 0; i < 3; i++) {
            analytics.created(event("order.analytics.created", UUID.randomUUID(), Map.of("total", 0.1)));
        }
        analytics.created(event("order.analytics.created", UUID.randomUUID(), Map.of("total", 5, "currency", "EUR")));
        analytics.ended(event("order.analytics.ended", UUID.randomUUID(), Map.of("total", 100)));

        assertThat(analytics.report().get("revenue"))
                .isEqualTo(List.of(
                        Map.of("currency", "EUR", "amount", new BigDecimal("5")),
                        Map.of("currency", "GBP", "amount", new BigDecimal("0.3"))));
        assertThat(analytics.report()).containsEntry("orders", 5L);
    }

    private Event at(String time, String status) {
        return event("order.analytics.ended", order, Map.of("occurredAt", time, "status", status));
    }
}
