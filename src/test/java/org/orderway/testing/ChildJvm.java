package org.orderway.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.orderway.OrderwayApplication;

/**
 * A program of the test class path in a JVM of its own, so that it can be killed as a power cut would.
 *
 * <pre>{@code
 * try (ChildJvm orderway = ChildJvm.orderway(folder, port).argument("--spring.profiles.active=rabbitmq").start()) {
 *     orderway.awaitHttp("/actuator/health/readiness");
 *     orderway.kill();
 * }
 * }</pre>
 */
public final class ChildJvm implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    private final String mainClass;
    private final Path folder;
    private final URI base;
    private final Process process;
    private final Path output;

    private ChildJvm(Builder builder) throws IOException {
        this.mainClass = builder.mainClass;
        this.folder = builder.folder;
        this.base = URI.create("http://127.0.0.1:" + builder.port);
        this.output = Files.createTempFile(folder, mainClass.substring(mainClass.lastIndexOf('.') + 1) + "-", ".log");
        ProcessBuilder java = new ProcessBuilder(builder.command())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        java.environment().put("CLASSPATH", ChildClasses.current().classPath(builder.withTests()));
        java.environment().putAll(builder.environment);
        // A test run that is itself ended must not leave it behind; while it ends this refuses, and nothing more is
        // started.
        CompletableFuture<Process> started = new CompletableFuture<>();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> started.thenAccept(Process::destroyForcibly)));
        this.process = java.start();
        started.complete(process);
    }

    /** The application itself, with its web port; its working folder must hold what it reads from there (see {@link Builder}). */
    public static Builder orderway(Path folder, int port) {
        return orderway(OrderwayApplication.class, folder, port);
    }

    /** The application as another class starts it, with something of the tests beside it. */
    public static Builder orderway(Class<?> mainClass, Path folder, int port) {
        return unarchived(mainClass, folder, port)
                .jvmArgument("-XX:SharedArchiveFile=" + ChildClasses.current().archive());
    }

    /** Without the archive of classes: by this one it is made. The compiler and the collector that start quickest. */
    static Builder unarchived(Class<?> mainClass, Path folder, int port) {
        return new Builder(mainClass.getName(), folder)
                .httpPort(port)
                .jvmArgument("-XX:TieredStopAtLevel=1")
                .jvmArgument("-XX:+UseSerialGC")
                .environment("ORDERWAY_OPERATOR_PASSWORD", Shop.OPERATORS_PASSWORD)
                .argument("--server.port=" + port);
    }

    /** Any class with a main method. */
    public static Builder of(Class<?> mainClass, Path folder) {
        return new Builder(mainClass.getName(), folder);
    }

    /** A port that is free now, on 127.0.0.1. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What to start, where, with what. */
    public static final class Builder {
        private final String mainClass;
        private final Path folder;
        private final Map<String, String> environment = new LinkedHashMap<>();
        private final List<String> jvmArguments = new ArrayList<>(List.of("-Xmx512m"));
        private final List<String> arguments = new ArrayList<>();
        private int port;

        private Builder(String mainClass, Path folder) {
            this.mainClass = mainClass;
            this.folder = folder;
        }

        public Builder httpPort(int port) {
            this.port = port;
            return this;
        }

        public Builder property(String name, String value) {
            return jvmArgument("-D" + name + "=" + value);
        }

        public Builder jvmArgument(String argument) {
            jvmArguments.add(argument);
            return this;
        }

        public Builder argument(String argument) {
            arguments.add(argument);
            return this;
        }

        public Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        public ChildJvm start() {
            try {
                return new ChildJvm(this);
            } catch (IOException e) {
                throw new IllegalStateException(mainClass + " could not be started", e);
            }
        }

        private boolean withTests() {
            return !mainClass.equals(OrderwayApplication.class.getName());
        }

        private List<String> command() {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvmArguments);
            command.add(mainClass);
            command.addAll(arguments);
            return command;
        }
    }

    /** Waits up to two minutes until the path answers 200 on the child's HTTP port. */
    public void awaitHttp(String path) {
        awaitHttp(path, Duration.ofMinutes(2));
    }

    /** Waits until the path answers 200; fails at once, with the end of the output, when the child has ended. */
    public void awaitHttp(String path, Duration atMost) {
        URI uri = base.resolve(path);
        try {
            await(uri + " answers")
                    .atMost(atMost)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> !process.isAlive() || answers(uri));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(uri + " did not answer 200 within " + atMost + "\n" + tail(), e);
        }
        if (!process.isAlive()) {
            throw new AssertionError(mainClass + " ended with " + process.exitValue() + "\n" + tail());
        }
    }

    /** Waits until the child has ended by itself and gives its exit code. */
    public int awaitEnd(Duration atMost) {
        return ended(atMost);
    }

    /** Ends the child as {@code kill -9} does: nothing in it gets to run any more. */
    public void kill() {
        process.destroyForcibly();
        ended(Duration.ofSeconds(30));
    }

    /** Asks the child to end (SIGTERM), so that it shuts down in good order, and gives its exit code. */
    public int stop(Duration atMost) {
        process.destroy();
        return ended(atMost);
    }

    @Override
    public void close() {
        kill();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** The CPU time it took so far, which tells a start from another on a machine that has other things to do. */
    public Duration cpuTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Where it listens for HTTP, without a slash at the end. */
    public URI base() {
        return base;
    }

    /** The folder it was started in, where its files are. */
    public Path folder() {
        return folder;
    }

    /** All it has written to standard output and error so far. */
    public String output() {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The last lines of the output, for the message of a failed assertion. */
    public String tail() {
        List<String> lines = output().lines().toList();
        return "--- the end of " + output + "\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    }

    private int ended(Duration atMost) {
        try {
            if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(mainClass + " did not end within " + atMost + "\n" + tail());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static boolean answers(URI uri) throws InterruptedException {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build();
            return HTTP.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }
}
