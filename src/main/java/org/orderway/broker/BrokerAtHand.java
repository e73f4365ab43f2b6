package org.orderway.broker;

import java.util.List;

/** A broker that can be looked into, because it runs in this JVM. */
public interface BrokerAtHand {

    /** The figures of all its queues at this moment. */
    List<QueueFigures.Counts> counts();

    /** Its exchanges, queues and bindings; the arguments they were declared with are not known. */
    FoundTopology found();
}
