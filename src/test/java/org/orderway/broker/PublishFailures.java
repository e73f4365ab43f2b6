package org.orderway.broker;

import java.util.List;
import org.orderway.messages.OutgoingMessage;

/** Failures to publish, for tests of who has to live with them. */
public final class PublishFailures {

    private PublishFailures() {}

    /** The broker is away. */
    public static PublishFailed unreachable(OutgoingMessage message) {
        return new PublishFailed(PublishFailed.Reason.UNREACHABLE, List.of(message), "The broker is away", null);
    }
}
