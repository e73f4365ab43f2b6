package org.orderway.inventory;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.sql.Types;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.orderway.orders.Article;
import org.orderway.orders.Articles;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The catalogue with its stock counts. */
@Component("products")
public class Products implements Articles {

    private final JdbcClient jdbc;
    private final InventorySettings settings;

    Products(JdbcClient jdbc, InventorySettings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    @Override
    @Transactional(readOnly = true)
    public List<Article> of(List<String> skus) {
        return jdbc.sql("select sku, category, price, currency from products where sku = any(?)")
                .param(skus.toArray(String[]::new))
                .query((rs, n) -> new Article(
                        rs.getString("sku"),
                        rs.getString("category"),
                        rs.getBigDecimal("price"),
                        rs.getString("currency")))
                .list();
    }

    @Override
    @Transactional
    public int introduce(List<NewArticle> articles) {
        int added = 0;
        // In the order of their SKUs, so that two imports never wait for each other in a circle.
        for (NewArticle article :
                articles.stream().sorted(Comparator.comparing(NewArticle::sku)).toList()) {
            long pieces = article.openingStock() == null ? 0 : article.openingStock();
            added += jdbc.sql(
                            """
                            insert into products (sku, name, category, price, currency, stocked, received, on_hand)
                            values (?, ?, 'other', ?, ?, ?, ?, ?) on conflict (sku) do nothing
                            """)
                    .params(
                            article.sku(),
                            article.name(),
                            article.price(),
                            article.currency(),
                            article.openingStock() != null,
                            pieces,
                            pieces)
                    .update();
        }
        return added;
    }

    /** The product of that SKU. @throws UnknownProduct when there is none */
    @Transactional(readOnly = true)
    public Product read(String sku) {
        return one("select * from products where sku = ?", sku);
    }

    /** The same, locked until the transaction ends. @throws UnknownProduct when there is none */
    @Transactional(propagation = Propagation.MANDATORY)
    Product lock(String sku) {
        return one("select * from products where sku = ? for update", sku);
    }

    /** Books pieces of a locked product that came in. */
    @Transactional(propagation = Propagation.MANDATORY)
    Product receive(String sku, long pieces) {
        return one(
                """
                update products set received = received + ?, on_hand = on_hand + ?, updated_at = now()
                where sku = ? returning *
                """,
                pieces,
                pieces,
                sku);
    }

    private Product one(String sql, Object... params) {
        return jdbc.sql(sql)
                .params(params)
                .query((rs, n) -> Product.row(rs, settings.lowAt()))
                .optional()
                .orElseThrow(() -> new UnknownProduct((String) params[params.length - 1]));
    }

    /**
     * Creates or changes a product. {@code onHand} is a stock count: the difference to what was there is booked as
     * received. Without it the article needs no stock.
     *
     * @throws StockCountTooLow when fewer pieces were counted than are held for orders
     */
    @Transactional
    public Product put(String sku, JsonNode document) {
        JsonNode onHand = document.path("onHand");
        Long counted = onHand.isNumber() ? onHand.asLong() : null;
        Optional<Long> reserved = jdbc.sql("select reserved from products where sku = ? for update")
                .param(sku)
                .query(Long.class)
                .optional();
        if (counted != null && reserved.orElse(0L) > counted) {
            throw new StockCountTooLow(sku, counted, reserved.get());
        }
        String category = document.path("category").asText("other");
        JsonNode lowAt = document.path("lowAt");
        return jdbc.sql(
                        """
                        insert into products (sku, name, category, price, currency, stocked, received, on_hand, low_at)
                        values (:sku, :name, :category, :price, :currency, :stocked, :counted, :counted, :lowAt)
                        on conflict (sku) do update set
                            name = excluded.name, category = excluded.category, price = excluded.price,
                            currency = excluded.currency, updated_at = now(),
                            stocked = excluded.stocked, low_at = excluded.low_at,
                            received = products.received
                                + case when excluded.stocked then excluded.on_hand - products.on_hand else 0 end,
                            on_hand = case when excluded.stocked then excluded.on_hand else products.on_hand end
                        returning *
                        """)
                .param("sku", sku)
                .param("name", document.path("name").asText())
                .param("category", category)
                .param("price", new BigDecimal(document.path("price").asText()))
                .param("currency", document.path("currency").asText())
                .param("stocked", counted != null)
                .param("counted", counted == null ? 0L : counted)
                .param("lowAt", lowAt.isNumber() ? lowAt.asLong() : null, Types.BIGINT)
                .query((rs, n) -> Product.row(rs, settings.lowAt()))
                .single();
    }
}
