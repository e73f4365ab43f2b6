package org.orderway.outages;

import java.sql.SQLException;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/** Ends a start without a database with what was tried and what to do, instead of a stack trace. */
class DatabaseStartAnalyzer implements FailureAnalyzer, EnvironmentAware {

    // Classes of SQLSTATE: connection exception, invalid authorization, invalid catalog name.
    private static final String NO_CONNECTION = "08";
    private static final String NOT_LET_IN = "28";
    private static final String NO_SUCH_DATABASE = "3D";

    private Environment environment;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public FailureAnalysis analyze(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .filter(SQLException.class::isInstance)
                .map(SQLException.class::cast)
                .filter(cause -> cause.getSQLState() != null)
                .map(this::analysis)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private FailureAnalysis analysis(SQLException cause) {
        String what =
                switch (cause.getSQLState().substring(0, 2)) {
                    case NO_CONNECTION -> "does not answer";
                    case NOT_LET_IN -> "did not let us in";
                    case NO_SUCH_DATABASE -> "is not there, though its server is";
                    default -> null;
                };
        if (what == null) {
            return null;
        }
        return new FailureAnalysis(
                "The database " + environment.getProperty("spring.datasource.url", "") + " " + what + ": "
                        + cause.getMessage(),
                "Start PostgreSQL, or give its address by ORDERWAY_DATABASE_URL, ORDERWAY_DATABASE_USER and"
                        + " ORDERWAY_DATABASE_PASSWORD, and start again. To try Orderway without a database of your own,"
                        + " start it with the profile embedded.",
                cause);
    }
}
