package org.orderway.routes;

import java.util.Objects;
import java.util.stream.Stream;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.spring.boot.CamelSpringBootInitializationException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Ends a start that fails on a route with what is wrong and where, instead of a stack trace. */
class RouteMistakeAnalyzer implements FailureAnalyzer {

    @Override
    public FailureAnalysis analyze(Throwable failure) {
        return chain(failure)
                .filter(cause -> cause instanceof FailedToCreateRouteException
                        || cause instanceof CamelSpringBootInitializationException)
                .findFirst()
                .map(mistake -> new FailureAnalysis(
                        description(mistake),
                        "Correct the file in routes-yaml/, or give the setting it asks for, and start again. Nothing is"
                                + " lost: messages wait in their queues.",
                        mistake))
                .orElse(null);
    }

    /** What Camel says, and below it the root of the matter, which Camel's sentence often cuts off. */
    private static String description(Throwable mistake) {
        String root = chain(mistake)
                .map(Throwable::getMessage)
                .filter(Objects::nonNull)
                .reduce((first, last) -> last)
                .orElse("");
        String message = String.valueOf(mistake.getMessage());
        return message.contains(root) ? message : message + "\n\n" + root;
    }

    private static Stream<Throwable> chain(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
    }
}
