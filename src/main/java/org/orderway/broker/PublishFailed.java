package org.orderway.broker;

import java.util.List;
import org.orderway.messages.OutgoingMessage;

/**
 * The broker did not take responsibility for every message. Those named may or may not have arrived: publish them again
 * under the same ids.
 */
public class PublishFailed extends RuntimeException {

    /** What happened, as far as it can be known from here. */
    public enum Reason {
        /** The broker said no, and again after each pause: a queue is full or has no leader. */
        NACKED,
        /** No answer within the time limit; the message may well be on its queue. */
        UNCONFIRMED,
        /** There is no connection, or it broke while publishing. */
        UNREACHABLE,
        /** The broker takes no messages at present, its memory or disk alarm is on; nothing was sent. */
        BLOCKED,
        /** As many as may wait for the broker at a time do so already; nothing was sent. */
        BUSY,
        /** The broker refused the message: its exchange does not exist, or the message is too large. */
        REFUSED,
        /** No queue took it, not even the unroutable one. */
        UNROUTABLE
    }

    private final Reason reason;
    private final transient List<OutgoingMessage> unconfirmed;

    PublishFailed(Reason reason, List<OutgoingMessage> unconfirmed, String what, Throwable cause) {
        super(what + " " + describe(unconfirmed), cause);
        this.reason = reason;
        this.unconfirmed = List.copyOf(unconfirmed);
    }

    /** What happened. */
    public Reason reason() {
        return reason;
    }

    /** The messages the broker did not confirm, in the order they were given. */
    public List<OutgoingMessage> unconfirmed() {
        return unconfirmed;
    }

    private static String describe(List<OutgoingMessage> messages) {
        OutgoingMessage first = messages.get(0);
        String one = first.type() + " " + first.id() + " to " + first.exchange() + " " + first.routingKey();
        return "(" + one + (messages.size() == 1 ? ")" : " and " + (messages.size() - 1) + " more)");
    }
}
