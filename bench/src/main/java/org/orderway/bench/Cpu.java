package org.orderway.bench;

/** CPU time in ms that everybody here has had, -1 for a server that is not one process of this machine. */
record Cpu(long application, long broker, long postgres, long benchmark, Processes.Machine machine) {

    static Cpu now(Application application, Rabbit rabbit, Database database) {
        return new Cpu(
                application.cpu(),
                rabbit.pid() == 0 ? -1 : rabbit.cpu(),
                database.pid() == 0 ? -1 : database.cpu(),
                Processes.cpu(ProcessHandle.current().pid()),
                Processes.machine());
    }

    /** ms an order since then. */
    PerOrder since(Cpu before, int orders) {
        double total = machine.total() - before.machine.total();
        double here = application - before.application + broker - before.broker + postgres - before.postgres + benchmark
                - before.benchmark;
        return new PerOrder(
                (application - before.application) / (double) orders,
                broker < 0 ? Double.NaN : (broker - before.broker) / (double) orders,
                postgres < 0 ? Double.NaN : (postgres - before.postgres) / (double) orders,
                (benchmark - before.benchmark) / (double) orders,
                here / total,
                (machine.busy() - before.machine.busy() - here) / total);
    }

    /**
     * ms an order; not a number for a server elsewhere.
     *
     * @param here   share of the machine's CPU time that was spent here
     * @param others and by others
     */
    record PerOrder(
            double application, double broker, double postgres, double benchmark, double here, double others) {}

    static String text(double ms) {
        return Double.isNaN(ms) ? "unknown (not one process of this machine)" : Numbers.text("%.1f", ms);
    }
}
