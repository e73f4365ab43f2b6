package org.orderway.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

        Map<String, Object> report = report();
        assertThat(report).containsEntry("orders", 1L);
        assertThat(report.get("byStatus")).isEqualTo(Map.of("FAILED", 1L));
        assertThat(report.get("byReason")).isEqualTo(Map.of("out_of_stock", 1L));
        assertThat(report.get("byCountry")).isEqualTo(Map.of("GB", 1L));
        assertThat(report.get("byCategory")).isEqualTo(Map.of("other", 1L));
        assertThat(report.get("revenue")).isEqualTo(List.of());
    }

    @Test
    void anOlderEndDoesNotReplaceALaterOne() {
        analytics.ended(at("2026-11-20T10:00:05Z", "SHIPPED"));
        analytics.ended(at("2026-11-20T10:00:01Z", "FAILED"));

        assertThat(report().get("byStatus")).isEqualTo(Map.of("SHIPPED", 1L));
        assertThat(report().get("byReason"))
                .as("what is shipped has not failed")
                .isEqualTo(Map.of());
    }

    @Test
    void addsMoneyByCurrencyAndLeavesFailedOrdersOut() {
        for (int i = 0; i < 3; i++) {
            analytics.created(event("order.analytics.created", UUID.randomUUID(), Map.of("total", 0.1)));
        }
        analytics.created(event("order.analytics.created", UUID.randomUUID(), Map.of("total", 5, "currency", "EUR")));
        analytics.ended(event("order.analytics.ended", UUID.randomUUID(), Map.of("total", 100)));

        assertThat(report().get("revenue"))
                .isEqualTo(List.of(
                        Map.of("currency", "EUR", "amount", new BigDecimal("5")),
                        Map.of("currency", "GBP", "amount", new BigDecimal("0.3"))));
        assertThat(report()).containsEntry("orders", 5L);
    }

    @ParameterizedTest
    @CsvSource({
        "minute, 2026-11-20T10:00:00Z=2 2026-11-20T10:01:00Z=1 2026-11-20T11:00:00Z=1",
        "hour, 2026-11-20T10:00:00Z=3 2026-11-20T11:00:00Z=1",
        "day, 2026-11-20T00:00:00Z=4"
    })
    void aLateMessageLandsInItsOwnMinuteHourAndDay(String by, String rows) {
        placedAt("2026-11-20T11:00:00Z");
        placedAt("2026-11-20T10:00:59.999999Z");
        placedAt("2026-11-20T10:01:00Z");
        placedAt("2026-11-20T10:00:00Z");

        Map<String, Object> report =
                analytics.report(Map.of("by", by, "from", "2026-11-20T00:00:00Z", "to", "2026-11-21T00:00:00Z"));

        assertThat(rows(report))
                .extracting(row -> row.get("time") + "=" + row.get("orders"))
                .containsExactly(rows.split(" "));
        assertThat(report).containsEntry("orders", 4L).containsEntry("by", by);
    }

    @Test
    void aReportHoldsItsBeginningAndNotItsEnd() {
        placedAt("2026-11-20T10:00:00Z");
        placedAt("2026-11-20T10:05:00Z");
        placedAt("2026-11-20T10:10:00Z");

        assertThat(analytics.report(
                        Map.of("by", "minute", "from", "2026-11-20T11:05:00+01:00", "to", "2026-11-20T10:10:00Z")))
                .containsEntry("orders", 1L)
                .containsEntry("from", "2026-11-20T10:05:00Z");
    }

    @Test
    void aRetryCountsOnceInItsMinuteByQueue() {
        for (String retry : List.of("a_queue m-1 0 1", "a_queue m-1 0 2", "a_queue m-1 1 1", "b_queue m-1 0 1")) {
            String[] words = retry.split(" ");
            jdbc.sql(
                            "insert into retried values (?, ?, cast(? as int), cast(? as int), 'order.shipped', '2026-11-20T10:07:30Z')")
                    .params((Object[]) words)
                    .update();
        }
        placedAt("2026-11-20T10:00:00Z");

        Map<String, Object> report =
                analytics.report(Map.of("by", "minute", "from", "2026-11-20T00:00:00Z", "to", "2026-11-21T00:00:00Z"));

        assertThat(report.get("retries")).isEqualTo(Map.of("a_queue", 3L, "b_queue", 1L));
        assertThat(rows(report))
                .filteredOn(row -> row.get("time").equals("2026-11-20T10:07:00Z"))
                .singleElement()
                .satisfies(row -> assertThat(row.get("orders")).isEqualTo(0L))
                .satisfies(row -> assertThat(row.get("retries")).isEqualTo(Map.of("a_queue", 3L, "b_queue", 1L)));
    }

    @Test
    void theTableSaysTheSameLineByLine() {
        analytics.created(event(
                "order.analytics.created",
                order,
                Map.of("total", 2.5, "placedAt", "2026-11-20T10:00:59Z", "country", "in", "category", "toys")));

        assertThat(analytics.table(
                        Map.of("by", "minute", "from", "2026-11-20T00:00:00Z", "to", "2026-11-21T00:00:00Z")))
                .extracting(line -> String.join(",", line))
                .containsExactly(
                        "time,figure,of,value",
                        "2026-11-20T10:00:00Z,byCategory,toys,1",
                        "2026-11-20T10:00:00Z,byCountry,IN,1",
                        "2026-11-20T10:00:00Z,byLane,normal,1",
                        "2026-11-20T10:00:00Z,byPaymentMethod,prepaid,1",
                        "2026-11-20T10:00:00Z,byStatus,CREATED,1",
                        "2026-11-20T10:00:00Z,orders,,1",
                        "2026-11-20T10:00:00Z,revenue,GBP,2.5");
    }

    @ParameterizedTest
    @CsvSource({
        "minute, 2026-11-20T00:00:00Z, 2026-11-20T00:00:00Z",
        "hour, 2026-11-20T00:00:00Z, 2026-11-19T00:00:00Z",
        "minute, 2026-11-19T00:00:00Z, 2026-11-20T01:01:00Z",
        "hour, 2026-01-01T00:00:00Z, 2026-11-20T00:00:00Z",
        "day, 0001-01-01T00:00:00Z, 2026-11-20T00:00:00Z"
    })
    void aReportIsRefusedThatWouldEndBeforeItBeginsOrNeverEnd(String by, String from, String to) {
        assertThatThrownBy(() -> analytics.report(Map.of("by", by, "from", from, "to", to)))
                .isInstanceOf(BadRange.class);
    }

    private void placedAt(String time) {
        analytics.created(event("order.analytics.created", UUID.randomUUID(), Map.of("placedAt", time)));
    }

    private Map<String, Object> report() {
        return analytics.report(Map.of("from", "2026-11-20T00:00:00Z", "to", "2026-11-21T00:00:00Z"));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> rows(Map<String, Object> report) {
        return (List<Map<String, Object>>) report.get("rows");
    }

    private Event at(String time, String status) {
        return event("order.analytics.ended", order, Map.of("occurredAt", time, "status", status));
    }
}
