package org.orderway.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** The PostgreSQL of ORDERWAY_TEST_POSTGRES, or one started for this run. */
final class Postgres implements AutoCloseable {

    private final EmbeddedPostgres started;
    private final String url;

    Postgres() throws IOException {
        String given = System.getenv("ORDERWAY_TEST_POSTGRES");
        started = given == null || given.isBlank() ? start() : null;
        url = started == null ? given : started.getJdbcUrl("postgres", "postgres");
    }

    /** Durable, as in production: the library by itself switches that off. */
    private static EmbeddedPostgres start() throws IOException {
        return EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("max_connections", "100")
                .setServerConfig("shared_preload_libraries", "pg_stat_statements")
                .start();
    }

    boolean isOurs() {
        return started != null;
    }

    String url() {
        return url;
    }

    void execute(String sql) throws SQLException {
        try (Connection server = DriverManager.getConnection(url);
                Statement statement = server.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws IOException {
        if (started != null) {
            started.close();
        }
    }
}
