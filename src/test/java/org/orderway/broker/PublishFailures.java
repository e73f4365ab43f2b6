package org.orderway.broker;

import java.util.List;
import java.util.Map;
import org.orderway.messages.OutgoingMessage;

/** Failures to publish, for tests of who has to live with them. */
public final class PublishFailures {

    private PublishFailures() {}

    /** The broker is away. */
    public static PublishFailed unreachable(OutgoingMessage message) {
        return new PublishFailed(PublishFailed.Reason.UNREACHABLE, all(message), "The broker is away", null);
    }

    /** The broker's alarm is on. */
    public static PublishFailed blocked(OutgoingMessage message) {
        return new PublishFailed(PublishFailed.Reason.BLOCKED, all(message), "The broker takes nothing", null);
    }

    private static List<OutgoingMessage> all(OutgoingMessage message) {
        return List.of(
                message == null
                        ? new OutgoingMessage(
                                "order_events",
                                "order.shipped",
                                "m-1",
                                "order.shipped",
                                null,
                                null,
                                null,
                                Map.of(),
                                null)
                        : message);
    }
}
