package org.orderway.analytics;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Figures as people and programs read them: sums with their rows, or a table. */
final class Figures {

    private static final List<String> COUNTS =
            List.of("byStatus", "byReason", "byLane", "byCountry", "byCategory", "byPaymentMethod", "retries");

    private Figures() {}

    /**
     * One figure of one unit of time.
     *
     * @param time   the beginning of the unit
     * @param figure {@code orders}, {@code revenue} or one of the counts
     * @param of     what was counted: a currency, a status and so on; empty for orders
     */
    record Cell(Instant time, String figure, String of, BigDecimal value) {}

    /** The sums over the whole time, and the same of each unit in which anything was. */
    static Map<String, Object> report(Range range, List<Cell> cells) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("from", range.from().toString());
        report.put("to", range.to().toString());
        report.put("by", range.unit());
        report.putAll(sums(cells));
        Map<Instant, List<Cell>> units = new TreeMap<>();
        cells.forEach(cell ->
                units.computeIfAbsent(cell.time(), time -> new ArrayList<>()).add(cell));
        report.put(
                "rows",
                units.entrySet().stream()
                        .map(unit -> {
                            Map<String, Object> row = new LinkedHashMap<>();
                            row.put("time", unit.getKey().toString());
                            row.putAll(sums(unit.getValue()));
                            return row;
                        })
                        .toList());
        return report;
    }

    /** One line for each figure, with a heading. */
    static List<List<String>> table(List<Cell> cells) {
        return Stream.concat(
                        Stream.of(List.of("time", "figure", "of", "value")),
                        cells.stream()
                                .map(cell -> List.of(
                                        cell.time().toString(),
                                        cell.figure(),
                                        cell.of(),
                                        cell.value().toPlainString())))
                .toList();
    }

    private static Map<String, Object> sums(List<Cell> cells) {
        Map<String, Object> sums = new LinkedHashMap<>();
        sums.put(
                "orders", sum(cells, "orders").getOrDefault("", BigDecimal.ZERO).longValueExact());
        sums.put(
                "revenue",
                sum(cells, "revenue").entrySet().stream()
                        .map(money -> Map.of("currency", money.getKey(), "amount", money.getValue()))
                        .toList());
        for (String count : COUNTS) {
            Map<String, Long> counts = new LinkedHashMap<>();
            sum(cells, count).forEach((of, value) -> counts.put(of, value.longValueExact()));
            sums.put(count, counts);
        }
        return sums;
    }

    private static Map<String, BigDecimal> sum(List<Cell> cells, String figure) {
        Map<String, BigDecimal> sums = new TreeMap<>();
        cells.stream()
                .filter(cell -> cell.figure().equals(figure))
                .forEach(cell -> sums.merge(cell.of(), cell.value(), BigDecimal::add));
        return sums;
    }
}
