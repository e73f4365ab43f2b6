package org.orderway.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One run: a pipeline measured, pipelines compared, charts drawn, or a backlog worked off. */
public final class Bench {

    private final Options options;
    private final Postgres postgres;
    private final MailSink mail;
    private final String run;
    private final Path results;
    private final String names = "orderway_bench_" + Long.toString(System.currentTimeMillis(), 36);
    private final List<String> wrong = new ArrayList<>();
    private int stages;

    private Bench(Options options, Postgres postgres, MailSink mail, String run, Path results) {
        this.options = options;
        this.postgres = postgres;
        this.mail = mail;
        this.run = run;
        this.results = results;
    }

    public static void main(String[] arguments) throws Exception {
        // Shorter than the server's own limit, so that a connection is not reused while it is being closed.
        System.setProperty("jdk.httpclient.keepalive.timeout", "10");
        System.setProperty("java.awt.headless", "true");
        Options options;
        try {
            options = Options.of(arguments);
        } catch (IllegalArgumentException e) {
            say("%s", e.getMessage());
            System.exit(2);
            return;
        }
        String run = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss"));
        Path results = Files.createDirectories(Path.of("bench", "results"));
        int code;
        try (MailSink mail = new MailSink();
                Postgres postgres = new Postgres()) {
            Bench bench = new Bench(options, postgres, mail, run, results);
            bench.run();
            code = bench.wrong.isEmpty() ? 0 : 1;
        }
        System.exit(code);
    }

    private void run() throws Exception {
        switch (options.mode()) {
            case Options.COMPARE -> new Comparison(this).run();
            case Options.CHARTS -> new Charts(this).run();
            case Options.BACKLOG -> new Backlog(this).run();
            default -> new Single(this).run();
        }
    }

    Options options() {
        return options;
    }

    Postgres postgres() {
        return postgres;
    }

    MailSink mail() {
        return mail;
    }

    /** Where files of this run begin. */
    String files() {
        return results.resolve(run + "-").toString();
    }

    /** A pipeline on a fresh vhost and database. @param files how its files begin */
    Stage stage(Pipeline pipeline, String files) throws Exception {
        stages++;
        return new Stage(this, pipeline, names + "_" + stages, files);
    }

    /** A table of two columns, begun with what it was measured on. */
    Table table(Stage stage) throws Exception {
        Table table = new Table();
        table.row("pipeline", "%s", stage.pipeline().title());
        table.row("machine", "%d cores, everything on it", Runtime.getRuntime().availableProcessors());
        table.row("RabbitMQ", "%s, %s queues", stage.rabbit().version(), options.queueType());
        table.row("PostgreSQL", "%s", stage.database().rows("show server_version").get(0));
        table.row(
                "application", "Java %s, -Xmx%s%s", System.getProperty("java.version"), options.heap(),
                options.profile() ? ", **with the flight recorder on, which costs some percent**" : "");
        return table;
    }

    /** Remembers what was wrong with a stage. */
    void blame(Stage stage) {
        wrong.addAll(stage.wrong());
    }

    /** Prints the report, with all that was wrong, and writes it down with what else there is to say. */
    void report(String text, String besides) throws IOException {
        StringBuilder all = new StringBuilder(text);
        if (!wrong.isEmpty()) {
            all.append("\nWrong:\n\n");
            wrong.forEach(line -> all.append("- ").append(line).append('\n'));
        }
        System.out.println("\n" + all);
        Path report = results.resolve(run + ".md");
        Files.writeString(report, all + besides);
        say("written to %s", report);
    }

    boolean isRight() {
        return wrong.isEmpty();
    }

    static void say(String text, Object... values) {
        System.out.printf(Locale.ROOT, "[bench] " + text + "%n", values);
    }
}
