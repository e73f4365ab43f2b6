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

/** The application in a JVM of its own, with its simulated gateway and carrier in it. */
final class Orderway implements AutoCloseable {

    private static final Pattern COLLECTION = Pattern.compile("(\\d+)M->(\\d+)M\\((\\d+)M\\)");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI base;
    private final Process process;
    private final Path log;
    private final Path collections;

    Orderway(Options options, Rabbit rabbit, Database database, int mailPort, Path results, String run)
            throws IOException, InterruptedException {
        int port = freePort();
        base = URI.create("http://127.0.0.1:" + port);
        log = results.resolve(run + "-orderway.log");
        collections = results.resolve(run + "-gc.log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + options.heap());
        command.add("-Xlog:gc:file=" + collections);
        command.addAll(options.jvm());
        command.addAll(List.of(
                "-jar",
                jar().toString(),
                "--spring.profiles.active=rabbitmq,simulators",
                "--server.port=" + port,
                "--orderway.simulators.delivered-after=0s",
                "--orderway.topology.queue-type=" + options.queueType()));
        options.settings().forEach(setting -> command.add("--" + setting));
        ProcessBuilder java =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        java.environment().put("ORDERWAY_API_KEYS", "not-required");
        java.environment().put("ORDERWAY_SECURITY_REQUESTSPERSECOND", "0");
        java.environment().put("ORDERWAY_RABBITMQ_ADDRESSES", rabbit.address());
        java.environment().put("ORDERWAY_RABBITMQ_VHOST", rabbit.vhost());
        java.environment().put("ORDERWAY_RABBITMQ_USER", rabbit.user());
        java.environment().put("ORDERWAY_RABBITMQ_PASSWORD", rabbit.password());
        java.environment().put("ORDERWAY_DATABASE_URL", database.jdbcUrl());
        java.environment().put("ORDERWAY_DATABASE_USER", database.user());
        java.environment().put("ORDERWAY_DATABASE_PASSWORD", database.password());
        java.environment().put("ORDERWAY_MAIL_HOST", "127.0.0.1");
        java.environment().put("ORDERWAY_MAIL_PORT", Integer.toString(mailPort));
        process = java.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        awaitReady();
    }

    private static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> file.getFileName().toString().matches("orderway-.*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("There is no target/orderway-….jar: mvn package"));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void awaitReady() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
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
            TimeUnit.MILLISECONDS.sleep(200);
        }
        process.destroyForcibly();
        throw new IllegalStateException("Orderway did not become ready, see " + log);
    }

    CompletableFuture<HttpResponse<String>> send(String method, String path, String json) {
        return http.sendAsync(
                HttpRequest.newBuilder(base.resolve(path))
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    long cpu() {
        return Processes.cpu(process.pid());
    }

    long peakMemory() {
        return Processes.peakMemory(process.pid());
    }

    /** Largest heap in MB seen before and after a collection. */
    record Heap(long before, long after) {}

    Heap peakHeap() throws IOException {
        long before = 0;
        long after = 0;
        for (String line : Files.readAllLines(collections)) {
            Matcher matcher = COLLECTION.matcher(line);
            if (matcher.find()) {
                before = Math.max(before, Long.parseLong(matcher.group(1)));
                after = Math.max(after, Long.parseLong(matcher.group(2)));
            }
        }
        return new Heap(before, after);
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
            if (!process.waitFor(40, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }
}
