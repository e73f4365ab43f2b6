package org.orderway.orders;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Prices the lines of an order one by one, and collects what is wrong with them into one answer. */
@Component("lineCheck")
public class LineCheck {

    private static final int MAX_PRICE_DECIMALS = 4;
    private static final BigDecimal MAX_PRICE = new BigDecimal("99999999");

    private final Articles articles;

    LineCheck(Articles articles) {
        this.articles = articles;
    }

    /** A line with what is needed to judge it alone. */
    public record Candidate(int index, OrderRequest.Line line, Article article, String currency) {}

    /** A judged line: either priced, or with its mistakes. */
    public record Checked(OrderLine line, List<FieldError> errors) {}

    /** The lines, each with its article of the catalogue, read in one go. */
    public List<Candidate> candidates(OrderRequest order) {
        Map<String, Article> known = new HashMap<>();
        articles.of(order.lines().stream()
                        .map(OrderRequest.Line::sku)
                        .distinct()
                        .toList())
                .forEach(a -> known.put(a.sku(), a));
        List<Candidate> candidates = new ArrayList<>();
        for (OrderRequest.Line line : order.lines()) {
            candidates.add(new Candidate(candidates.size(), line, known.get(line.sku()), order.currency()));
        }
        return candidates;
    }

    /** The shop's price wins, else the catalogue's. An unknown article is no mistake of form: the order fails later. */
    public Checked check(Candidate candidate) {
        OrderRequest.Line line = candidate.line();
        Article article = candidate.article();
        String at = "/lines/" + candidate.index();
        List<FieldError> errors = new ArrayList<>();
        if (line.quantity() < 1) {
            errors.add(new FieldError(at + "/quantity", "must be at least 1"));
        }
        BigDecimal price = line.unitPrice();
        if (price == null && article != null) {
            if (article.currency().equals(candidate.currency())) {
                price = article.price();
            } else {
                errors.add(new FieldError(
                        at + "/unitPrice",
                        "is needed: the catalogue has this article in " + article.currency() + ", the order is in "
                                + candidate.currency()));
            }
        }
        if (price != null && (price.signum() < 0 || price.compareTo(MAX_PRICE) > 0)) {
            errors.add(new FieldError(at + "/unitPrice", "must be between 0 and " + MAX_PRICE));
        }
        if (price != null && price.stripTrailingZeros().scale() > MAX_PRICE_DECIMALS) {
            errors.add(new FieldError(at + "/unitPrice", "may have at most four decimals"));
        }
        String category = line.category() != null ? line.category() : article == null ? "other" : article.category();
        return new Checked(new OrderLine(candidate.index() + 1, line.sku(), line.quantity(), price, category), errors);
    }

    /**
     * The lines when all of them are right.
     *
     * @throws InvalidOrder with every mistake of every line
     */
    public List<OrderLine> together(List<Checked> checked) {
        List<FieldError> errors =
                checked.stream().flatMap(c -> c.errors().stream()).toList();
        if (!errors.isEmpty()) {
            throw new InvalidOrder(errors);
        }
        return checked.stream().map(Checked::line).toList();
    }
}
