package org.orderway.broker;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.orderway.broker.Topology.BindingRow;
import org.orderway.broker.Topology.ExchangeRow;
import org.orderway.broker.Topology.PublishedRow;
import org.orderway.broker.Topology.QueueRow;

/** Finds every mistake of the topology table at once, each told with its row. */
class TopologyCheck {

    private static final Set<String> TYPES = Set.of("topic", "direct", "fanout", "headers");
    private static final Pattern NAME = Pattern.compile("[a-z0-9_]+");
    private static final Pattern BROKERS_OWN = Pattern.compile("amq\\.[a-z]+");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_-]+");
    private static final int LONGEST_KEY = 255;

    private final List<String> mistakes = new ArrayList<>();
    private final List<ExchangeRow> exchanges;
    private final List<QueueRow> queues;

    private TopologyCheck(List<ExchangeRow> exchanges, List<QueueRow> queues) {
        this.exchanges = exchanges;
        this.queues = queues;
    }

    static void check(
            int maxRetries,
            List<Duration> retryDelays,
            int consumers,
            int prefetch,
            int deliveryLimit,
            int collectors,
            List<String> needs,
            List<ExchangeRow> exchanges,
            List<QueueRow> queues,
            List<PublishedRow> published) {
        if (exchanges.isEmpty() && queues.isEmpty()) {
            throw new InvalidTopology(
                    List.of("orderway.topology is missing or empty: it stands in application.yml, which"
                            + " must be in the working directory (now " + System.getProperty("user.dir") + ")"));
        }
        TopologyCheck check = new TopologyCheck(exchanges, queues);
        check.retries("orderway.topology", maxRetries, retryDelays);
        check.atLeastOne("orderway.topology: consumers", consumers);
        check.atLeastOne("orderway.topology: prefetch", prefetch);
        check.atLeastOne("orderway.topology: delivery-limit", deliveryLimit);
        check.atLeastOne("orderway.topology: collectors", collectors);
        check.needs("orderway.topology: ", needs);
        check.exchanges();
        check.queues(retryDelays, consumers);
        if (check.mistakes.isEmpty()) {
            check.published(published);
        }
        if (!check.mistakes.isEmpty()) {
            throw new InvalidTopology(check.mistakes);
        }
    }

    private void exchanges() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < exchanges.size(); i++) {
            ExchangeRow row = exchanges.get(i);
            String where = "orderway.topology.exchanges[" + i + "] (" + row.name() + "): ";
            if (row.predeclared()
                    && !BROKERS_OWN.matcher(String.valueOf(row.name())).matches()) {
                mistakes.add(where + "predeclared are only the broker's own exchanges, amq.topic and the like");
            } else if (!row.predeclared()
                    && (row.name() == null || !NAME.matcher(row.name()).matches())) {
                mistakes.add(where + "the name must consist of a-z, 0-9 and _");
            } else if (Topology.OWN_EXCHANGES.contains(row.name())) {
                mistakes.add(where + "this exchange is always there and needs no row");
            } else if (!seen.add(row.name())) {
                mistakes.add(where + "the name stands in the table twice");
            }
            if (row.type() == null || !TYPES.contains(row.type())) {
                mistakes.add(where + "the type \"" + row.type() + "\" is none of topic, direct, fanout, headers"
                        + didYouMean(row.type(), TYPES));
            }
        }
    }

    private void queues(List<Duration> defaultDelays, int defaultConsumers) {
        Set<String> seen = new HashSet<>();
        Set<String> fed = new HashSet<>();
        queues.stream().filter(row -> row.then() != null).forEach(row -> fed.add(row.then()));
        for (int i = 0; i < queues.size(); i++) {
            QueueRow row = queues.get(i);
            String where = "orderway.topology.queues[" + i + "] (" + row.name() + "): ";
            if (row.name() == null
                    || !NAME.matcher(row.name()).matches()
                    || !row.name().endsWith("_queue")
                    || row.name().length() > 200) {
                mistakes.add(
                        where + "the name must consist of a-z, 0-9 and _, end in _queue and have at most 200 letters");
                continue;
            }
            if (row.name().equals(Topology.UNROUTABLE_QUEUE)) {
                mistakes.add(where + "this queue is always there and needs no row");
                continue;
            }
            if (!seen.add(row.name())) {
                mistakes.add(where + "the name stands in the table twice");
                continue;
            }
            if (row.delays()) {
                delayQueue(where, row);
            } else {
                workQueue(where, row, defaultDelays, defaultConsumers);
            }
            if (row.bindings().isEmpty() && !fed.contains(row.name())) {
                mistakes.add(where + "nothing reaches it: it names no exchange");
            }
            if (row.exchange() == null
                    && !(row.keys().isEmpty() && row.arguments().isEmpty())) {
                mistakes.add(where + "it has keys or arguments but names no exchange");
            }
            row.bindings().forEach(binding -> binding(where, binding));
        }
    }

    private void delayQueue(String where, QueueRow row) {
        if (row.delay() == null || row.then() == null) {
            mistakes.add(
                    where + "delay and then belong together: how long a message stays, and where it goes after that");
            return;
        }
        delay(where + "delay", row.delay());
        List<String> targets = queues.stream()
                .filter(other -> !other.delays())
                .map(QueueRow::name)
                .toList();
        if (!targets.contains(row.then())) {
            mistakes.add(where + "then names \"" + row.then() + "\", which is no work queue in orderway.topology.queues"
                    + didYouMean(row.then(), targets));
        }
        if (row.lane()
                || Stream.of(
                                row.maxLength(),
                                row.maxRetries(),
                                row.retryDelays(),
                                row.consumers(),
                                row.maxConsumers(),
                                row.prefetch(),
                                row.needs())
                        .anyMatch(value -> value != null)) {
            mistakes.add(where + "a delay queue has no consumer, so no settings of one");
        }
    }

    private void workQueue(String where, QueueRow row, List<Duration> defaultDelays, int defaultConsumers) {
        if (row.path() && row.observer()) {
            mistakes.add(where + "a queue is on the path of an order or observes it, not both");
        }
        if (row.maxLength() != null) {
            if (!row.lane()) {
                mistakes.add(
                        where + "only a lane may have max-length: a full queue that refuses would stall every publish"
                                + " it shares with others");
            }
            atLeastOne(where + "max-length", row.maxLength());
        }
        List<Duration> delays = row.retryDelays() == null ? defaultDelays : row.retryDelays();
        if (row.retryDelays() != null || row.maxRetries() != null) {
            retries(where + "this row", row.maxRetries() == null ? 0 : row.maxRetries(), delays);
        }
        int consumers = row.consumers() == null ? defaultConsumers : row.consumers();
        if (row.consumers() != null) {
            atLeastOne(where + "consumers", row.consumers());
        }
        if (row.maxConsumers() != null && row.maxConsumers() < consumers) {
            mistakes.add(where + "max-consumers is " + row.maxConsumers() + ", less than consumers, " + consumers);
        }
        if (row.prefetch() != null) {
            atLeastOne(where + "prefetch", row.prefetch());
        }
        needs(where, row.needs() == null ? List.of() : row.needs());
        List<String> retryQueues = new WorkQueue(
                        row.name(), null, false, false, QueueType.QUORUM, 0, delays, 1, 1, 1, null, List.of())
                .retryQueues();
        queues.stream()
                .map(QueueRow::name)
                .filter(retryQueues::contains)
                .forEach(
                        taken -> mistakes.add(where + "its retry queue \"" + taken + "\" has the name of another row"));
    }

    private void needs(String where, List<String> needs) {
        needs.stream()
                .filter(need -> !Topology.DEPENDENCIES.contains(need))
                .forEach(need -> mistakes.add(where + "needs \"" + need + "\", which is none of "
                        + String.join(", ", Topology.DEPENDENCIES) + didYouMean(need, Topology.DEPENDENCIES)));
    }

    private void binding(String where, BindingRow binding) {
        String type = typeOf(exchanges, binding.exchange());
        if (type == null) {
            mistakes.add(where + "binds to the exchange \"" + binding.exchange()
                    + "\", which is not in orderway.topology.exchanges"
                    + didYouMean(
                            binding.exchange(),
                            exchanges.stream().map(ExchangeRow::name).toList()));
            return;
        }
        boolean byKey = type.equals("topic") || type.equals("direct");
        if (byKey && binding.keys().isEmpty()) {
            mistakes.add(where + "binds to the " + type + " exchange \"" + binding.exchange() + "\" without keys");
        }
        if (!byKey && !binding.keys().isEmpty()) {
            mistakes.add(where + "has keys, which the " + type + " exchange \"" + binding.exchange()
                    + "\" does not look at");
        }
        if (type.equals("headers")
                && !Set.of("all", "any")
                        .contains(String.valueOf(binding.arguments().get("x-match")))) {
            mistakes.add(where + "binds to the headers exchange \"" + binding.exchange()
                    + "\" without the argument x-match: all or any");
        }
        if (type.equals("headers")
                && Set.of("x-match").containsAll(binding.arguments().keySet())) {
            mistakes.add(
                    where + "binds to the headers exchange \"" + binding.exchange() + "\" without a header to look at");
        }
        if (!type.equals("headers") && !binding.arguments().isEmpty()) {
            mistakes.add(where + "has binding arguments, which only a headers exchange looks at");
        }
        if (byKey) {
            binding.keys().forEach(key -> key(where, key, type.equals("topic") ? "*#" : ""));
            if (new HashSet<>(binding.keys()).size() < binding.keys().size()) {
                mistakes.add(where + "has the same key twice");
            }
        }
    }

    private void published(List<PublishedRow> published) {
        Set<String> seen = new HashSet<>();
        List<String> names = queues.stream().map(QueueRow::name).toList();
        for (int i = 0; i < published.size(); i++) {
            PublishedRow row = published.get(i);
            String where = "orderway.topology.published[" + i + "] (" + row.exchange() + " " + row.key() + "): ";
            String type = typeOf(exchanges, row.exchange());
            if (type == null) {
                mistakes.add(where + "the exchange is not in orderway.topology.exchanges"
                        + didYouMean(
                                row.exchange(),
                                exchanges.stream().map(ExchangeRow::name).toList()));
                continue;
            }
            if (BROKERS_OWN.matcher(row.exchange()).matches()) {
                mistakes.add(where + "the exchange is the broker's own and has no alternate: what no queue wants would"
                        + " vanish there");
                continue;
            }
            if (!seen.add(row.exchange() + " " + row.key())) {
                mistakes.add(where + "the key stands in the table twice");
            }
            if (type.equals("topic") || type.equals("direct")) {
                int before = mistakes.size();
                key(where, row.key(), type.equals("topic") ? "*" : "");
                if (mistakes.size() > before) {
                    continue;
                }
            }
            List<String> receivers = receivers(exchanges, queues, row.exchange(), row.key());
            for (String name : row.to()) {
                if (!names.contains(name)) {
                    mistakes.add(where + "goes to \"" + name + "\", which is not in orderway.topology.queues"
                            + didYouMean(name, names));
                } else if (!receivers.contains(name)) {
                    mistakes.add(
                            where + "does not reach " + name + ", which is not bound to it; it reaches " + receivers);
                }
            }
            boolean consumed = queues.stream().anyMatch(queue -> row.to().contains(queue.name()) && !queue.observer());
            if (!consumed && !row.terminal()) {
                mistakes.add(where + "nobody but observers consumes it: name the queue that does under \"to\", or write"
                        + " terminal: true if that is meant");
            }
        }
    }

    /** A key of words joined by dots. */
    private void key(String where, String key, String wildcards) {
        if (key == null || key.isEmpty()) {
            mistakes.add(where + "an empty key");
            return;
        }
        String what = where + "the key \"" + key + "\" ";
        if (key.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
            mistakes.add(what + "is longer than " + LONGEST_KEY + " bytes");
        }
        for (String word : key.split("\\.", -1)) {
            if (word.isEmpty()) {
                mistakes.add(what + "has an empty word");
            } else if (word.equals("*") || word.equals("#")) {
                if (!wildcards.contains(word)) {
                    mistakes.add(what + "may not contain " + word + " here");
                }
            } else if (word.contains("*") || word.contains("#")) {
                mistakes.add(what + "has the word \"" + word + "\": * and # stand for whole words only");
            } else if (!WORD.matcher(word).matches()) {
                mistakes.add(what + "has the word \"" + word + "\": a word consists of letters, digits, _ and -");
            }
        }
    }

    private void retries(String where, int maxRetries, List<Duration> delays) {
        if (maxRetries < 0) {
            mistakes.add(where + ": max-retries is less than 0");
        }
        if (delays.isEmpty()) {
            mistakes.add(
                    where + ": retry-delays is empty; also without retries a message needs one to wait out an outage");
        }
        delays.forEach(delay -> delay(where + ": retry-delays", delay));
    }

    private void delay(String where, Duration delay) {
        if (delay.toMillis() < 1 || delay.compareTo(Duration.ofDays(20)) > 0 || delay.toNanosPart() % 1_000_000 != 0) {
            mistakes.add(where + ": " + delay + " is not between 1ms and 20d in whole milliseconds");
        }
    }

    private void atLeastOne(String what, long value) {
        if (value < 1) {
            mistakes.add(what + " is " + value + ", less than 1");
        }
    }

    /** The queues that every key meant by a published key is put into; on a headers exchange those it may be put into. */
    static List<String> receivers(List<ExchangeRow> exchanges, List<QueueRow> queues, String exchange, String key) {
        String type = typeOf(exchanges, exchange);
        if (type == null) {
            return List.of();
        }
        return queues.stream()
                .filter(queue -> queue.bindings().stream()
                        .filter(binding -> binding.exchange().equals(exchange))
                        .anyMatch(binding -> switch (type) {
                            case "topic" ->
                                binding.keys().stream().anyMatch(pattern -> TopicPattern.of(pattern)
                                        .coversAll(key));
                            case "direct" -> binding.keys().contains(key);
                            default -> true;
                        }))
                .map(QueueRow::name)
                .toList();
    }

    private static String typeOf(List<ExchangeRow> exchanges, String name) {
        return exchanges.stream()
                .filter(row -> row.name() != null && row.name().equals(name))
                .map(ExchangeRow::type)
                .findFirst()
                .orElse(null);
    }

    static String didYouMean(String wrong, Collection<String> known) {
        return Nearest.to(wrong, known)
                .map(name -> "; did you mean \"" + name + "\"?")
                .orElse("");
    }
}
