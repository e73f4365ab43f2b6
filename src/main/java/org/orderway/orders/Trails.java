package org.orderway.orders;

import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** What is on record of orders: whether it is as it was written, and whether all is there. */
public interface Trails {

    /**
     * Something wrong with the record of an order.
     *
     * @param isMissing an event is missing that the order sent; else the record is not as it was written
     * @param found     what is wrong, without anybody's data
     */
    record Fault(UUID order, boolean isMissing, String found) {}

    /** What is wrong with the records of these orders; at most one fault of each kind an order. */
    List<Fault> faults(Collection<UUID> orders);
}
