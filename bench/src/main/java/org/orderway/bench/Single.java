package org.orderway.bench;

import static org.orderway.bench.Numbers.percentile;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** One pipeline: orders one by one, orders as fast as they go, orders at a steady pace, then the bare broker with the same messages. */
final class Single {

    private final Bench bench;
    private final Options options;

    Single(Bench bench) {
        this.bench = bench;
        this.options = bench.options();
    }

    void run() throws Exception {
        StringBuilder besides = new StringBuilder();
        Table table;
        try (Stage stage = bench.stage(Pipeline.of(options.pipeline(), options), bench.files())) {
            table = bench.table(stage);
            Measurement measurement = new Measurement(stage, options);
            Profile profile = options.profile() ? new Profile(stage) : null;
            stage.warmUp();
            double[] calm = measurement.calm();
            Measurement.Fast fast = measurement.fast(bench.mail(), profile == null ? Measurement.Watch.NOBODY : profile);
            rows(table, stage, calm, fast);
            if (options.rate() > 0) {
                Measurement.Paced paced = measurement.paced("paced", options.rate());
                table.row(
                        "**at " + options.rate() + " orders/s**",
                        "to order.shipped **p50 %.0f ms, p99 %.0f ms**, longest %.0f ms",
                        paced.p50(), paced.p99(), paced.longest());
            }
            submitRows(table, stage.load());
            afterwards(table, stage);
            double first = stage.application().secondsToReady();
            if (profile == null) {
                table.row("ready after", "%.1f s, **%.1f s** with everything declared and migrated", first, stage.startAgain());
            } else {
                stage.endApplication();
                besides.append(profile.report(fast.orders()));
                System.out.println(besides);
            }
            Measurement.Raw raw = measurement.raw(fast);
            table.row(
                    "**bare broker**",
                    "**%.0f orders/s** (%.0f publishes/s, %.0f deliveries/s; CPU ms an order: broker %s, its client %.1f)",
                    raw.perSecond(), raw.perSecond() * fast.publishes(), raw.perSecond() * fast.deliveries(),
                    Cpu.text(raw.cpuBroker()), raw.cpuClient());
            table.row("**pipeline / bare broker**", "**%.3f**", fast.perSecond() / raw.perSecond());
            bench.blame(stage);
            statements(besides, fast.statements());
        }
        table.row("money and stock", "%s", bench.isRight() ? "add up" : "see below");
        bench.report(table.toString(), besides.toString());
    }

    private void rows(Table table, Stage stage, double[] calm, Measurement.Fast fast) throws Exception {
        table.row(
                "**one order at a time**", "to order.shipped p50 %.0f ms, **p95 %.0f ms**", percentile(calm, 50),
                percentile(calm, 95));
        table.row(
                "**orders/s**", "**%.1f** (%d orders in %.1f s to shipped and audited; all accepted after %.1f s)",
                fast.perSecond(), fast.orders(), fast.seconds(), fast.accepted());
        table.row(
                "messages an order",
                "%.1f confirmed publishes, %.1f acknowledged deliveries from %d queues, %d bytes on average",
                fast.publishes(), fast.deliveries(), fast.queues(), fast.bodySize());
        double[] priority = stage.load().toShipped("fast-%" + Load.PRIORITY);
        table.row(
                "priority orders meanwhile",
                "to order.shipped **p50 %.0f ms, p95 %.0f ms**; all orders p50 %.0f ms",
                percentile(priority, 50), percentile(priority, 95), percentile(stage.load().toShipped("fast-%"), 50));
        double n = fast.orders();
        table.row(
                "database an order", "%.1f statements, %.1f commits, %.1f kB and %.1f flushes of the log",
                fast.work().statements() / n, fast.work().commits() / n, fast.work().walBytes() / 1024.0 / n,
                fast.work().walFlushes() / n);
        table.row("mails an order", "%.1f", fast.mails());
        table.row(
                "CPU ms an order", "application %.1f, broker %s, PostgreSQL %s; besides, this benchmark %.1f",
                fast.cpu().application(), Cpu.text(fast.cpu().broker()), Cpu.text(fast.cpu().postgres()),
                fast.cpu().benchmark());
        table.row(
                "the machine meanwhile", "%.0f%% of its CPU time spent here, %.0f%% by others",
                100 * fast.cpu().here(), 100 * fast.cpu().others());
    }

    /** How long a sender waits for the 202, and how much longer under load: the ratio says more than the times do. */
    private void submitRows(Table table, Load load) {
        double[] calm = load.toAnswer("calm");
        double unloaded = percentile(calm, 99);
        table.row("**submit, to the 202**", "one at a time p50 %.1f ms, **p99 %.1f ms**", percentile(calm, 50), unloaded);
        if (options.rate() > 0) {
            submitRow(table, "at " + options.rate() + " orders/s", load.toAnswer("paced"), unloaded);
        }
        submitRow(table, options.open() + " requests open", load.toAnswer("fast"), unloaded);
    }

    private static void submitRow(Table table, String when, double[] times, double unloaded) {
        table.row(
                "", "%s p50 %.1f ms, p99 %.1f ms, **%.1f times** the unloaded p99",
                when, percentile(times, 50), percentile(times, 99), percentile(times, 99) / unloaded);
    }

    private static void afterwards(Table table, Stage stage) throws Exception {
        Map<String, Long> depths = stage.audit();
        Application application = stage.application();
        table.row(
                "peak memory", "%d MB resident; heap %d MB before, %d MB after a collection",
                application.peakMemory(),
                application.collections().stream().mapToLong(Application.Collection::before).max().orElse(0),
                application.collections().stream().mapToLong(Application.Collection::after).max().orElse(0));
        table.row(
                "asked again", "%d after a 503, %d after a lost connection", stage.load().putOff(), stage.load().cutOff());
        table.row("left in queues", "%s", depths.isEmpty() ? "nothing" : depths);
        complaints(table, application);
    }

    private static void complaints(Table table, Application application) throws IOException {
        List<String> complaints = application.complaints();
        table.row("log", "%d lines at WARN or ERROR", complaints.size());
        complaints.stream()
                .limit(10)
                .forEach(line -> Bench.say("log: %s", line.length() > 300 ? line.substring(0, 300) : line));
    }

    private static void statements(StringBuilder text, List<String> statements) {
        if (!statements.isEmpty()) {
            text.append("\nStatements of the fast run:\n\n| an order | ms an order | |\n|---|---|---|\n");
            statements.forEach(line -> text.append(line).append('\n'));
        }
    }
}
