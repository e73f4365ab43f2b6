package org.orderway.broker;

import java.util.List;

/** A broker whose figures are at hand, because it runs in this JVM. */
public interface BrokerAtHand {

    /** The figures of all its queues at this moment. */
    List<QueueFigures.Counts> counts();
}
