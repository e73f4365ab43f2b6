package org.orderway.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What can be measured: how it is started, and where in its tables it says how far its orders are. */
interface Pipeline {

    /** Short, for files. */
    String name();

    /** For people. */
    String title();

    /** Where its jar is. */
    Path folder();

    /** What its messages an order should be, or nothing where that is for the run to find out. */
    default int[] messages() {
        return new int[0];
    }

    List<String> arguments(Path topology) throws IOException;

    Map<String, String> environment(Rabbit rabbit, Database database, int mailPort);

    /**
     * Counts the events that orders of such a number recorded and the trail does not have, and the orders it does not have.
     * Those that came straight over the exchange are in it by their message, which has no order's id.
     */
    String missingInAudit();

    /** What must be none for money and stock to add up. */
    Map<String, String> books();

    /** The pipeline of this name. */
    static Pipeline of(String pipeline, Options options) {
        return switch (pipeline) {
            case "spring" -> new ByHand(options.queueType());
            case "orderway" -> new Orderway(options.queueType(), options.journey());
            default -> throw new IllegalArgumentException("There is no pipeline " + pipeline);
        };
    }
}
