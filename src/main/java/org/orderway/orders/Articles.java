package org.orderway.orders;

import java.util.List;

/** The catalogue, as far as an order needs it. */
public interface Articles {

    /** The known ones among these SKUs. */
    List<Article> of(List<String> skus);
}
