package org.orderway.payment;

import java.util.Map;
import org.orderway.messages.Outcome;

/** A movement of money on its way to the gateway, which knows it by its idempotency key. */
public interface GatewayCall {

    /** Where the gateway keeps its kind: {@code charges} or {@code refunds}. */
    String kind();

    /** The idempotency key. */
    String key();

    /** True when an earlier attempt may have reached the gateway: ask before calling. */
    boolean inDoubt();

    /** False when the intent is older than the gateway keeps keys: only its answer by key may settle it. */
    boolean mayCall();

    /** Set when nothing is left to call for. */
    Outcome outcome();

    /** What the gateway is asked for. */
    Map<String, Object> request();

    /** Whether nothing is left to call for. */
    default boolean isSettled() {
        return outcome() != null;
    }
}
