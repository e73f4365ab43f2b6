package org.orderway.messages;

import java.util.Set;

/** The headers of ours on the wire. Any other header is dropped at the entrance of a consumer. */
public final class DeliveryHeaders {

    /** How often the message has been through a retry queue. (`retry-count` is taken by Spring AMQP.) */
    public static final String RETRIES = "retries";

    public static final String FAILURE_REASON = "failure-reason";
    public static final String FAILURE_ROUTE = "failure-route";
    public static final String FAILED_AT = "failed-at";
    public static final String ORIGIN_QUEUE = "origin-queue";
    public static final String OUTAGE_SINCE = "outage-since";

    /** How often a person sent the message again after it had become a dead letter. */
    public static final String REPLAY_ROUND = "replay-round";

    /** The trace it belongs to, as W3C Trace Context has it. */
    public static final String TRACE_PARENT = "traceparent";

    public static final Set<String> ALL = Set.of(
            RETRIES, FAILURE_REASON, FAILURE_ROUTE, FAILED_AT, ORIGIN_QUEUE, OUTAGE_SINCE, REPLAY_ROUND, TRACE_PARENT);

    private DeliveryHeaders() {}
}
