package org.orderway.http;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;
import org.springframework.stereotype.Component;

/**
 * What comes in at the doors is what the contract names, and nothing else; what leaves in an answer is what is listed here. A
 * header of the sender's own making would steer Camel's components, and the Authorization header would travel with the message
 * into the broker. Camel also answers with the headers of the message, and those of the request are still among them. Knows Camel, because
 * that is where it leaks. Content-Type is not in its power: a route that does not answer through {@code direct:answer-json}
 * sets its own, else the request's comes back.
 */
@Component("answer-headers")
class AnswerHeaders extends HttpHeaderFilterStrategy {

    private static final Set<String> OURS =
            Set.of("location", "retry-after", "allow", "cache-control", "etag", "content-disposition", "link");

    private final Set<String> allowedIn;

    AnswerHeaders(Contract contract) {
        allowedIn = Stream.concat(contract.parameterNames(), Stream.of("Accept", "Content-Type"))
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return !OURS.contains(name.toLowerCase(Locale.ROOT)) || super.applyFilterToCamelHeaders(name, value, exchange);
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return !allowedIn.contains(name.toLowerCase(Locale.ROOT))
                || super.applyFilterToExternalHeaders(name, value, exchange);
    }
}
