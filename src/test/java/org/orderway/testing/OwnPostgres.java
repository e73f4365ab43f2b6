package org.orderway.testing;

import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.test.context.DynamicPropertyRegistry;

/** A PostgreSQL for one test class, which may be stopped, killed and started again on its data. */
public final class OwnPostgres implements AutoCloseable {

    /** Who owns it; there is no password. */
    public static final String USER = "postgres";

    private final Path folder;
    private final int port = ChildJvm.freePort();
    private EmbeddedPostgres server;

    private OwnPostgres(Path folder) {
        this.folder = folder;
    }

    /** A new one whose data are below the given folder. */
    public static OwnPostgres in(Path folder) {
        OwnPostgres postgres = new OwnPostgres(folder.toAbsolutePath().resolve("postgres"));
        postgres.start();
        return postgres;
    }

    /** Starts it on what is there, recovering from a kill if need be. */
    public void start() {
        await("PostgreSQL starts")
                .atMost(Duration.ofMinutes(1))
                .ignoreExceptions()
                .until(() -> {
                    // Left locked by the one before in this JVM.
                    Files.deleteIfExists(folder.resolve("epg-lock"));
                    server = EmbeddedPostgres.builder()
                            .setPort(port)
                            .setDataDirectory(folder)
                            .setCleanDataDirectory(false)
                            .setRegisterShutdownHook(false)
                            // The library starts it without these, which loses commits in a kill.
                            .setServerConfig("fsync", "on")
                            .setServerConfig("synchronous_commit", "on")
                            .setServerConfig("full_page_writes", "on")
                            .setServerConfig("max_connections", "100")
                            .start();
                    return true;
                });
    }

    /** Ends it as a power cut does, and waits until the last process of it is gone. */
    public void kill() {
        List<ProcessHandle> all = processes();
        all.forEach(ProcessHandle::destroyForcibly);
        await("the end of PostgreSQL").atMost(Duration.ofSeconds(30)).until(() -> all.stream()
                .noneMatch(ProcessHandle::isAlive));
    }

    /** It hangs from now on: connections stay open and get no answer. */
    public void freeze() {
        signal("-STOP");
    }

    /** It goes on as if nothing had been. */
    public void thaw() {
        signal("-CONT");
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    /** Points a Spring context at it. */
    public void register(DynamicPropertyRegistry registry) {
        registry.add("spring.datasource.url", this::jdbcUrl);
        registry.add("spring.datasource.username", () -> USER);
        registry.add("spring.datasource.password", () -> "");
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new IllegalStateException("PostgreSQL did not stop", e);
        }
    }

    private void signal(String signal) {
        for (ProcessHandle process : processes()) {
            try {
                new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** The postmaster first, then those it started. */
    private List<ProcessHandle> processes() {
        try {
            long pid = Long.parseLong(
                    Files.readAllLines(folder.resolve("postmaster.pid")).get(0).trim());
            ProcessHandle postmaster =
                    ProcessHandle.of(pid).orElseThrow(() -> new IllegalStateException("PostgreSQL does not run"));
            return Stream.concat(Stream.of(postmaster), postmaster.descendants())
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException("PostgreSQL's pid cannot be read", e);
        }
    }
}
