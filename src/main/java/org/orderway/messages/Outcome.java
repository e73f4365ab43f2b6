package org.orderway.messages;

import java.util.List;

/**
 * What a step decided about an order: the complete messages it sends. A void outcome belongs to an order that was
 * cancelled or had failed by then; it sends nothing.
 */
public record Outcome(boolean isVoid, List<OutgoingMessage> messages) {

    /** Nothing to do: the order had ended. */
    public static final Outcome VOID = new Outcome(true, List.of());

    /** The step is done and has nothing to tell. */
    public static final Outcome SILENT = new Outcome(false, List.of());

    public static Outcome of(OutgoingMessage... messages) {
        return new Outcome(false, List.of(messages));
    }
}
