package org.orderway.finance;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.testing.DatabaseTest;

class FinanceReportsDatabaseTest extends DatabaseTest {

    private static final Map<String, Object> DAY = Map.of("day", "2026-11-20");

    private FinanceReports reports;
    private UUID prepaid;
    private UUID cash;

    @BeforeEach
    void theMoneyOfADayInIndia() {
        // There a day begins at 18:30 of the day before in UTC.
        reports = reports("Asia/Kolkata");
        prepaid = placed("S-1", line(1, "A", 3));
        cash = placed("S-2", line(1, "A", 3));
        jdbc.sql("update orders set captured = 7.5, refunded = 2.5 where id = ?")
                .param(prepaid)
                .update();
        jdbc.sql("update orders set captured = 5, payment_method = 'cod' where id = ?")
                .param(cash)
                .update();
        jdbc.sql("insert into chargebacks (id, order_id, amount) values ('cb-1', ?, 1)")
                .param(prepaid)
                .update();
        entry(prepaid, "captured", "prepaid", "7.5", "2026-11-19T18:30:00Z");
        entry(prepaid, "refunded", "prepaid", "-2.5", "2026-11-20T10:00:00Z");
        entry(prepaid, "charged_back", "prepaid", "-1", "2026-11-20T18:29:59.999999Z");
        entry(cash, "collected", "cod", "5", "2026-11-20T12:00:00Z");
    }

    @Test
    void addsUpTheMoneyOfADayByCurrencyAndMethod() {
        entry(UUID.randomUUID(), "captured", "prepaid", "3", "2026-11-19T18:29:59.999999Z");
        entry(UUID.randomUUID(), "captured", "prepaid", "4", "2026-11-20T18:30:00Z");

        FinanceReports.Report report = reports.read(DAY);

        assertThat(report.from()).isEqualTo("2026-11-19T18:30:00Z");
        assertThat(report.zone()).isEqualTo("Asia/Kolkata");
        assertThat(report.lines())
                .usingRecursiveComparison()
                .withComparatorForType(BigDecimal::compareTo, BigDecimal.class)
                .isEqualTo(
                        List.of(line("cod", "0", "5", "0", "0", "5"), line("prepaid", "7.5", "0", "-2.5", "-1", "4")));
        assertThat(report.differences()).isEmpty();
    }

    @Test
    void aDayWithoutMoneyHasNoLines() {
        assertThat(reports.read(Map.of("day", "2026-11-10")).lines()).isEmpty();
    }

    @Test
    void withoutADayItIsTodayInItsZone() {
        assertThat(reports("Asia/Kolkata").read(Map.of()).day()).hasToString("2026-11-21");
        assertThat(reports("UTC").read(Map.of()).day()).hasToString("2026-11-20");
    }

    @Test
    void namesTheOrdersWhoseOwnBooksSayAnotherSum() {
        jdbc.sql("update orders set refunded = 3 where id = ?").param(prepaid).update();

        assertThat(reports.read(DAY).differences()).singleElement().satisfies(difference -> {
            assertThat(difference.number()).isEqualTo("S-1");
            assertThat(difference.ledger()).isEqualByComparingTo("4");
            assertThat(difference.payments()).isEqualByComparingTo("3.5");
        });
    }

    @Test
    void writesATableThatASpreadsheetReads() {
        assertThat(reports.table(reports.read(DAY)))
                .isEqualTo(
                        """
                        day,currency,method,captured,collected,refunded,chargedBack,net\r
                        2026-11-20,GBP,cod,0,5,0,0,5\r
                        2026-11-20,GBP,prepaid,7.5,0,-2.5,-1,4.0\r
                        """);
    }

    private FinanceReports reports(String zone) {
        Clock clock = Clock.fixed(Instant.parse("2026-11-20T20:00:00Z"), ZoneOffset.UTC);
        return new FinanceReports(jdbc, clock, ZoneId.of(zone));
    }

    private static FinanceReports.Line line(
            String method, String captured, String collected, String refunded, String chargedBack, String net) {
        return new FinanceReports.Line(
                "GBP",
                method,
                new BigDecimal(captured),
                new BigDecimal(collected),
                new BigDecimal(refunded),
                new BigDecimal(chargedBack),
                new BigDecimal(net));
    }

    private void entry(UUID order, String kind, String method, String amount, String at) {
        jdbc.sql(
                        """
                        insert into ledger_entries (event_id, order_id, payment_id, kind, method, currency, amount, occurred_at)
                        values (?, ?, 'p', ?, ?, 'GBP', ?, ?)
                        """)
                .params(
                        UUID.randomUUID().toString(),
                        order,
                        kind,
                        method,
                        new BigDecimal(amount),
                        Timestamp.from(Instant.parse(at)))
                .update();
    }
}
