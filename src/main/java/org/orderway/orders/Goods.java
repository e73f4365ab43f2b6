package org.orderway.orders;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What is held for an order. Whoever moves an order to its end takes the goods along, in the same transaction. */
public interface Goods {

    /** The goods left the house: they are sold. */
    void sell(UUID orderId);

    /** The order came to nothing: the goods may be sold to others. Goods that are not held stay as they are. */
    void release(UUID orderId);

    /** Pieces of an article that are held for an order. */
    record Held(UUID orderId, String sku, String name, long quantity) {}

    /** What is held for these orders. */
    List<Held> heldFor(Collection<UUID> orderIds);

    /** So many pieces of these articles are not wanted any more. Pieces that are not held stay as they are. */
    void release(UUID orderId, Map<String, Long> pieces);
}
