package org.orderway.http;

import java.util.Locale;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;
import org.springframework.stereotype.Component;

/**
 * Only these headers leave in an answer, and none of them comes in. Camel answers with the headers of the message, and those
 * of the request are still among them: cookies, the Authorization header, whatever the sender made up. Knows Camel, because
 * that is where it leaks. Content-Type is not in its power: a route that does not answer through {@code direct:answer-json}
 * sets its own, else the request's comes back.
 */
@Component("answer-headers")
class AnswerHeaders extends HttpHeaderFilterStrategy {

    private static final Set<String> OURS =
            Set.of("location", "retry-after", "allow", "cache-control", "etag", "content-disposition", "link");

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return !OURS.contains(name.toLowerCase(Locale.ROOT)) || super.applyFilterToCamelHeaders(name, value, exchange);
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return OURS.contains(name.toLowerCase(Locale.ROOT))
                || super.applyFilterToExternalHeaders(name, value, exchange);
    }
}
