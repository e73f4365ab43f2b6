package org.orderway.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * Normal orders that all come at once, straight over the exchange, to a pipeline that is warm: how fast it works them off, at
 * the beginning and at the end, and what becomes of priority orders that are placed meanwhile.
 */
final class Backlog {

    private static final String PRIORITY = "prior";
    private static final int STALLED_SECONDS = 120;

    /** Priority orders come while from this share to that of the backlog has been worked off. */
    private static final double FROM = 0.1;
    private static final double TO = 0.5;

    private final Bench bench;
    private final Options options;

    Backlog(Bench bench) {
        this.bench = bench;
        this.options = bench.options();
    }

    /** Resident sizes in MB then. */
    private record Memory(long at, long application, long broker) {}

    /**
     * A backlog worked off.
     *
     * @param waiting   orders that waited when the last was published
     * @param times     when they were shipped, in seconds from then
     * @param tenths    orders/s of each tenth of them
     * @param undisturbed orders/s after the priority orders
     * @param disturbed   and meanwhile
     * @param priority  ms each of those took
     * @param heap      MB after a collection, the least, in the first and in the last tenth; -1 where there was none
     */
    record Drained(
            int waiting,
            double[] times,
            double[] tenths,
            double undisturbed,
            double disturbed,
            double[] priority,
            long[] waitingThen,
            long[] heap,
            long[] resident,
            long[] broker) {}

    void run() throws Exception {
        Table table;
        try (Stage stage = bench.stage(Pipeline.of(options.pipeline(), options), bench.files())) {
            table = bench.table(stage);
            stage.warmUp();
            rows(table, drain(stage));
            table.row("peak memory", "%d MB resident", stage.application().peakMemory());
            bench.blame(stage);
        }
        table.row("money and stock", "%s", bench.isRight() ? "add up" : "see below");
        bench.report(table.toString(), "");
    }

    /** Tells it in rows. */
    static void rows(Table table, Drained drained) {
        double first = drained.tenths()[0];
        double last = drained.tenths()[9];
        table.row("backlog", "%d normal orders waiting, drained in %.0f s", drained.waiting(), drained.times()[drained.times().length - 1]);
        table.row("**first and last tenth**", "%.1f and %.1f orders/s: **%.2f**", first, last, last / first);
        table.row("each tenth", "%s orders/s", String.join(" ", Arrays.stream(drained.tenths()).mapToObj(speed -> Numbers.text("%.0f", speed)).toList()));
        table.row("heap after a collection, first and last tenth", "%s and %s MB", or(drained.heap()[0]), or(drained.heap()[1]));
        table.row("resident, first and last tenth", "application %d and %d MB, broker %d and %d MB",
                drained.resident()[0], drained.resident()[1], drained.broker()[0], drained.broker()[1]);
        table.row("**priority orders meanwhile**", "%d, while %d to %d waited: to order.shipped p50 %.0f ms, **p99 %.0f ms**",
                drained.priority().length, drained.waitingThen()[0], drained.waitingThen()[1],
                Numbers.percentile(drained.priority(), 50), Numbers.percentile(drained.priority(), 99));
        table.row("normal orders meanwhile", "%.1f orders/s, %.1f after it: **%.2f**",
                drained.disturbed(), drained.undisturbed(), drained.disturbed() / drained.undisturbed());
    }

    private static String or(long heap) {
        return heap < 0 ? "(no collection)" : Long.toString(heap);
    }

    /** On a warm stage. */
    Drained drain(Stage stage) throws Exception {
        int n = options.backlog();
        Load load = stage.load();
        long before = load.shipped();
        Bench.say("%d normal orders straight over the exchange", n);
        load.publish(n);
        long start = System.nanoTime();
        long already = load.shipped() - before;
        Bench.say("%d of them wait", n - already);
        List<Memory> memory = new ArrayList<>();
        double everyNanos = 1e9 / Math.max(1, options.priorityRate());
        long from = 0;
        long to = 0;
        int placed = 0;
        long done = already;
        long progressAt = start;
        while (done < n + placed && Numbers.seconds(progressAt) < STALLED_SECONDS) {
            long now = System.nanoTime();
            double share = (done - already - placed) / (double) (n - already);
            if (from == 0 && share >= FROM) {
                from = now;
            }
            if (from > 0 && to == 0 && share >= TO) {
                to = now;
            }
            if (options.priorityRate() > 0 && from > 0 && to == 0 && now >= from + placed * everyNanos) {
                load.at(now, PRIORITY + "-" + placed, placed, true);
                placed++;
            }
            if (memory.isEmpty() || now - memory.get(memory.size() - 1).at() > 1e9) {
                memory.add(new Memory(now, stage.application().memory(), Processes.memory(stage.rabbit().pid(), "VmRSS")));
            }
            TimeUnit.MILLISECONDS.sleep(10);
            long latest = load.shipped() - before;
            if (latest > done) {
                progressAt = System.nanoTime();
            }
            done = latest;
        }
        stage.awaitEnd(Load.STRAIGHT, n);
        stage.awaitEnd(PRIORITY, placed);
        stage.audit();
        return drained(stage, start, from, to, memory);
    }

    private Drained drained(Stage stage, long start, long from, long to, List<Memory> memory) throws Exception {
        long[] times = Arrays.stream(stage.load().timesShipped(Load.STRAIGHT + "-%"))
                .filter(time -> time >= start)
                .toArray();
        int m = times.length;
        if (m < 20 || times[m - 1] == Long.MAX_VALUE) {
            throw new IllegalStateException("The backlog was not worked off: " + stage.wrong());
        }
        double[] tenths = new double[10];
        long[] ends = new long[11];
        ends[0] = start;
        for (int tenth = 0; tenth < 10; tenth++) {
            int first = m * tenth / 10;
            int last = m * (tenth + 1) / 10 - 1;
            ends[tenth + 1] = times[last];
            tenths[tenth] = (last - first + 1) * 1e9 / (times[last] - ends[tenth]);
        }
        long[] heap = {heap(stage, ends[0], ends[1]), heap(stage, ends[9], ends[10])};
        return new Drained(
                m,
                Arrays.stream(times).mapToDouble(time -> (time - start) / 1e9).toArray(),
                tenths,
                between(times, to, ends[9]),
                between(times, from, to),
                stage.load().toShipped(PRIORITY + "-%"),
                new long[] {m - shippedBy(times, from), m - shippedBy(times, to)},
                heap,
                firstAndLast(memory, ends, Memory::application),
                firstAndLast(memory, ends, Memory::broker));
    }

    /** Orders/s shipped in between. */
    private static double between(long[] times, long from, long to) {
        return (shippedBy(times, to) - shippedBy(times, from)) * 1e9 / (to - from);
    }

    private static long shippedBy(long[] times, long time) {
        int at = Arrays.binarySearch(times, time);
        return at < 0 ? -at - 1 : at + 1;
    }

    private static long heap(Stage stage, long from, long to) throws Exception {
        double begin = stage.application().age(from);
        double end = stage.application().age(to);
        OptionalLong least = stage.application().collections().stream()
                .filter(collection -> collection.at() >= begin && collection.at() <= end)
                .mapToLong(Application.Collection::after)
                .min();
        return least.orElse(-1);
    }

    /** The largest size in the first and in the last tenth. */
    private static long[] firstAndLast(List<Memory> memory, long[] ends, ToLongFunction<Memory> size) {
        return new long[] {largest(memory, ends[0], ends[1], size), largest(memory, ends[9], ends[10], size)};
    }

    private static long largest(List<Memory> memory, long from, long to, ToLongFunction<Memory> size) {
        return memory.stream()
                .filter(sample -> sample.at() >= from && sample.at() <= to)
                .mapToLong(size)
                .max()
                .orElse(0);
    }
}
