package org.orderway.broker;

import java.util.Objects;
import java.util.stream.Stream;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.orderway.messages.ReadsOnly;
import org.springframework.stereotype.Component;

/**
 * A failure in one short line without anybody's data in it: our own exceptions are written that way, of others only the
 * kind is told, since their messages may quote what they choked on.
 */
@ReadsOnly
@Component("failureReasons")
public class FailureReasons {

    private static final int MAX = 300;

    /** The reason that goes into the {@code failure-reason} header and the log. */
    public String of(Throwable thrown) {
        // What an expression of a route throws is wrapped in Camel's own.
        Throwable failure = Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .filter(cause -> isOurs(cause) || cause instanceof HttpOperationFailedException)
                .findFirst()
                .orElse(
                        thrown instanceof RuntimeCamelException && thrown.getCause() != null
                                ? thrown.getCause()
                                : thrown);
        String reason;
        if (failure instanceof HttpOperationFailedException http) {
            reason = "HTTP " + http.getStatusCode() + " from " + host(http.getUri());
        } else if (isOurs(failure)) {
            reason = failure.getClass().getSimpleName() + ": " + failure.getMessage();
        } else {
            Throwable root = failure;
            while (root.getCause() != null && root.getCause() != root) {
                root = root.getCause();
            }
            reason = root == failure
                    ? failure.getClass().getSimpleName()
                    : failure.getClass().getSimpleName() + " ("
                            + root.getClass().getSimpleName() + ")";
        }
        String line = reason.replaceAll("\\s+", " ").strip();
        return line.length() > MAX ? line.substring(0, MAX) : line;
    }

    private static boolean isOurs(Throwable failure) {
        return failure.getClass().getName().startsWith("org.orderway.");
    }

    private static String host(String uri) {
        try {
            java.net.URI parsed = java.net.URI.create(uri);
            return parsed.getHost() + (parsed.getPort() < 0 ? "" : ":" + parsed.getPort());
        } catch (IllegalArgumentException | NullPointerException unreadable) {
            return "the other side";
        }
    }
}
