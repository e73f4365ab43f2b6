package org.orderway.orders;

import java.math.BigDecimal;
import java.util.List;

/** The catalogue, as far as orders need it. */
public interface Articles {

    /** The known ones among these SKUs. */
    List<Article> of(List<String> skus);

    /** An article that an import names. @param openingStock pieces, null for one that needs no stock */
    record NewArticle(String sku, String name, BigDecimal price, String currency, Long openingStock) {}

    /** Adds those that are not in the catalogue yet. @return how many were added */
    int introduce(List<NewArticle> articles);
}
