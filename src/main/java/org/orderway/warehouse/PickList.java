package org.orderway.warehouse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.orderway.orders.Goods;
import org.orderway.orders.Orders;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What is to be picked: the goods held for orders that are paid, or due at the door, and have not left. It is read from
 * the orders and their reservations as they stand, so that it can neither lag nor miss a cancel.
 */
@Component("pickList")
public class PickList {

    private static final CSVFormat CSV = CSVFormat.RFC4180
            .builder()
            .setHeader("sku", "name", "pieces", "order", "number", "lane", "quantity")
            .build();

    private final Orders orders;
    private final Goods goods;
    private final Clock clock;

    PickList(Orders orders, Goods goods, Clock clock) {
        this.orders = orders;
        this.goods = goods;
        this.clock = clock;
    }

    /**
     * The list.
     *
     * @param complete false when further orders wait
     */
    public record Sheet(Instant asOf, int orders, boolean complete, List<Article> articles) {}

    /** An article and the orders it goes into. @param quantity pieces for all of them */
    public record Article(String sku, String name, long quantity, List<Pick> orders) {}

    /** Pieces for one order. */
    public record Pick(UUID order, String number, String lane, long quantity) {}

    /**
     * What is to be picked for the orders that come first: those of the priority lane, then the oldest.
     *
     * @param parameters {@code limit}, the number of orders
     */
    @Transactional(readOnly = true)
    public Sheet read(Map<String, Object> parameters) {
        int size = ((Number) parameters.get("limit")).intValue();
        List<Orders.Waiting> waiting = orders.toBeShipped(size + 1);
        Map<UUID, Orders.Waiting> first = new LinkedHashMap<>();
        waiting.stream().limit(size).forEach(order -> first.put(order.id(), order));
        List<UUID> turns = List.copyOf(first.keySet());
        Map<String, List<Goods.Held>> held = goods.heldFor(turns).stream()
                .sorted(Comparator.comparing(one -> turns.indexOf(one.orderId())))
                .collect(Collectors.groupingBy(Goods.Held::sku));
        List<Article> articles = new ArrayList<>();
        held.forEach((sku, pieces) -> articles.add(new Article(
                sku,
                pieces.get(0).name(),
                pieces.stream().mapToLong(Goods.Held::quantity).sum(),
                pieces.stream().map(pick(first)).toList())));
        articles.sort(Comparator.comparing(Article::sku));
        return new Sheet(clock.instant(), first.size(), waiting.size() <= size, articles);
    }

    private static Function<Goods.Held, Pick> pick(Map<UUID, Orders.Waiting> orders) {
        return held -> new Pick(
                held.orderId(),
                orders.get(held.orderId()).number(),
                orders.get(held.orderId()).lane(),
                held.quantity());
    }

    /** The list as CSV (RFC 4180), a row for each article and order; {@code pieces} are those of the article in all. */
    public String csv(Sheet sheet) {
        StringBuilder text = new StringBuilder();
        try (CSVPrinter rows = new CSVPrinter(text, CSV)) {
            for (Article article : sheet.articles()) {
                for (Pick pick : article.orders()) {
                    rows.printRecord(
                            plain(article.sku()),
                            plain(article.name()),
                            article.quantity(),
                            pick.order(),
                            plain(pick.number()),
                            pick.lane(),
                            pick.quantity());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** A text that a spreadsheet would take for a formula is set behind an apostrophe. */
    private static String plain(String text) {
        return text.matches("(?s)[=+\\-@\\t\\r].*") ? "'" + text : text;
    }
}
