package org.orderway.orders;

import java.math.BigDecimal;

/** What the catalogue says of an article when it is ordered. */
public record Article(String sku, String category, BigDecimal price, String currency) {}
