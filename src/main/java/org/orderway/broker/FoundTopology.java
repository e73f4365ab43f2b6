package org.orderway.broker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What there is on a broker, whoever made it: the durable things that stay when their maker goes.
 *
 * @param exchanges all but the broker's own
 * @param queues    those of nobody's connection alone
 * @param bindings  all but those that every queue has by its name
 */
public record FoundTopology(List<FoundExchange> exchanges, List<FoundQueue> queues, List<Bound> bindings) {

    public FoundTopology {
        exchanges = List.copyOf(exchanges);
        queues = List.copyOf(queues);
        bindings = List.copyOf(bindings);
    }

    /** An exchange. @param arguments null where the broker does not tell them */
    public record FoundExchange(String name, String type, Map<String, Object> arguments) {

        public FoundExchange {
            arguments = arguments == null ? null : plain(arguments);
        }
    }

    /**
     * A queue.
     *
     * @param arguments null where the broker does not tell them
     * @param messages  ready and in work, as last counted; null where that is not told
     */
    public record FoundQueue(String name, Map<String, Object> arguments, Long messages) {

        public FoundQueue {
            arguments = arguments == null ? null : plain(arguments);
        }
    }

    /** What a queue gets from an exchange. @param queue its name, or {@code exchange} and the name of another exchange */
    public record Bound(String exchange, String queue, String key, Map<String, Object> arguments) {

        public Bound {
            arguments = plain(arguments);
        }

        /** The binding as a person reads it, its queue left out. */
        String words() {
            return exchange + (key.isEmpty() ? "" : " " + key) + (arguments.isEmpty() ? "" : " " + arguments);
        }
    }

    /** The queue of this name, or null. */
    FoundQueue queue(String name) {
        return queues.stream()
                .filter(queue -> queue.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** The exchange of this name, or null. */
    FoundExchange exchange(String name) {
        return exchanges.stream()
                .filter(exchange -> exchange.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** The same arguments, such that numbers of another width and texts of another class are equal. */
    static Map<String, Object> plain(Map<String, Object> arguments) {
        Map<String, Object> plain = new HashMap<>();
        arguments.forEach((name, value) -> plain.put(
                name,
                value instanceof Number number
                        ? (Object) number.longValue()
                        : value instanceof Boolean ? value : String.valueOf(value)));
        return Map.copyOf(plain);
    }
}
