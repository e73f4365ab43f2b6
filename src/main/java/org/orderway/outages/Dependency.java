package org.orderway.outages;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.orderway.broker.PublishFailed;
import org.orderway.broker.Topology;

/** What queues can need, under the names of {@link Topology#DEPENDENCIES}, and the broker, which all of them need. */
enum Dependency {
    BROKER,
    DATABASE,
    GATEWAY,
    CARRIER,
    SMTP;

    /** The name in {@code orderway.topology} and in metrics. */
    String word() {
        return name().toLowerCase();
    }

    /** For people. */
    String inWords() {
        return switch (this) {
            case BROKER, DATABASE, CARRIER -> word();
            case GATEWAY -> "payment gateway";
            case SMTP -> "mail server";
        };
    }

    static Dependency of(String word) {
        return Arrays.stream(values())
                .filter(dependency -> dependency.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no dependency \"" + word + "\""));
    }

    /** Whether this failure is one of talking to it. Which of two HTTP services it was, the failing queue's row tells. */
    boolean isConcernedBy(Throwable failure) {
        return Language.of(failure).filter(spoken -> spoken == language()).isPresent()
                && (this != BROKER || isAlarm(failure));
    }

    /** A broker that cannot be reached stops its consumers by itself; one in need goes on delivering and takes nothing. */
    private static boolean isAlarm(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(cause ->
                        cause instanceof PublishFailed failed && failed.reason() == PublishFailed.Reason.BLOCKED);
    }

    private Language language() {
        return switch (this) {
            case BROKER -> Language.BROKER;
            case DATABASE -> Language.SQL;
            case GATEWAY, CARRIER -> Language.HTTP;
            case SMTP -> Language.MAIL;
        };
    }

    private enum Language {
        BROKER,
        SQL,
        MAIL,
        HTTP;

        /** What a failure was about: the outermost word counts, since a broken connection looks the same in all of them. */
        static Optional<Language> of(Throwable failure) {
            return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                    .flatMap(cause -> one(cause).stream())
                    .findFirst();
        }

        private static Optional<Language> one(Throwable cause) {
            String name = cause.getClass().getName();
            if (name.startsWith("org.orderway.broker.") || name.startsWith("org.springframework.amqp.")) {
                return Optional.of(BROKER);
            }
            if (cause instanceof SQLException
                    || name.startsWith("org.springframework.dao.")
                    || name.startsWith("org.springframework.jdbc.")
                    || name.startsWith("org.springframework.transaction.")) {
                return Optional.of(SQL);
            }
            if (cause instanceof jakarta.mail.MessagingException) {
                return Optional.of(MAIL);
            }
            boolean isHttp = cause instanceof java.io.IOException
                    || cause instanceof org.apache.camel.http.base.HttpOperationFailedException
                    || cause instanceof io.github.resilience4j.circuitbreaker.CallNotPermittedException;
            return isHttp ? Optional.of(HTTP) : Optional.empty();
        }
    }
}
