package org.orderway.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is asked of a run; bench/run says what each option means. */
record Options(
        String amqp,
        String management,
        String mode,
        String pipeline,
        String journey,
        int orders,
        int open,
        int warmup,
        int calm,
        int rate,
        int seconds,
        int rounds,
        int backlog,
        int priorityRate,
        List<Integer> loads,
        String queueType,
        String heap,
        List<String> jvm,
        List<String> settings,
        boolean profile) {

    static final String MEASURE = "measure";
    static final String COMPARE = "compare";
    static final String CHARTS = "charts";
    static final String BACKLOG = "backlog";

    private static final int CHARTED_BACKLOG = 20_000;

    /** Those without a value. */
    private static final Set<String> SWITCHES = Set.of("--compare", "--charts", "--profile");

    static Options of(String... arguments) {
        Map<String, String> given = new HashMap<>();
        List<String> settings = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            String name = arguments[i];
            if (SWITCHES.contains(name)) {
                given.put(name.substring(2), "");
            } else if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(name + " needs a value");
            } else if (name.equals("--set")) {
                settings.add(arguments[++i]);
            } else {
                given.put(name.substring(2), arguments[++i]);
            }
        }
        String mode = given.containsKey("compare")
                ? COMPARE
                : given.containsKey("charts") ? CHARTS : given.containsKey("backlog") ? BACKLOG : MEASURE;
        if (!mode.equals(MEASURE) && number(given, "rate", 50) < 1) {
            throw new IllegalArgumentException("--rate must be at least 1 here");
        }
        return new Options(
                given.get("amqp"),
                given.get("management"),
                mode,
                oneOf(given, "pipeline", "orderway", "spring"),
                oneOf(given, "journey", Orderway.FULL, Orderway.REFERENCE),
                number(given, "orders", 2000),
                number(given, "open", 200),
                number(given, "warmup", 500),
                number(given, "calm", 200),
                number(given, "rate", 50),
                number(given, "seconds", 30),
                number(given, "rounds", 3),
                number(given, "backlog", CHARTED_BACKLOG),
                number(given, "priority-rate", 5),
                Arrays.stream(given.getOrDefault("loads", "10,25,50,75,100,150,200").split(","))
                        .map(Integer::valueOf)
                        .toList(),
                oneOf(given, "queue-type", "quorum", "classic"),
                given.getOrDefault("heap", "512m"),
                given.containsKey("jvm") ? List.of(given.get("jvm").split(" +")) : List.of(),
                settings,
                given.containsKey("profile"));
    }

    private static int number(Map<String, String> given, String name, int otherwise) {
        return given.containsKey(name) ? Integer.parseInt(given.get(name)) : otherwise;
    }

    /** The first is taken where nothing is said. */
    private static String oneOf(Map<String, String> given, String name, String... known) {
        String value = given.getOrDefault(name, known[0]);
        if (!List.of(known).contains(value)) {
            throw new IllegalArgumentException("--" + name + " is one of " + String.join(", ", known));
        }
        return value;
    }
}
