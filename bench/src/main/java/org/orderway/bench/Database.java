package org.orderway.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/** A database of our own on a PostgreSQL. */
final class Database implements AutoCloseable {

    private static final String OF_OTHERS = " where dbid = (select oid from pg_database where datname = current_database())"
            + " and query !~ 'pg_stat|number like|audit_events a'";

    private final Postgres server;
    private final String name;
    private final PGSimpleDataSource source = new PGSimpleDataSource();
    private final Connection connection;
    private final boolean countsStatements;
    private final long pid;

    Database(Postgres server, String name) throws SQLException {
        this.server = server;
        this.name = name;
        server.execute("create database " + name);
        source.setUrl(server.url());
        source.setDatabaseName(name);
        this.connection = source.getConnection();
        if (server.isOurs()) {
            execute("create extension pg_stat_statements");
        }
        this.countsStatements = number("select count(*) from pg_extension where extname = 'pg_stat_statements'") > 0;
        long backend = number("select pg_backend_pid()");
        this.pid = Processes.name(backend).startsWith("postgres") ? Processes.parent(backend) : 0;
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

    /** The server's process; 0 where it is not on this machine. */
    long pid() {
        return pid;
    }

    /** CPU time so far in ms; 0 where it is not on this machine. */
    long cpu() {
        return Processes.cpuOfTree(pid);
    }

    /** Committed transactions, and bytes and flushes of the write-ahead log of the whole server. */
    record Work(long commits, long walBytes, long walFlushes, long statements) {

        Work since(Work before) {
            return new Work(
                    commits - before.commits,
                    walBytes - before.walBytes,
                    walFlushes - before.walFlushes,
                    statements - before.statements);
        }
    }

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

    @Override
    public void close() throws SQLException {
        connection.close();
        server.execute("drop database if exists " + name + " with (force)");
    }
}
