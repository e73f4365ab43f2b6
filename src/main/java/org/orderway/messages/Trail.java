package org.orderway.messages;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Everything that was told, each at its place in the order in which it was written down. Read models are made anew from it. */
public interface Trail {

    /** The place of the latest event, 0 when there is none. */
    long end();

    /** The orders that events of these types are about, after one place and up to another. */
    Set<UUID> orders(Set<String> types, long after, long upTo);

    /** All events of the orders that were created last, order by order, the latest first; of each as they came. */
    List<Delivery> latest(int orders);

    /** The events of these types and orders as they came, in the order of their places; each correlated with its order. */
    List<Delivery> of(Set<String> types, Collection<UUID> orders);
}
