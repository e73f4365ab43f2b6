package org.orderway.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The products with what is available of them, as the stock's events say: a little late, and never set back. */
@Component("catalogue")
public class Catalogue {

    private final JdbcClient jdbc;

    Catalogue(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Notes the state an event carries. One that is no newer than what is known changes nothing: events overtake and repeat. */
    @Transactional
    public void note(JsonNode event) {
        jdbc.sql(
                        """
                        insert into catalogue as known (sku, sequence, name, category, price, currency, available, as_of)
                        values (:sku, :sequence, :name, :category, :price, :currency, :available, :asOf)
                        on conflict (sku) do update set
                            sequence = excluded.sequence, name = excluded.name, category = excluded.category,
                            price = excluded.price, currency = excluded.currency, available = excluded.available,
                            as_of = excluded.as_of
                        where known.sequence < excluded.sequence
                        """)
                .param("sku", event.path("sku").asText())
                .param("sequence", event.path("sequence").asLong())
                .param("name", event.path("name").asText())
                .param("category", event.path("category").asText())
                .param("price", new BigDecimal(event.path("price").asText()))
                .param("currency", event.path("currency").asText())
                .param(
                        "available",
                        event.hasNonNull("available") ? event.get("available").asLong() : null,
                        Types.BIGINT)
                .param(
                        "asOf",
                        Timestamp.from(Instant.parse(event.path("occurredAt").asText())))
                .update();
    }

    /**
     * A page of products, by their SKU.
     *
     * @param filter {@code limit}, and where wanted {@code available} ("true" or "false"), {@code category}, {@code q}, which
     *               name or SKU contain, and {@code after}, the {@code next} of the page before
     */
    @Transactional(readOnly = true)
    public Map<String, Object> list(Map<String, Object> filter) {
        int size = ((Number) filter.get("limit")).intValue();
        List<Article> found = jdbc.sql(
                        """
                        select * from catalogue
                        where (cast(:available as text) is null or (available is null or available > 0) = (:available = 'true'))
                            and (cast(:category as text) is null or lower(category) = lower(:category))
                            and (cast(:q as text) is null
                                or strpos(lower(name), lower(:q)) > 0 or strpos(lower(sku), lower(:q)) > 0)
                            and sku > :after
                        order by sku limit :rows
                        """)
                .param("available", filter.get("available"), Types.VARCHAR)
                .param("category", filter.get("category"), Types.VARCHAR)
                .param("q", filter.get("q"), Types.VARCHAR)
                .param("after", filter.getOrDefault("after", ""))
                .param("rows", size + 1)
                .query((rs, n) -> new Article(
                        rs.getString("sku"),
                        rs.getString("name"),
                        rs.getString("category"),
                        rs.getBigDecimal("price"),
                        rs.getString("currency"),
                        rs.getObject("available", Long.class),
                        rs.getTimestamp("as_of").toInstant(),
                        rs.getLong("sequence")))
                .list();
        boolean more = found.size() > size;
        List<Article> page = more ? found.subList(0, size) : found;
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("products", page);
        view.put("next", more ? page.get(size - 1).sku() : null);
        return view;
    }

    /**
     * A product of the list.
     *
     * @param available pieces that could be promised at that time, null for an article that needs no stock
     * @param asOf      the time
     */
    record Article(
            String sku,
            String name,
            String category,
            BigDecimal price,
            String currency,
            Long available,
            Instant asOf,
            long sequence) {}
}
