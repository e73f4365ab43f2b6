package org.orderway.messages;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The trace a message belongs to (W3C Trace Context). It is written when the message is made, not when it is sent: what was
 * recorded is published by other threads, later, and again.
 */
public final class TraceParent {

    /** Reads it where a map holds it as text. */
    public static final TextMapGetter<Map<String, ?>> IN_HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, ?> headers) {
            return List.copyOf(headers.keySet());
        }

        @Override
        public String get(Map<String, ?> headers, String name) {
            return headers != null && headers.get(name) instanceof String text ? text : null;
        }
    };

    private TraceParent() {}

    /** The header of a message that is made now; none when nothing is traced. */
    static Map<String, Object> header() {
        Map<String, Object> header = new HashMap<>();
        W3CTraceContextPropagator.getInstance().inject(Context.current(), header, (carrier, name, value) -> {
            if (name.equals(DeliveryHeaders.TRACE_PARENT)) {
                carrier.put(name, value);
            }
        });
        return Map.copyOf(header);
    }
}
