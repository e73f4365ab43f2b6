package org.orderway.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A pipeline on a vhost and a database of its own, what it is given, and what was wrong with it. */
final class Stage implements AutoCloseable {

    private final Bench bench;
    private final Pipeline pipeline;
    private final String files;
    private final Rabbit rabbit;
    private final Database database;
    private final List<String> wrong = new ArrayList<>();
    private Application application;
    private Load load;

    Stage(Bench bench, Pipeline pipeline, String name, String files) throws Exception {
        this.bench = bench;
        this.pipeline = pipeline;
        this.files = files;
        this.rabbit = new Rabbit(bench.options().amqp(), bench.options().management(), name);
        this.database = new Database(bench.postgres(), name);
        try {
            start(files);
            this.load = new Load(application, pipeline, rabbit, database, bench.options().open());
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    private void start(String files) throws Exception {
        application = new Application(
                bench.options(), pipeline, rabbit, database, bench.mail().port(), files);
    }

    Pipeline pipeline() {
        return pipeline;
    }

    Rabbit rabbit() {
        return rabbit;
    }

    Database database() {
        return database;
    }

    Application application() {
        return application;
    }

    Load load() {
        return load;
    }

    List<String> wrong() {
        return wrong;
    }

    Cpu cpu() {
        return Cpu.now(application, rabbit, database);
    }

    /** Orders that are not counted. */
    void warmUp() throws Exception {
        int orders = bench.options().warmup();
        Bench.say("warming %s up with %d orders", pipeline.title(), orders);
        load.fast("warm", orders);
        awaitEnd("warm", orders);
        rabbit.quiet(60);
    }

    double awaitEnd(String prefix, int count) throws Exception {
        Load.End end = load.awaitEnd(prefix, count);
        if (end.stuck() != null) {
            wrong.add(pipeline.title() + ": " + end.stuck());
        }
        return end.seconds();
    }

    /** Money, stock, queues: whatever is not as it must be when all is done. Answers what is left in queues. */
    Map<String, Long> audit() throws Exception {
        rabbit.quiet(60);
        Map<String, Long> depths = rabbit.depths();
        if (!depths.isEmpty()) {
            wrong.add(pipeline.title() + ": left in queues: " + depths);
        }
        load.refused()
                .forEach((number, answer) ->
                        wrong.add(pipeline.title() + ": order " + number + " was not accepted: " + answer));
        for (Map.Entry<String, String> book : pipeline.books().entrySet()) {
            String found = database.rows(book.getValue()).get(0);
            if (Double.parseDouble(found) != 0) {
                wrong.add(pipeline.title() + ": " + book.getKey() + ": " + found);
            }
        }
        return depths;
    }

    /** What the orders of these counters cost in messages must be what it is meant to. */
    void checkMessages(double publishes, double deliveries) {
        int[] meant = pipeline.messages();
        if (meant.length > 0 && (Math.abs(publishes - meant[0]) > 0.01 || Math.abs(deliveries - meant[1]) > 0.01)) {
            wrong.add(Numbers.text(
                    "%s: %.2f publishes and %.2f deliveries an order instead of %d and %d",
                    pipeline.title(), publishes, deliveries, meant[0], meant[1]));
        }
    }

    /** Seconds to ready where everything is declared already; it takes no more orders then. */
    double startAgain() throws Exception {
        endApplication();
        start(files + "again-");
        double seconds = application.secondsToReady();
        application.close();
        return seconds;
    }

    void endApplication() throws IOException {
        load.close();
        application.close();
    }

    @Override
    public void close() throws IOException, SQLException {
        if (load != null) {
            load.close();
        }
        if (application != null) {
            application.close();
        }
        rabbit.close();
        database.close();
    }
}
