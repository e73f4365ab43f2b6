package org.orderway.routes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/** How the ways of messages in one version differ from those in another: which steps they skip, newly pass or fail at, by orders. */
final class Differences {

    private static final int MOST_STEPS = 6;
    private static final int MOST_SENTENCES = 20;

    /** What matters most is told first. */
    private enum Kind {
        FAIL("fail at "),
        NO_FAIL("no longer fail at "),
        SKIP("skip "),
        PASS("newly pass "),
        REORDER("pass in another order, or another number of times, ");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** @param queue whose messages @param step the id of a step @param error with which it fails; empty where it does not */
    private record Effect(Kind kind, String queue, String step, String error) {}

    /** What happens to the same orders of a queue is told in one sentence. */
    private record Group(Kind kind, String queue, String error, Set<String> orders) {}

    private final Map<Effect, Set<String>> ordersOf = new LinkedHashMap<>();

    /** Notes what becomes of one message. */
    void add(String order, String queue, Walk before, Walk after) {
        Set<String> old = new LinkedHashSet<>(before.nodes());
        Set<String> fresh = new LinkedHashSet<>(after.nodes());
        boolean sameEnd = Objects.equals(before.error(), after.error())
                && (!before.failed() || before.last().equals(after.last()));
        if (!sameEnd) {
            fails(Kind.NO_FAIL, order, queue, before);
            fails(Kind.FAIL, order, queue, after);
            if (before.failed()) {
                old.remove(before.last());
            }
            if (after.failed()) {
                fresh.remove(after.last());
            }
        }
        // What comes after a failure is not skipped: it is not reached.
        if (sameEnd || !after.failed()) {
            steps(Kind.SKIP, order, queue, old, fresh);
        }
        if (sameEnd || !before.failed()) {
            steps(Kind.PASS, order, queue, fresh, old);
        }
        if (sameEnd && old.equals(fresh) && !before.nodes().equals(after.nodes())) {
            moved(before.nodes(), after.nodes())
                    .forEach(step -> note(new Effect(Kind.REORDER, queue, step, ""), order));
        }
    }

    private void fails(Kind kind, String order, String queue, Walk walk) {
        if (walk.failed()) {
            note(new Effect(kind, queue, walk.last(), walk.error()), order);
        }
    }

    private void steps(Kind kind, String order, String queue, Set<String> of, Set<String> without) {
        of.stream()
                .filter(step -> !without.contains(step))
                .forEach(step -> note(new Effect(kind, queue, step, ""), order));
    }

    /** From the first place where they are not the same to the last. */
    private static Set<String> moved(List<String> before, List<String> after) {
        int head = 0;
        int shortest = Math.min(before.size(), after.size());
        while (head < shortest && before.get(head).equals(after.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < shortest - head
                && before.get(before.size() - 1 - tail).equals(after.get(after.size() - 1 - tail))) {
            tail++;
        }
        Set<String> moved = new LinkedHashSet<>(before.subList(head, before.size() - tail));
        moved.addAll(after.subList(head, after.size() - tail));
        return moved;
    }

    private void note(Effect effect, String order) {
        ordersOf.computeIfAbsent(effect, e -> new HashSet<>()).add(order);
    }

    /** Takes over what was found of another order. */
    void addAll(Differences other) {
        other.ordersOf.forEach((effect, orders) ->
                ordersOf.computeIfAbsent(effect, e -> new HashSet<>()).addAll(orders));
    }

    /**
     * A sentence for each thing that becomes another.
     *
     * @param lookedAt orders of which something is known
     * @param label    names a step by its id
     */
    List<String> inWords(int lookedAt, UnaryOperator<String> label) {
        Map<Group, List<String>> groups = new LinkedHashMap<>();
        ordersOf.forEach((effect, orders) -> groups.computeIfAbsent(
                        new Group(effect.kind(), effect.queue(), effect.error(), orders), g -> new ArrayList<>())
                .add(effect.step()));
        List<String> sentences = groups.entrySet().stream()
                .sorted(Comparator.comparing(group -> group.getKey().kind()))
                .map(group ->
                        group.getKey().orders().size() + " of " + lookedAt + (lookedAt == 1 ? " order" : " orders")
                                + " would " + group.getKey().kind().words + steps(group.getValue(), label)
                                + (group.getKey().error().isEmpty()
                                        ? ""
                                        : ": " + group.getKey().error()))
                .toList();
        if (sentences.size() <= MOST_SENTENCES) {
            return sentences;
        }
        List<String> most = new ArrayList<>(sentences.subList(0, MOST_SENTENCES));
        most.add("and " + (sentences.size() - MOST_SENTENCES) + " differences more");
        return most;
    }

    private static String steps(List<String> steps, UnaryOperator<String> label) {
        List<String> named = steps.stream().limit(MOST_STEPS).map(label).toList();
        int more = steps.size() - named.size();
        return String.join(", ", named) + (more > 0 ? " and " + more + " steps more" : "");
    }
}
