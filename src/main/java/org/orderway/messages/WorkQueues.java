package org.orderway.messages;

/** What a feature may know of the queues: all else is the topology's. */
public interface WorkQueues {

    /** Whether there is a queue of this name that has a consumer. */
    boolean has(String queue);

    /** The exchange that takes a message to one work queue alone; the key is that queue's name. */
    String returnExchange();
}
