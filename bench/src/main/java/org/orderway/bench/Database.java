package org.orderway.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/** A database of our own, on the PostgreSQL of ORDERWAY_TEST_POSTGRES or on one started for this run. */
final class Database implements AutoCloseable {

    private static final String OF_OTHERS = " where dbid = (select oid from pg_database where datname = current_database())"
            + " and query !~ 'pg_stat|number like|audit_events a'";

    private final EmbeddedPostgres started;
    private final String serverUrl;
    private final String name;
    private final PGSimpleDataSource source = new PGSimpleDataSource();
    private final Connection connection;
    private final boolean countsStatements;
    private final long pid;

    Database(String name) throws IOException, SQLException {
        this.name = name;
        String given = System.getenv("ORDERWAY_TEST_POSTGRES");
        this.started = given == null || given.isBlank() ? start() : null;
        this.serverUrl = started == null ? given : started.getJdbcUrl("postgres", "postgres");
        onServer("create database " + name);
        source.setUrl(serverUrl);
        source.setDatabaseName(name);
        this.connection = source.getConnection();
        this.countsStatements = started != null || number("select count(*) from pg_extension where extname = 'pg_stat_statements'") > 0;
        if (started != null) {
            execute("create extension pg_stat_statements");
        }
        long backend = number("select pg_backend_pid()");
        this.pid = Processes.name(backend).startsWith("postgres") ? Processes.parent(backend) : 0;
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

    String jdbcUrl() {
        return "jdbc:postgresql://" + source.getServerNames()[0] + ":" + source.getPortNumbers()[0] + "/" + name;
    }

    String user() {
        return source.getUser();
    }

    String password() {
        return source.getPassword() == null ? "" : source.getPassword();
    }

    /** CPU time so far in ms; 0 where it is not on this machine. */
    long cpu() {
        return Processes.cpuOfTree(pid);
    }

    /** Committed transactions, and bytes and flushes of the write-ahead log of the whole server. */
    record Work(long commits, long walBytes, long walFlushes, long statements) {}

    Work work() throws SQLException {
        return new Work(
                number("select xact_commit from pg_stat_database where datname = current_database()"),
                number("select wal_bytes from pg_stat_wal"),
                number("select wal_sync from pg_stat_wal"),
                countsStatements ? number("select coalesce(sum(calls), 0) from pg_stat_statements" + OF_OTHERS) : 0);
    }

    /** Forgets the statements so far. */
    void forgetStatements() throws SQLException {
        if (countsStatements) {
            rows("select pg_stat_statements_reset()");
        }
    }

    /** The statements that took longest in all, as rows of calls and ms for each of so many orders, and text. */
    List<String> topStatements(int orders) throws SQLException {
        return !countsStatements
                ? List.of()
                : rows(
                        """
                        select '| ' || round(calls / ?::numeric, 2) || ' | '
                            || round((total_exec_time / ?)::numeric, 3) || ' | '
                            || replace(left(regexp_replace(query, '\\s+', ' ', 'g'), 150), '|', '/') || ' |'
                        from pg_stat_statements"""
                                + OF_OTHERS + " order by total_exec_time desc limit 25",
                        orders,
                        orders);
    }

    long number(String sql, Object... parameters) throws SQLException {
        return (long) Double.parseDouble(rows(sql, parameters).get(0));
    }

    /** Every row as one text. */
    List<String> rows(String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<String> rows = new ArrayList<>();
            try (ResultSet rs = statement.executeQuery()) {
                int columns = rs.getMetaData().getColumnCount();
                while (rs.next()) {
                    StringBuilder row = new StringBuilder();
                    for (int c = 1; c <= columns; c++) {
                        row.append(c > 1 ? " " : "").append(rs.getString(c));
                    }
                    rows.add(row.toString());
                }
            }
            return rows;
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void onServer(String sql) throws SQLException {
        try (Connection server = DriverManager.getConnection(serverUrl);
                Statement statement = server.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException, IOException {
        connection.close();
        if (started == null) {
            onServer("drop database if exists " + name + " with (force)");
        } else {
            started.close();
        }
    }
}
