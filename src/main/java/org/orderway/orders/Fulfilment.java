package org.orderway.orders;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** What follows for an order from what became of the pieces of its lines: the one place that says so. */
final class Fulfilment {

    private Fulfilment() {}

    /** Where the order is. As long as pieces are to leave it stays where its payment has brought it. */
    static OrderStatus status(OrderStatus now, List<OrderLine> lines) {
        long wanted = sum(lines, OrderLine::wanted);
        if (wanted == 0) {
            return OrderStatus.CANCELLED;
        }
        if (sum(lines, OrderLine::open) > 0) {
            return now;
        }
        if (sum(lines, OrderLine::out) == 0) {
            return OrderStatus.RETURNED;
        }
        return now == OrderStatus.DELIVERED ? now : OrderStatus.SHIPPED;
    }

    /** What is known about its parcels. */
    static FulfilmentState state(FulfilmentState now, List<OrderLine> lines) {
        if (sum(lines, line -> line.tally().shipped()) == 0) {
            return now;
        }
        if (sum(lines, OrderLine::open) > 0) {
            return FulfilmentState.PART;
        }
        if (sum(lines, OrderLine::out) == 0) {
            return FulfilmentState.RETURNED;
        }
        return now == FulfilmentState.DELIVERED ? now : FulfilmentState.SHIPPED;
    }

    /** The lines once everything that is ready has left. */
    static List<OrderLine> shipped(List<OrderLine> lines) {
        return lines.stream()
                .map(line -> line.with(line.tally().ship(line.ready())))
                .toList();
    }

    /**
     * What pieces of the lines cost, rounded as the order's total was: values are taken as differences of such sums, so that
     * those of all parts of an order add up to its total.
     */
    static BigDecimal value(String currency, List<OrderLine> lines, ToIntFunction<OrderLine> pieces) {
        return lines.stream()
                .map(line -> line.valueOf(pieces.applyAsInt(line)))
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .setScale(Currency.getInstance(currency).getDefaultFractionDigits(), RoundingMode.HALF_UP);
    }

    /** What more is the customer's again by the lines now than by those before. */
    static BigDecimal paidBack(String currency, List<OrderLine> before, List<OrderLine> now) {
        return value(currency, now, OrderLine::paidBack).subtract(value(currency, before, OrderLine::paidBack));
    }

    /** All pieces that there are, by line number. */
    static Map<Integer, Integer> all(List<OrderLine> lines, ToIntFunction<OrderLine> thereAre) {
        Map<Integer, Integer> all = new LinkedHashMap<>();
        lines.stream()
                .filter(line -> thereAre.applyAsInt(line) > 0)
                .forEach(line -> all.put(line.lineNo(), thereAre.applyAsInt(line)));
        return all;
    }

    /**
     * The lines that wanted pieces are taken from, by line number. Several may hold the same article: the first ones are
     * taken first.
     */
    static Map<Integer, Integer> allot(
            List<OrderLine> lines, ToIntFunction<OrderLine> thereAre, SortedMap<String, Long> wanted, Refusal refusal) {
        Map<Integer, Integer> taken = new LinkedHashMap<>();
        wanted.forEach((sku, quantity) -> {
            long missing = quantity;
            long available = 0;
            for (OrderLine line : lines) {
                if (line.sku().equals(sku)) {
                    int here = thereAre.applyAsInt(line);
                    available += here;
                    int take = (int) Math.min(here, missing);
                    if (take > 0) {
                        taken.put(line.lineNo(), take);
                        missing -= take;
                    }
                }
            }
            if (missing > 0) {
                throw refusal.tooMany(sku, available);
            }
        });
        return taken;
    }

    /** How it is refused that more pieces are wanted than there are. */
    interface Refusal {
        RuntimeException tooMany(String sku, long available);
    }

    /** Pieces by article. */
    static SortedMap<String, Long> bySku(List<Returns.Pieces> pieces) {
        return pieces.stream()
                .collect(Collectors.groupingBy(
                        Returns.Pieces::sku, TreeMap::new, Collectors.summingLong(Returns.Pieces::quantity)));
    }

    /** The pieces of a line by what became of them; together they are its quantity. */
    static Map<String, Integer> pieces(Order order, OrderLine line) {
        boolean isStopped = order.status().isStopped();
        boolean isHeld = order.status() != OrderStatus.RECEIVED && order.status() != OrderStatus.CREATED;
        boolean isDelivered = order.status() == OrderStatus.DELIVERED;
        int open = line.open();
        Map<String, Integer> pieces = new LinkedHashMap<>();
        int held = isStopped || !isHeld ? 0 : line.ready();
        int backOrdered = isStopped ? 0 : line.tally().backOrdered();
        pieces.put("ordered", isStopped ? 0 : open - held - backOrdered);
        pieces.put("held", held);
        pieces.put("backOrdered", backOrdered);
        pieces.put("shipped", isDelivered ? 0 : line.out());
        pieces.put("delivered", isDelivered ? line.out() : 0);
        pieces.put("returned", line.tally().returned());
        pieces.put("cancelled", line.tally().cancelled() + (isStopped ? open : 0));
        return pieces;
    }

    private static long sum(List<OrderLine> lines, ToIntFunction<OrderLine> pieces) {
        return lines.stream().mapToLong(pieces::applyAsInt).sum();
    }
}
