package org.orderway.broker;

/** How RabbitMQ keeps a queue: {@code quorum} survives the loss of a node, {@code classic} lives on one. */
public enum QueueType {
    QUORUM,
    CLASSIC
}
