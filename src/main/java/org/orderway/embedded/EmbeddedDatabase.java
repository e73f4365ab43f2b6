package org.orderway.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * The database: a real PostgreSQL as a child process on loopback, which never loses what it committed.
 *
 * <p>When the JVM is killed the child lives on; the next start stops it first. Nothing here deletes data.
 */
class EmbeddedDatabase implements AutoCloseable {

    static final String USER = "postgres";

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

    /** Recovery after a crash may take a while. */
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    /** A fast stop ends sessions and writes a checkpoint. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private static final Duration DYING_LIMIT = Duration.ofSeconds(10);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    private final Path folder;
    private final Path log;
    private final EmbeddedPostgres postgres;

    EmbeddedDatabase(EmbeddedSettings.Database settings, Path folder) {
        this.folder = folder;
        this.log = folder.resolveSibling("postgres.log");
        stopOrphan();
        awaitTheDying();
        int port = Ports.claim(settings.port(), "database", "orderway.embedded.database.port");
        try {
            Files.deleteIfExists(log);
            setAsideIfIncomplete();
            postgres = startWithBinaries(settings.binaries(), port);
            Files.writeString(complete(), "PostgreSQL was initialised here completely.\n");
        } catch (IOException | RuntimeException | ExceptionInInitializerError e) {
            throw new EmbeddedStartException(
                    "The embedded PostgreSQL did not start on %s: %s%s".formatted(folder, e.getMessage(), lastWords()),
                    "Its log is %s. As root it needs user namespaces (unshare -U); otherwise start Orderway as an ordinary user."
                            .formatted(log),
                    e);
        }
    }

    String jdbcUrl() {
        return "jdbc:postgresql://%s:%d/%s".formatted(Ports.LOOPBACK, postgres.getPort(), USER);
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }

    /** Unpacking is done by one JVM at a time, and again from the start if the last one was killed in the middle. */
    private EmbeddedPostgres startWithBinaries(Path binaries, int port) throws IOException {
        synchronized (EmbeddedDatabase.class) {
            Files.createDirectories(binaries);
            try (var channel = FileChannel.open(
                            binaries.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var lock = channel.lock()) {
                for (Path unpacked : unpacked(binaries)) {
                    if (!Files.exists(unpackedWhole(unpacked))) {
                        FileSystemUtils.deleteRecursively(unpacked);
                    }
                }
                EmbeddedPostgres started = startOrStartAgain(binaries, port);
                for (Path unpacked : unpacked(binaries)) {
                    Files.writeString(unpackedWhole(unpacked), "");
                }
                return started;
            }
        }
    }

    private static List<Path> unpacked(Path binaries) throws IOException {
        try (var entries = Files.list(binaries)) {
            return entries.filter(Files::isDirectory).toList();
        }
    }

    private static Path unpackedWhole(Path unpacked) {
        return unpacked.resolveSibling(unpacked.getFileName() + ".whole");
    }

    /** Where the system does not tell who is still dying, the first start after a crash may come too early. */
    private EmbeddedPostgres startOrStartAgain(Path binaries, int port) throws IOException {
        boolean afterCrash = Files.exists(folder.resolve("postmaster.pid"));
        try {
            return start(binaries, port);
        } catch (IOException | RuntimeException e) {
            if (!afterCrash) {
                throw e;
            }
            LOG.info("PostgreSQL did not start after a crash ({}), trying once more", e.getMessage());
            return start(binaries, port);
        }
    }

    private EmbeddedPostgres start(Path binaries, int port) throws IOException {
        // A failed attempt in this JVM keeps its lock on this file open; the data folder has a lock of its own.
        Files.deleteIfExists(folder.resolve("epg-lock"));
        return EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(folder)
                .setCleanDataDirectory(false)
                .setOverrideWorkingDirectory(binaries.toFile())
                .setRegisterShutdownHook(false)
                .setPGStartupWait(START_LIMIT)
                .setOutputRedirector(Redirect.appendTo(log.toFile()))
                .setErrorRedirector(Redirect.appendTo(log.toFile()))
                // The library starts PostgreSQL without any of these, good enough for its tests only.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("listen_addresses", Ports.LOOPBACK)
                .setServerConfig("unix_socket_directories", "")
                .setServerConfig("max_connections", "200")
                // Statements and keys carry customers' data.
                .setServerConfig("log_min_error_statement", "panic")
                .setServerConfig("log_error_verbosity", "terse")
                .start();
    }

    /** An initialisation that was cut short leaves a folder that PostgreSQL neither starts on nor initialises again. */
    private void setAsideIfIncomplete() throws IOException {
        if (!Files.exists(folder) || Files.exists(complete())) {
            return;
        }
        try (var entries = Files.list(folder)) {
            if (entries.findAny().isEmpty()) {
                return;
            }
        }
        Path aside = folder.resolveSibling("postgres-incomplete-" + System.currentTimeMillis());
        Files.move(folder, aside);
        LOG.warn("The first start on {} was cut short before it held anything; moved it to {}", folder, aside);
    }

    private Path complete() {
        return folder.resolveSibling("postgres.complete");
    }

    private void stopOrphan() {
        orphan().ifPresent(orphan -> {
            LOG.info("Stopping the PostgreSQL (process {}) that a killed Orderway left on {}", orphan.pid(), folder);
            try {
                askToStop(orphan);
                orphan.onExit().get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
            } catch (TimeoutException | IOException | ExecutionException e) {
                throw new EmbeddedStartException(
                        "A PostgreSQL that a killed Orderway left behind (process %d) does not stop."
                                .formatted(orphan.pid()),
                        "End that process, then start again; its data stay whole.",
                        e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while PostgreSQL was stopping", e);
            }
        });
    }

    /** SIGINT is PostgreSQL's fast stop: it ends sessions and writes a clean end; plain termination would wait for sessions. */
    private static void askToStop(ProcessHandle postgres) throws IOException, InterruptedException {
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        if (windows
                || new ProcessBuilder("kill", "-INT", Long.toString(postgres.pid()))
                                .start()
                                .waitFor()
                        != 0) {
            postgres.destroy();
        }
    }

    /** The process that the folder's own pid file names, if it is alive and is a PostgreSQL on this folder. */
    private Optional<ProcessHandle> orphan() {
        return postmaster().filter(this::isOurPostgres);
    }

    private Optional<ProcessHandle> postmaster() {
        Path pidFile = folder.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        try {
            long pid = Long.parseLong(Files.readAllLines(pidFile).get(0).trim());
            return ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            LOG.info("Ignoring the pid file {}, it cannot be read ({})", pidFile, e.toString());
            return Optional.empty();
        }
    }

    /** PostgreSQL does not start before a killed postmaster and its children are gone, which they soon are by themselves. */
    private void awaitTheDying() {
        Instant limit = Instant.now().plus(DYING_LIMIT);
        while (Instant.now().isBefore(limit) && ProcessHandle.allProcesses().anyMatch(this::isDying)) {
            pause(BETWEEN_LOOKS);
        }
    }

    private boolean isDying(ProcessHandle process) {
        boolean namelessPostmaster =
                process.info().command().isEmpty() && postmaster().equals(Optional.of(process));
        return namelessPostmaster || isPostgres(process) && worksHere(process);
    }

    /** Only Linux tells; elsewhere a start that comes too early is tried again. */
    private boolean worksHere(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"))
                    .equals(folder.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isPostgres(ProcessHandle process) {
        return process.info()
                .command()
                .map(command -> Path.of(command).getFileName().toString())
                .filter(name -> name.equals("postgres") || name.equals("postgres.exe"))
                .isPresent();
    }

    private boolean isOurPostgres(ProcessHandle process) {
        // Some systems do not tell the arguments of a process.
        boolean here = process.info()
                .arguments()
                .map(arguments -> Arrays.asList(arguments).contains(folder.toString()))
                .orElse(true);
        return isPostgres(process) && here;
    }

    private String lastWords() {
        try {
            return Files.readAllLines(log).stream()
                    .filter(line -> line.contains("FATAL") || line.contains("root"))
                    .reduce((earlier, later) -> later)
                    .map(" (%s)"::formatted)
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for PostgreSQL", e);
        }
    }
}
