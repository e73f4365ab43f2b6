package org.orderway.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** What can be measured on a stage, one after the other. */
final class Measurement {

    private final Stage stage;
    private final Options options;

    Measurement(Stage stage, Options options) {
        this.stage = stage;
        this.options = options;
    }

    /**
     * Orders as fast as they go.
     *
     * @param seconds    from the first POST until all are shipped and audited
     * @param accepted   seconds until all are answered
     * @param publishes  confirmed publishes an order
     * @param deliveries acknowledged deliveries an order
     * @param queues     queues these came from
     * @param bodySize   bytes of a message on average
     */
    record Fast(
            int orders,
            double seconds,
            double accepted,
            double publishes,
            double deliveries,
            int queues,
            int bodySize,
            Cpu.PerOrder cpu,
            Database.Work work,
            List<String> statements,
            double mails) {

        double perSecond() {
            return orders / seconds;
        }
    }

    /** Orders as fast as they go; whoever watches is told when they begin and when the last queue is empty. */
    Fast fast(MailSink mail, Watch watch) throws Exception {
        int n = options.orders();
        Rabbit rabbit = stage.rabbit();
        Database database = stage.database();
        Rabbit.Counters before = rabbit.counters();
        database.forgetStatements();
        Database.Work workBefore = database.work();
        long mailsBefore = mail.mails();
        watch.begins();
        Cpu cpu = stage.cpu();
        Bench.say("%d orders, %d requests open", n, options.open());
        long start = System.nanoTime();
        stage.load().fast("fast", n);
        double accepted = Numbers.seconds(start);
        double seconds = stage.awaitEnd("fast", n) - start / 1e9;
        Database.Work work = database.work().since(workBefore);
        Rabbit.Counters after = rabbit.quiet(120);
        Cpu.PerOrder spent = stage.cpu().since(cpu, n);
        watch.ends();
        double publishes = (after.confirmed() - before.confirmed()) / (double) n;
        double deliveries = (after.acknowledged() - before.acknowledged()) / (double) n;
        stage.checkMessages(publishes, deliveries);
        Bench.say("%.1f orders/s", n / seconds);
        return new Fast(
                n,
                seconds,
                accepted,
                publishes,
                deliveries,
                rabbit.busyQueues(),
                (int) database.number("select avg(octet_length(body::text)) from audit_events"),
                spent,
                work,
                database.topStatements(n),
                (mail.mails() - mailsBefore) / (double) n);
    }

    /** Who looks on while orders go as fast as they can. */
    interface Watch {

        Watch NOBODY = new Watch() {
            @Override
            public void begins() {}

            @Override
            public void ends() {}
        };

        void begins() throws Exception;

        void ends() throws Exception;
    }

    /** Orders one by one, the next when the last is shipped: what an order costs its sender when nothing else is to be done. */
    double[] calm() throws Exception {
        Bench.say("%d orders, one at a time", options.calm());
        double[] toShipped = new double[options.calm()];
        for (int i = 0; i < options.calm(); i++) {
            long before = stage.load().shipped();
            long start = System.nanoTime();
            stage.load().one("calm-" + i, i);
            while (stage.load().shipped() == before && Numbers.seconds(start) < Load.STALLED_SECONDS) {
                TimeUnit.MILLISECONDS.sleep(2);
            }
            toShipped[i] = Numbers.seconds(start) * 1000;
        }
        stage.awaitEnd("calm", options.calm());
        stage.rabbit().quiet(60);
        return toShipped;
    }

    /**
     * Orders at a steady pace.
     *
     * @param perSecond orders that left the house a second, from the first that was due to the last parcel
     * @param p50       ms from the moment an order was due to its parcel
     */
    record Paced(double perSecond, double p50, double p99, double longest) {}

    Paced paced(String prefix, int rate) throws Exception {
        int n = rate * options.seconds();
        Bench.say("%d orders a second for %d s", rate, options.seconds());
        long start = System.nanoTime();
        stage.load().paced(prefix, rate, options.seconds());
        stage.awaitEnd(prefix, n);
        long[] times = stage.load().timesShipped(prefix + "-%");
        double seconds = (times[times.length - 1] - start) / 1e9;
        double[] toShipped = stage.load().toShipped(prefix + "-%");
        return new Paced(
                n / Math.max(options.seconds(), seconds),
                Numbers.percentile(toShipped, 50),
                Numbers.percentile(toShipped, 99),
                Numbers.percentile(toShipped, 100));
    }

    /** The bare broker with the messages of the fast run. */
    record Raw(double perSecond, double cpuClient, double cpuBroker) {}

    Raw raw(Fast fast) throws Exception {
        int publishes = (int) Math.round(fast.publishes());
        int deliveries = (int) Math.round(fast.deliveries());
        Bench.say("the bare broker: %d publishes and %d deliveries an order", publishes, deliveries);
        RawLimit limit = new RawLimit(
                stage.rabbit(), options.queueType(), publishes, deliveries, fast.queues(), fast.bodySize());
        limit.run(Math.max(100, options.orders() / 4));
        Cpu before = stage.cpu();
        double perSecond = limit.run(options.orders());
        Cpu.PerOrder cpu = stage.cpu().since(before, options.orders());
        Bench.say("%.0f orders/s", perSecond);
        return new Raw(perSecond, cpu.benchmark(), cpu.broker());
    }
}
