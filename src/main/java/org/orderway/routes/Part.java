package org.orderway.routes;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** A piece of YAML that knows where it stands. */
final class Part {

    private final Node node;

    Part(Node node) {
        this.node = node;
    }

    /** One line of a mapping. */
    record Entry(Part key, Part value) {

        String name() {
            return key.text();
        }
    }

    boolean isMapping() {
        return node instanceof MappingNode;
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    /** The text of a scalar; empty for anything else. */
    String text() {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    boolean isText() {
        return node instanceof ScalarNode;
    }

    List<Entry> entries() {
        return node instanceof MappingNode mapping
                ? mapping.getValue().stream()
                        .map(tuple -> new Entry(new Part(tuple.getKeyNode()), new Part(tuple.getValueNode())))
                        .toList()
                : List.of();
    }

    List<Part> items() {
        return node instanceof SequenceNode sequence
                ? sequence.getValue().stream().map(Part::new).toList()
                : List.of();
    }

    Optional<Part> find(String name) {
        return entries().stream()
                .filter(entry -> entry.name().equals(name))
                .map(Entry::value)
                .findFirst();
    }

    boolean has(String name) {
        return find(name).isPresent();
    }

    /** The text under a name; empty when there is none. */
    String text(String name) {
        return find(name).map(Part::text).orElse("");
    }

    /** Goes through it and everything inside. */
    void walk(Consumer<Part> visit) {
        visit.accept(this);
        entries().forEach(entry -> entry.value().walk(visit));
        items().forEach(item -> item.walk(visit));
    }

    /** Goes through every entry of every mapping inside. */
    void walkEntries(Consumer<Entry> visit) {
        walk(part -> part.entries().forEach(visit));
    }

    /** 1 is the first. */
    int line() {
        return node.getStartMark().getLine() + 1;
    }

    int column() {
        return node.getStartMark().getColumn() + 1;
    }

    int lastLine() {
        return node.getEndMark().getLine() + 1;
    }
}
