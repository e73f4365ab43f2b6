package org.orderway.finance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The ledger of a day, added up, and held against what the orders themselves say of their money. */
@Component("financeReports")
public class FinanceReports {

    private static final int MOST_DIFFERENCES = 100;

    private final JdbcClient jdbc;
    private final Clock clock;
    private final ZoneId zone;

    FinanceReports(JdbcClient jdbc, Clock clock, @Value("${orderway.finance.zone}") ZoneId zone) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.zone = zone;
    }

    /**
     * The money of a day in one currency by one payment method; what went out is negative.
     *
     * @param captured    by the gateway
     * @param collected   at the door
     * @param chargedBack taken back by customers' banks
     * @param net         all of it together
     */
    public record Line(
            String currency,
            String method,
            BigDecimal captured,
            BigDecimal collected,
            BigDecimal refunded,
            BigDecimal chargedBack,
            BigDecimal net) {}

    /** An order of the day of whose money the ledger says, over all days, another sum than the order itself. */
    public record Difference(String order, String number, String currency, BigDecimal ledger, BigDecimal payments) {}

    /**
     * The report of a day.
     *
     * @param from        its beginning; included
     * @param to          its end; not included
     * @param differences none when ledger and payments agree; a hundred at most
     */
    public record Report(
            LocalDate day, String zone, Instant from, Instant to, List<Line> lines, List<Difference> differences) {}

    /**
     * Reads the report of a day.
     *
     * @param parameters {@code day} as ISO 8601; today without
     */
    @Transactional(readOnly = true)
    public Report read(Map<String, Object> parameters) {
        LocalDate day = Optional.ofNullable((String) parameters.get("day"))
                .map(LocalDate::parse)
                .orElseGet(() -> LocalDate.now(clock.withZone(zone)));
        Instant from = day.atStartOfDay(zone).toInstant();
        Instant to = day.plusDays(1).atStartOfDay(zone).toInstant();
        return new Report(day, zone.getId(), from, to, lines(from, to), differences(from, to));
    }

    /** Whether the request wants a table: by its {@code format}, else by its {@code Accept}. */
    public boolean isTable(Map<String, Object> parameters, Map<String, Object> headers) {
        Object format = parameters.get("format");
        return format == null ? String.valueOf(headers.get("Accept")).startsWith("text/csv") : format.equals("csv");
    }

    /** The lines of a report as CSV. */
    public String table(Report report) {
        StringBuilder csv = new StringBuilder();
        try (CSVPrinter printer = new CSVPrinter(csv, CSVFormat.RFC4180)) {
            printer.printRecord("day", "currency", "method", "captured", "collected", "refunded", "chargedBack", "net");
            for (Line line : report.lines()) {
                List<Object> cells = new ArrayList<>(List.of(report.day(), line.currency(), line.method()));
                List.of(line.captured(), line.collected(), line.refunded(), line.chargedBack(), line.net())
                        .forEach(amount -> cells.add(amount.toPlainString()));
                printer.printRecord(cells);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return csv.toString();
    }

    private List<Line> lines(Instant from, Instant to) {
        return jdbc.sql(
                        """
                        select currency, method,
                            coalesce(sum(amount) filter (where kind = 'captured'), 0) as captured,
                            coalesce(sum(amount) filter (where kind = 'collected'), 0) as collected,
                            coalesce(sum(amount) filter (where kind = 'refunded'), 0) as refunded,
                            coalesce(sum(amount) filter (where kind = 'charged_back'), 0) as charged_back,
                            sum(amount) as net
                        from ledger_entries where occurred_at >= ? and occurred_at < ?
                        group by currency, method order by currency, method
                        """)
                .params(Timestamp.from(from), Timestamp.from(to))
                .query(Line.class)
                .list();
    }

    private List<Difference> differences(Instant from, Instant to) {
        return jdbc.sql(
                        """
                        select * from (
                            select o.id::text as "order", o.number, o.currency,
                                (select sum(amount) from ledger_entries where order_id = o.id) as ledger,
                                o.captured - o.refunded - (
                                    select coalesce(sum(amount), 0) from chargebacks where order_id = o.id) as payments
                            from orders o where o.id in (
                                select order_id from ledger_entries where occurred_at >= ? and occurred_at < ?)) of_the_day
                        where ledger <> payments order by number limit ?
                        """)
                .params(Timestamp.from(from), Timestamp.from(to), MOST_DIFFERENCES)
                .query(Difference.class)
                .list();
    }
}
