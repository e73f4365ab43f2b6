package org.orderway.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class EmbeddedDatabaseTest {

    @TempDir
    Path folder;

    private final EmbeddedSettings.Database settings =
            new EmbeddedSettings.Database(0, Path.of(System.getProperty("user.home"), ".cache/orderway/postgres"));

    @Test
    void whatIsCommittedIsOnDisk() throws IOException {
        try (var database = new EmbeddedDatabase(settings, folder.resolve("postgres"))) {
            for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
                assertThat(sql(database)
                                .sql("show " + setting)
                                .query(String.class)
                                .single())
                        .as(setting)
                        .isEqualTo("on");
            }
        }
    }

    @Test
    void theNextStartStopsThePostgresThatAKilledOneLeftAndFindsItsData() throws Exception {
        // Never closed, as if its JVM had been killed.
        var killed = new EmbeddedDatabase(settings, folder.resolve("postgres"));
        sql(killed).sql("create table t (n int)").update();
        sql(killed).sql("insert into t values (42)").update();
        long orphan = Long.parseLong(
                Files.readAllLines(folder.resolve("postgres/postmaster.pid")).get(0));

        try (var next = new EmbeddedDatabase(settings, folder.resolve("postgres"))) {
            assertThat(sql(next).sql("select n from t").query(Integer.class).single())
                    .isEqualTo(42);
            assertThat(ProcessHandle.of(orphan).filter(ProcessHandle::isAlive)).isEmpty();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void afterItsPostmasterWasKilledTooTheNextStartWaitsForTheChildrenOnly() throws Exception {
        var killed = new EmbeddedDatabase(settings, folder.resolve("postgres"));
        sql(killed).sql("create table t (n int)").update();
        sql(killed).sql("insert into t values (42)").update();
        long postmaster = Long.parseLong(
                Files.readAllLines(folder.resolve("postgres/postmaster.pid")).get(0));
        ProcessHandle.of(postmaster).orElseThrow().destroyForcibly();

        assertTimeout(Duration.ofSeconds(30), () -> {
            try (var next = new EmbeddedDatabase(settings, folder.resolve("postgres"))) {
                assertThat(sql(next).sql("select n from t").query(Integer.class).single())
                        .isEqualTo(42);
            }
        });
    }

    @Test
    void anInitialisationThatWasCutShortIsSetAsideNotDeleted() throws IOException {
        Files.createDirectories(folder.resolve("postgres/base"));
        try (var database = new EmbeddedDatabase(settings, folder.resolve("postgres"))) {
            assertThat(sql(database).sql("select 1").query(Integer.class).single())
                    .isEqualTo(1);
        }
        try (var entries = Files.list(folder)) {
            assertThat(entries.map(entry -> entry.getFileName().toString()))
                    .anyMatch(name -> name.startsWith("postgres-incomplete-"));
        }
    }

    @Test
    void aTakenPortIsToldWithTheSettingThatChangesIt() throws IOException {
        try (var other = new ServerSocket(0, 1, InetAddress.getByName(Ports.LOOPBACK))) {
            var taken = new EmbeddedSettings.Database(other.getLocalPort(), settings.binaries());
            assertThatThrownBy(() -> new EmbeddedDatabase(taken, folder.resolve("postgres")))
                    .isInstanceOfSatisfying(EmbeddedStartException.class, e -> assertThat(e.action())
                            .contains("orderway.embedded.database.port"));
        }
    }

    @Test
    void twoCannotShareADataFolder() {
        try (var first = new DataFolder(folder)) {
            assertThatThrownBy(() -> new DataFolder(folder))
                    .isInstanceOf(EmbeddedStartException.class)
                    .hasMessageContaining("Another Orderway is running");
        }
        new DataFolder(folder).close();
    }

    private static JdbcClient sql(EmbeddedDatabase database) {
        return JdbcClient.create(new DriverManagerDataSource(database.jdbcUrl(), EmbeddedDatabase.USER, ""));
    }
}
