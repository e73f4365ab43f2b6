package org.orderway.broker;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.orderway.messages.ReadsOnly;
import org.springframework.stereotype.Component;

/** What the answer of somebody we called over HTTP means for trying again. */
@ReadsOnly
@Component("httpFailures")
public class HttpFailures {

    private static final int TOO_MANY_REQUESTS = 429;
    /** Request timeout, too early, too many requests: asking again later is what these ask for. */
    private static final Set<Integer> LATER = Set.of(408, 425, TOO_MANY_REQUESTS);

    private final Clock clock;

    public HttpFailures(Clock clock) {
        this.clock = clock;
    }

    /** Whether the other side will say the same again to the same request. */
    public boolean isFinal(Throwable thrown) {
        return status(thrown)
                .filter(status -> status < 500 && !LATER.contains(status))
                .isPresent();
    }

    /** Whether the other side has too many requests, or says when it wants the next. */
    public boolean isBusy(Throwable thrown) {
        return status(thrown).filter(status -> status == TOO_MANY_REQUESTS).isPresent()
                || retryAfter(thrown).isPresent();
    }

    /** How long the other side, which has too many requests (429) or is not available (503), asks to be left alone. */
    public Optional<Duration> retryAfter(Throwable thrown) {
        return find(thrown)
                .filter(answer -> answer.getStatusCode() == TOO_MANY_REQUESTS || answer.getStatusCode() == 503)
                .map(HttpOperationFailedException::getResponseHeaders)
                .flatMap(HttpFailures::header)
                .flatMap(this::wait)
                .filter(wait -> !wait.isNegative());
    }

    /** The status of the answer, when it was an answer that failed the call. */
    public Optional<Integer> status(Throwable thrown) {
        return find(thrown).map(HttpOperationFailedException::getStatusCode);
    }

    private static Optional<HttpOperationFailedException> find(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .filter(HttpOperationFailedException.class::isInstance)
                .map(HttpOperationFailedException.class::cast)
                .findFirst();
    }

    private static Optional<String> header(Map<String, String> headers) {
        return headers.entrySet().stream()
                .filter(header -> "Retry-After".equalsIgnoreCase(header.getKey()))
                .map(header -> header.getValue().strip())
                .findFirst();
    }

    /** Seconds or an HTTP date (RFC 9110, 10.2.3); anything else asks for nothing. */
    private Optional<Duration> wait(String header) {
        if (header.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(header)));
        }
        try {
            ZonedDateTime until = ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME);
            return Optional.of(Duration.between(clock.instant(), until.toInstant()));
        } catch (DateTimeException notADate) {
            return Optional.empty();
        }
    }
}
