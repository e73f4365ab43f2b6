package org.orderway.orders;

import java.text.Normalizer;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The words of a placed order's routing key: lane, country, and the category of its most valuable line. */
final class RoutingKeys {

    private static final int MAX_WORD = 40;
    private static final String OTHER = "other";

    private RoutingKeys() {}

    static String of(String lane, String country, String category) {
        return "order." + lane + "." + country + "." + category;
    }

    static String category(List<OrderLine> lines) {
        return lines.stream()
                .max(Comparator.comparing(OrderLine::value))
                .map(line -> word(line.category()))
                .orElse(OTHER);
    }

    /** Lower case, {@code [a-z0-9-]}, at most 40 characters, else {@code other}. */
    static String word(String text) {
        if (text == null) {
            return OTHER;
        }
        String slug = Normalizer.normalize(text, Normalizer.Form.NFD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-+|-+$", "");
        return slug.isEmpty() || slug.length() > MAX_WORD ? OTHER : slug;
    }
}
