package org.orderway.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Throughput and latency over load, and a backlog being worked off, of Orderway and of the hand-written pipeline. */
final class Charts {

    private static final Path FOLDER = Path.of("bench", "charts");

    /** Where so much less leaves the house than comes in, more load would show nothing new. */
    private static final double OVERLOADED = 0.75;

    private final Bench bench;
    private final Options options;
    private final Map<String, List<Drawing.Point>> points = new LinkedHashMap<>();
    private final Map<String, Backlog.Drained> drained = new LinkedHashMap<>();

    Charts(Bench bench) {
        this.bench = bench;
        this.options = bench.options();
    }

    void run() throws Exception {
        StringBuilder text = new StringBuilder();
        for (Pipeline pipeline : List.of(Pipeline.of("orderway", options), Pipeline.of("spring", options))) {
            try (Stage stage = bench.stage(pipeline, bench.files())) {
                Table table = bench.table(stage);
                stage.warmUp();
                steps(stage, table);
                drained.put(pipeline.title(), new Backlog(bench).drain(stage));
                Backlog.rows(table, drained.get(pipeline.title()));
                bench.blame(stage);
                text.append(table).append('\n');
            }
        }
        Drawing drawing = new Drawing(FOLDER);
        drawing.throughput(points);
        drawing.latency(points);
        drawing.backlog(drained);
        Bench.say("drawn: %s/throughput.png, latency.png, backlog.png", FOLDER);
        bench.report(text.toString(), "");
    }

    private void steps(Stage stage, Table table) throws Exception {
        Measurement measurement = new Measurement(stage, options);
        List<Drawing.Point> line = points.computeIfAbsent(stage.pipeline().title(), title -> new ArrayList<>());
        for (int load : options.loads()) {
            Measurement.Paced paced = measurement.paced("load" + load, load);
            line.add(new Drawing.Point(load, paced));
            table.row(
                    "at " + load + " orders/s", "%.1f orders/s shipped; p50 %.0f ms, p99 %.0f ms",
                    paced.perSecond(), paced.p50(), paced.p99());
            if (paced.perSecond() < OVERLOADED * load) {
                return;
            }
        }
    }
}
