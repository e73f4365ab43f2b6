package org.orderway.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is asked of a run; bench/run says what each option means. */
record Options(
        String amqp,
        String management,
        int orders,
        int open,
        int warmup,
        int calm,
        int rate,
        int seconds,
        String queueType,
        String heap,
        List<String> jvm,
        List<String> settings) {

    static Options of(String[] arguments) {
        Map<String, String> given = new HashMap<>();
        List<String> settings = new ArrayList<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            if (arguments[i].equals("--set")) {
                settings.add(arguments[i + 1]);
            } else {
                given.put(arguments[i].substring(2), arguments[i + 1]);
            }
        }
        return new Options(
                given.get("amqp"),
                given.get("management"),
                Integer.parseInt(given.getOrDefault("orders", "2000")),
                Integer.parseInt(given.getOrDefault("open", "200")),
                Integer.parseInt(given.getOrDefault("warmup", "500")),
                Integer.parseInt(given.getOrDefault("calm", "200")),
                Integer.parseInt(given.getOrDefault("rate", "50")),
                Integer.parseInt(given.getOrDefault("seconds", "30")),
                given.getOrDefault("queue-type", "quorum"),
                given.getOrDefault("heap", "512m"),
                given.containsKey("jvm") ? List.of(given.get("jvm").split(" +")) : List.of(),
                settings);
    }
}
