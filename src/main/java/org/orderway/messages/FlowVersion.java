package org.orderway.messages;

/** Which version of the routes is at work in this instance. */
public interface FlowVersion {

    /** Some letters that tell one version from another; known in memory, so that asking costs nothing. */
    String current();
}
