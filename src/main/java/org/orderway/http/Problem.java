package org.orderway.http;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * A request that is refused, in the words its sender will read (RFC 9457). Spring answers it by itself when a controller or
 * a filter throws it; routes answer it by the route configuration {@code answer-problem}.
 */
public final class Problem extends ErrorResponseException {

    /** Words of a pointer that are not of our contract's kind: a sender may write anything there, in the log it has no place. */
    private static final Pattern OF_STRANGERS = Pattern.compile("/(?![A-Za-z]{1,20}(/|$)|[0-9]{1,4}(/|$))[^/]*");

    /**
     * One fault of a request.
     *
     * @param pointer JSON Pointer of the value in the body, or the name of the parameter; empty for the whole body
     * @param detail  what is wrong there, so that a person can put it right
     */
    public record Fault(String pointer, String detail) {}

    private Problem(HttpStatus status, String detail, List<Fault> errors, Duration retryAfter, Throwable cause) {
        super(status, document(status, detail, errors), cause);
        // Set here, it is answered to whoever asks for another media type too.
        getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (retryAfter != null) {
            getHeaders()
                    .set(
                            HttpHeaders.RETRY_AFTER,
                            Long.toString(Math.max(1, retryAfter.plusMillis(999).toSeconds())));
        }
    }

    /** 400: the request is malformed as a whole. */
    public static Problem badRequest(String detail) {
        return badRequest(detail, List.of());
    }

    /** 400: the request is malformed at the places told. */
    public static Problem badRequest(String detail, List<Fault> errors) {
        return new Problem(HttpStatus.BAD_REQUEST, detail, errors, null, null);
    }

    /** 404: there is no such thing, for instance "There is no order 4711". */
    public static Problem notFound(String detail) {
        return of(HttpStatus.NOT_FOUND, detail);
    }

    /** 409: it conflicts with what is there, for instance a request with the same Idempotency-Key that still runs. */
    public static Problem conflict(String detail) {
        return of(HttpStatus.CONFLICT, detail);
    }

    /** 413: the body is longer than the limit. */
    public static Problem tooLarge(String detail) {
        return of(HttpStatus.PAYLOAD_TOO_LARGE, detail);
    }

    /** 422: well formed, but it contradicts an earlier request, as an Idempotency-Key used with another body. */
    public static Problem unprocessable(String detail) {
        return of(HttpStatus.UNPROCESSABLE_ENTITY, detail);
    }

    /** 429: the sender asks for too much; it may go on after the time told. */
    public static Problem tooMany(String detail, Duration retryAfter) {
        return new Problem(HttpStatus.TOO_MANY_REQUESTS, detail, List.of(), retryAfter, null);
    }

    /** 503: a part is away or the backlog is full; the sender may try again after the time told. */
    public static Problem unavailable(String detail, Duration retryAfter) {
        return new Problem(HttpStatus.SERVICE_UNAVAILABLE, detail, List.of(), retryAfter, null);
    }

    /** Any other status, without more than a detail. */
    public static Problem of(HttpStatus status, String detail) {
        return new Problem(status, detail, List.of(), null, null);
    }

    /** The status code. */
    public int status() {
        return getStatusCode().value();
    }

    /** The detail, for the sender's eyes: it may quote the request, so it does not belong in a log. */
    public String detail() {
        return getBody().getDetail();
    }

    /** Each fault by itself; empty when the detail says it all. */
    @SuppressWarnings("unchecked")
    public List<Fault> errors() {
        var properties = getBody().getProperties();
        return properties == null ? List.of() : (List<Fault>) properties.getOrDefault("errors", List.of());
    }

    /** Status and places, never the detail: it may quote a customer's data, and messages of exceptions are logged. */
    @Override
    public String getMessage() {
        String places = errors().stream()
                .map(fault -> fault.pointer().isEmpty()
                        ? "the whole body"
                        : OF_STRANGERS.matcher(fault.pointer()).replaceAll("/…"))
                .distinct()
                .limit(5)
                .collect(Collectors.joining(", "));
        return getStatusCode() + (places.isEmpty() ? "" : " at " + places);
    }

    private static ProblemDetail document(HttpStatus status, String detail, List<Fault> errors) {
        ProblemDetail document = ProblemDetail.forStatusAndDetail(status, detail);
        if (!errors.isEmpty()) {
            document.setProperty("errors", List.copyOf(errors));
        }
        return document;
    }
}
