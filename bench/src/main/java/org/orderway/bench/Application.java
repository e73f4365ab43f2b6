package org.orderway.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A pipeline in a JVM of its own. */
final class Application implements AutoCloseable {

    private static final Pattern COLLECTION =
            Pattern.compile("^\\[([0-9.]+)s\\].* (\\d+)M->(\\d+)M\\((\\d+)M\\)");
    private static final int MINUTES_TO_START = 5;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI base;
    private final Process process;
    private final long started = System.nanoTime();
    private final double secondsToReady;
    private final Path log;
    private final Path collections;
    private final Path recording;

    /** Starts it and waits until it is ready. Its log, collections and recording are the given path with endings. */
    Application(Options options, Pipeline pipeline, Rabbit rabbit, Database database, int mailPort, String files)
            throws IOException, InterruptedException {
        int port = freePort();
        base = URI.create("http://127.0.0.1:" + port);
        log = Path.of(files + pipeline.name() + ".log");
        collections = Path.of(files + pipeline.name() + "-gc.log");
        recording = Path.of(files + pipeline.name() + ".jfr");
        List<String> command = new ArrayList<>();
        command.add(java("java"));
        command.add("-Xmx" + options.heap());
        command.add("-Xlog:gc:file=" + collections);
        if (options.profile()) {
            command.add("-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + recording);
            command.add("-XX:FlightRecorderOptions=stackdepth=256");
        }
        command.addAll(options.jvm());
        Path jar = jar(pipeline);
        if (!options.profile()) { // JDK 17 does not survive a recording of classes from an archive
            Path archive = jar.resolveSibling("classes.jsa");
            command.add((Files.exists(archive) ? "-XX:SharedArchiveFile=" : "-XX:ArchiveClassesAtExit=") + archive);
            command.add("-Xlog:cds=off");
        }
        command.add("-jar");
        command.add(jar.toString());
        command.add("--server.port=" + port);
        command.addAll(pipeline.arguments(Path.of(files + pipeline.name() + "-topology.yml")));
        options.settings().forEach(setting -> command.add("--" + setting));
        ProcessBuilder java =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        java.environment().putAll(pipeline.environment(rabbit, database, mailPort));
        process = java.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        awaitReady();
        secondsToReady = (System.nanoTime() - started) / 1e9;
    }

    static String java(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }

    /** The unpacked one, beside which the first run leaves an archive of its classes, as ops/start has it. */
    private static Path jar(Pipeline pipeline) throws IOException {
        try (Stream<Path> files = Files.list(pipeline.folder().resolve("unpacked"))) {
            return files.filter(file -> file.getFileName().toString().matches("orderway-.*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("There is no unpacked jar in " + pipeline.folder()));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void awaitReady() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES_TO_START);
        HttpRequest ready =
                HttpRequest.newBuilder(base.resolve("/actuator/health/readiness")).build();
        while (System.nanoTime() < end && process.isAlive()) {
            try {
                if (http.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                // It is starting.
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        process.destroyForcibly();
        throw new IllegalStateException("The application did not become ready, see " + log);
    }

    CompletableFuture<HttpResponse<String>> send(String method, String path, String json) {
        return http.sendAsync(
                HttpRequest.newBuilder(base.resolve(path))
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    long pid() {
        return process.pid();
    }

    double secondsToReady() {
        return secondsToReady;
    }

    long cpu() {
        return Processes.cpu(process.pid());
    }

    /** Its largest resident size so far in MB. */
    long peakMemory() {
        return Processes.memory(process.pid(), "VmHWM");
    }

    /** Its resident size in MB. */
    long memory() {
        return Processes.memory(process.pid(), "VmRSS");
    }

    /** Where its recording is, once it has ended. */
    Path recording() {
        return recording;
    }

    /** Heap in MB before and after a collection, so many seconds after its start. */
    record Collection(double at, long before, long after) {}

    List<Collection> collections() throws IOException {
        List<Collection> all = new ArrayList<>();
        for (String line : Files.readAllLines(collections)) {
            Matcher matcher = COLLECTION.matcher(line);
            if (matcher.find()) {
                all.add(new Collection(
                        Double.parseDouble(matcher.group(1)),
                        Long.parseLong(matcher.group(2)),
                        Long.parseLong(matcher.group(3))));
            }
        }
        return all;
    }

    /** Seconds after its start, as its collections are dated. */
    double age(long nanoTime) {
        return (nanoTime - started) / 1e9;
    }

    /** The lines of its log at WARN and ERROR. */
    List<String> complaints() throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                    .toList();
        }
    }

    /** SIGTERM, so that a recording is written. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }
}
