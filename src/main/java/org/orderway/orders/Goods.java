package org.orderway.orders;

import java.util.UUID;

/** What is held for an order. Whoever moves an order to its end takes the goods along, in the same transaction. */
public interface Goods {

    /** The goods left the house: they are sold. */
    void sell(UUID orderId);

    /** The order came to nothing: the goods may be sold to others. Goods that are not held stay as they are. */
    void release(UUID orderId);
}
