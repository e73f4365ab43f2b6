package org.orderway.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.test.context.DynamicPropertyRegistry;

/**
 * A fresh, empty database for one test class, dropped after it:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final TestDatabase database = TestDatabase.fresh();
 * }</pre>
 *
 * <p>It is made on the PostgreSQL of {@code ORDERWAY_TEST_POSTGRES} (a jdbc URL with user and password in it, of someone who
 * may create databases), else on one that the first caller in a JVM starts and that ends with the JVM.
 */
public final class TestDatabase implements AfterAllCallback, AutoCloseable {

    private final String serverUrl;
    private final String name;
    private final PGSimpleDataSource dataSource;

    private TestDatabase(String serverUrl, String name) {
        this.serverUrl = serverUrl;
        this.name = name;
        this.dataSource = new PGSimpleDataSource();
        dataSource.setUrl(serverUrl);
        dataSource.setDatabaseName(name);
    }

    /** Makes an empty database. */
    public static TestDatabase fresh() {
        String name = "test_" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
        TestDatabase database = new TestDatabase(serverUrl(), name);
        database.onServer("CREATE DATABASE " + name);
        return database;
    }

    /** The jdbc URL, without user and password. */
    public String jdbcUrl() {
        return "jdbc:postgresql://" + dataSource.getServerNames()[0] + ":"
                + dataSource.getPortNumbers()[0] + "/" + name;
    }

    public String user() {
        return dataSource.getUser();
    }

    public String password() {
        return dataSource.getPassword() == null ? "" : dataSource.getPassword();
    }

    /** Connections to this database, one anew each time. */
    public DataSource dataSource() {
        return dataSource;
    }

    /** Points a Spring context at this database. */
    public void register(DynamicPropertyRegistry registry) {
        registry.add("spring.datasource.url", this::jdbcUrl);
        registry.add("spring.datasource.username", this::user);
        registry.add("spring.datasource.password", this::password);
    }

    /** Drops the database; whoever is still connected to it is thrown out. */
    @Override
    public void close() {
        onServer("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    private void onServer(String statement) {
        try (Connection connection = DriverManager.getConnection(serverUrl);
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(statement, e);
        }
    }

    private static String serverUrl() {
        String given = System.getenv("ORDERWAY_TEST_POSTGRES");
        return given == null || given.isBlank() ? Shared.SERVER.getJdbcUrl("postgres", "postgres") : given;
    }

    /** Started by the first who asks; its own shutdown hook ends it with the JVM. */
    private static final class Shared {
        static final EmbeddedPostgres SERVER = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "300")
                        .start();
            } catch (IOException e) {
                throw new IllegalStateException("PostgreSQL for the tests did not start", e);
            }
        }
    }
}
