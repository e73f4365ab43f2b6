package org.orderway.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** A file of routes as it was read: its text, and what it declares. */
final class RouteFile {

    /** The rule by which text must be YAML at all. */
    static final String YAML = "yaml";

    private static final Pattern WAIVER = Pattern.compile("#\\s*waive\\s+([a-z-]+)\\s*:?\\s*(.*)");
    private static final YAMLMapper VALUES = new YAMLMapper();

    private final String path;
    private final String text;
    private final String hash;
    private final List<String> lines;
    private final List<Declared> declared = new ArrayList<>();
    private final Finding unreadable;

    RouteFile(String path, String text) {
        this.path = path;
        this.text = text;
        this.hash = hash(text);
        this.lines = text.lines().toList();
        this.unreadable = read();
    }

    /** A rule that this file need not keep. @param reason empty when none is given, which is no waiver */
    record Waiver(String rule, String reason, int line) {}

    String path() {
        return path;
    }

    String text() {
        return text;
    }

    /** Tells one text from another. */
    String hash() {
        return hash;
    }

    List<String> lines() {
        return lines;
    }

    /** Why it is no YAML, if it is none. */
    Optional<Finding> unreadable() {
        return Optional.ofNullable(unreadable);
    }

    List<Declared> declared() {
        return declared;
    }

    Stream<Declared> routes() {
        return declared.stream().filter(Declared::isRoute);
    }

    Stream<Declared> configurations() {
        return declared.stream().filter(Declared::isConfiguration);
    }

    /** The lines of comment it begins with. */
    List<String> header() {
        return lines.stream()
                .takeWhile(line -> line.startsWith("#") || line.isBlank())
                .toList();
    }

    List<Waiver> waivers() {
        List<Waiver> waivers = new ArrayList<>();
        for (int i = 0; i < header().size(); i++) {
            Matcher waiver = WAIVER.matcher(lines.get(i));
            if (waiver.matches()) {
                waivers.add(new Waiver(waiver.group(1), waiver.group(2).strip(), i + 1));
            }
        }
        return waivers;
    }

    /** The text with nothing but this in it, everything on the line where it stood. */
    String only(Declared one) {
        StringBuilder only = new StringBuilder();
        for (int i = 1; i <= lines.size(); i++) {
            only.append(i >= one.first() && i <= one.last() ? lines.get(i - 1) : "")
                    .append('\n');
        }
        return only.toString();
    }

    Finding finding(String rule, Part part, String problem, String expected) {
        return finding(rule, part, part.isText() ? part.text() : line(part.line()), problem, expected, null);
    }

    Finding finding(String rule, Part part, String offending, String problem, String expected, String nearest) {
        return new Finding(path, part.line(), part.column(), rule, offending, problem, expected, nearest);
    }

    /** A mistake of a line as a whole; 0 for the file. */
    Finding finding(String rule, int line, String problem, String expected) {
        return new Finding(path, line, 0, rule, line(line), problem, expected, null);
    }

    private String line(int number) {
        return number > 0 && number <= lines.size() ? lines.get(number - 1).strip() : "";
    }

    private Finding read() {
        Node root;
        try {
            root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
        } catch (MarkedYAMLException e) {
            Mark at = e.getProblemMark();
            return at == null
                    ? finding(YAML, 0, "this is no YAML: " + e.getProblem(), null)
                    : new Finding(
                            path,
                            at.getLine() + 1,
                            at.getColumn() + 1,
                            YAML,
                            line(at.getLine() + 1),
                            "this is no YAML: " + e.getProblem()
                                    + (e.getContext() == null ? "" : ", " + e.getContext()),
                            null,
                            null);
        }
        if (root == null) {
            return finding(YAML, 0, "the file is empty; delete it if its routes are to go", null);
        }
        Part whole = new Part(root);
        if (!whole.isList()) {
            return finding(YAML, whole, "this is no list", "a list whose items begin with `- route:`");
        }
        Finding twice = keyThatStandsTwice(whole);
        return twice != null ? twice : declare(whole);
    }

    private Finding declare(Part whole) {
        JsonNode values;
        try {
            values = VALUES.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException("Text that is YAML cannot be read as such: " + path, e);
        }
        List<Part> items = whole.items();
        for (int i = 0; i < items.size(); i++) {
            Part item = items.get(i);
            if (item.entries().size() != 1) {
                return finding(YAML, item, "an item of the list declares one thing", "`- route:` and the like");
            }
            Part.Entry only = item.entries().get(0);
            int last = i + 1 < items.size() ? items.get(i + 1).line() - 1 : lines.size();
            declared.add(new Declared(
                    only.name(),
                    only.value().text("id"),
                    only.key(),
                    only.value(),
                    values.get(i).get(only.name()),
                    item.line(),
                    last));
        }
        return null;
    }

    private Finding keyThatStandsTwice(Part whole) {
        List<Finding> found = new ArrayList<>();
        whole.walk(part -> {
            Set<String> seen = new HashSet<>();
            part.entries().stream()
                    .filter(entry -> !seen.add(entry.name()))
                    .forEach(entry -> found.add(
                            finding(YAML, entry.key(), "`" + entry.name() + "` stands here twice", "it once")));
        });
        return found.isEmpty() ? null : found.get(0);
    }

    /** SHA-256 in hexadecimal digits. */
    static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Files by their path, in the order given. */
    static Map<String, RouteFile> byPath(Iterable<RouteFile> files) {
        Map<String, RouteFile> byPath = new LinkedHashMap<>();
        files.forEach(file -> byPath.put(file.path(), file));
        return byPath;
    }
}
