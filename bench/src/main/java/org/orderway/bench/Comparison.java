package org.orderway.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The hand-written pipeline, Orderway limited to its journey, and all of Orderway, each followed by the bare broker with its
 * messages, one after the other in as many rounds as wished. Medians, for a machine is not the same from minute to minute.
 */
final class Comparison {

    /** Publishes, deliveries and so on of one pipeline in one round. */
    private record Figures(
            double perSecond,
            Measurement.Fast fast,
            Measurement.Paced paced,
            Measurement.Raw raw,
            long memory,
            double ready) {

        double share() {
            return perSecond / raw.perSecond();
        }
    }

    private final Bench bench;
    private final Options options;
    private final List<Pipeline> pipelines;
    private final Map<String, List<Figures>> rounds = new LinkedHashMap<>();

    Comparison(Bench bench) {
        this.bench = bench;
        this.options = bench.options();
        this.pipelines = List.of(
                new ByHand(options.queueType()),
                new Orderway(options.queueType(), Orderway.REFERENCE),
                new Orderway(options.queueType(), Orderway.FULL));
    }

    void run() throws Exception {
        Table head = null;
        for (int round = 1; round <= options.rounds(); round++) {
            for (Pipeline pipeline : pipelines) {
                Bench.say("round %d of %d: %s", round, options.rounds(), pipeline.title());
                try (Stage stage = bench.stage(pipeline, bench.files() + round + "-")) {
                    head = head == null ? head(stage) : head;
                    rounds.computeIfAbsent(pipeline.title(), title -> new ArrayList<>()).add(measure(stage));
                    bench.blame(stage);
                }
            }
        }
        bench.report(head + summary() + eachRound(), "");
    }

    private Table head(Stage stage) throws Exception {
        Table head = new Table();
        head.row("machine", "%d cores, everything on it", Runtime.getRuntime().availableProcessors());
        head.row("RabbitMQ", "%s, %s queues", stage.rabbit().version(), options.queueType());
        head.row("PostgreSQL", "%s", stage.database().rows("show server_version").get(0));
        head.row("applications", "Java %s, -Xmx%s", System.getProperty("java.version"), options.heap());
        head.row("orders", "%d a run, %d before it, %d rounds", options.orders(), options.warmup(), options.rounds());
        return head;
    }

    private Figures measure(Stage stage) throws Exception {
        Measurement measurement = new Measurement(stage, options);
        stage.warmUp();
        Measurement.Fast fast = measurement.fast(bench.mail(), Measurement.Watch.NOBODY);
        Measurement.Paced paced = measurement.paced("paced", options.rate());
        stage.audit();
        long memory = stage.application().peakMemory();
        double ready = stage.application().secondsToReady();
        stage.endApplication();
        return new Figures(fast.perSecond(), fast, paced, measurement.raw(fast), memory, ready);
    }

    private double median(Pipeline pipeline, ToDoubleFunction<Figures> figure) {
        return Numbers.median(rounds.get(pipeline.title()).stream().map(figure::applyAsDouble).toList());
    }

    private String summary() {
        Pipeline byHand = pipelines.get(0);
        double limit = median(byHand, figures -> figures.raw().perSecond());
        StringBuilder text = new StringBuilder(Numbers.text(
                """

                | medians | messages an order | orders/s | of the raw limit of %d/%d | raw limit of its own messages | of that | times hand-written \
                | p50 / p99 at %d/s | CPU ms an order: application + broker + PostgreSQL | peak memory |
                |---|---|---|---|---|---|---|---|---|---|
                """,
                ByHand.PUBLISHES, ByHand.DELIVERIES, options.rate()));
        text.append(Numbers.text(
                "| the bare broker, the same messages | %d / %d | %.0f | 1.00 | %.0f | 1.00 | | | %.1f + %s + 0 | |%n",
                ByHand.PUBLISHES, ByHand.DELIVERIES, limit, limit,
                median(byHand, figures -> figures.raw().cpuClient()),
                Cpu.text(median(byHand, figures -> figures.raw().cpuBroker()))));
        for (Pipeline pipeline : pipelines) {
            double perSecond = median(pipeline, Figures::perSecond);
            text.append(Numbers.text(
                    "| %s | %.1f / %.1f | **%.1f** | %.2f | %.0f | **%.2f** | **%.2f** | %.0f / %.0f ms | %.1f + %s + %s | %.0f MB |%n",
                    pipeline.title(),
                    median(pipeline, figures -> figures.fast().publishes()),
                    median(pipeline, figures -> figures.fast().deliveries()),
                    perSecond,
                    perSecond / limit,
                    median(pipeline, figures -> figures.raw().perSecond()),
                    median(pipeline, Figures::share),
                    perSecond / median(byHand, Figures::perSecond),
                    median(pipeline, figures -> figures.paced().p50()),
                    median(pipeline, figures -> figures.paced().p99()),
                    median(pipeline, figures -> figures.fast().cpu().application()),
                    Cpu.text(median(pipeline, figures -> figures.fast().cpu().broker())),
                    Cpu.text(median(pipeline, figures -> figures.fast().cpu().postgres())),
                    median(pipeline, Figures::memory)));
        }
        return text.toString();
    }

    private String eachRound() {
        StringBuilder text = new StringBuilder(
                "\n| round | | orders/s | raw limit of its messages | p50 / p99 | ready after | CPU time of others |\n|---|---|---|---|---|---|---|\n");
        for (int round = 0; round < options.rounds(); round++) {
            for (Pipeline pipeline : pipelines) {
                Figures figures = rounds.get(pipeline.title()).get(round);
                text.append(Numbers.text(
                        "| %d | %s | %.1f | %.0f | %.0f / %.0f ms | %.1f s | %.0f %% |%n",
                        round + 1, pipeline.title(), figures.perSecond(), figures.raw().perSecond(), figures.paced().p50(),
                        figures.paced().p99(), figures.ready(), 100 * figures.fast().cpu().others()));
            }
        }
        return text.toString();
    }
}
