package org.orderway.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.orderway.broker.Nearest;
import org.springframework.stereotype.Component;

/**
 * The words of Camel's YAML, from the schema that comes with it. It tells a slip of the pen better than the loader: which
 * words there are, and which was meant. So it does with words where a number, a time or yes or no belongs: of an error
 * configuration Camel reads them when the first message fails.
 */
@Component
class Vocabulary {

    private static final String SCHEMA = "/schema/camelYamlDsl.json";

    /** The rule by which words must be known. */
    static final String RULE = "dsl";

    /** The rule by which a value must be of its kind. */
    private static final String VALUE = "value";

    /** Numbers in Camel's schema are texts where they may have a unit. */
    private static final Set<String> TIMES = Set.of("redeliveryDelay", "maximumRedeliveryDelay");

    private static final Pattern TIME = Pattern.compile("[0-9]+|([0-9]+(d|h|ms|m|s))+");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+([.][0-9]+)?");
    private static final Pattern YES_OR_NO = Pattern.compile("(?i)true|false");

    private static final List<String> ALTERNATIVES = List.of("oneOf", "anyOf", "allOf");

    private final Placeholders placeholders;
    private final Map<String, Map<String, JsonNode>> words = new ConcurrentHashMap<>();
    private JsonNode document;

    Vocabulary(Placeholders placeholders) {
        this.placeholders = placeholders;
    }

    /** Every word that is none, and every value of another kind, in each thing the file declares. */
    Stream<Finding> mistakes(RouteFile file) {
        Stream.Builder<Finding> found = Stream.builder();
        Map<String, JsonNode> kinds = fieldsOf(document().path("items"));
        for (Declared one : file.declared()) {
            JsonNode schema = kinds.get(one.kind());
            if (schema == null) {
                found.add(unknown(file, one.keyPart(), "in a file of routes", kinds.keySet().stream()));
            } else {
                check(file, one.body(), schema, one.kind(), found);
            }
        }
        return found.build();
    }

    private void check(RouteFile file, Part part, JsonNode schema, String owner, Stream.Builder<Finding> found) {
        if (part.isList() && schema.has("items")) {
            part.items().forEach(item -> check(file, item, schema.get("items"), owner, found));
            return;
        }
        if (part.isText()) {
            placeholders
                    .resolve(part.text())
                    .flatMap(value -> expected(owner, schema, value))
                    .ifPresent(expected -> found.add(file.finding(
                            VALUE,
                            part,
                            part.text(),
                            "`" + owner + "` cannot be `" + part.text() + "`",
                            expected,
                            null)));
        }
        if (!part.isMapping()) {
            return;
        }
        Map<String, JsonNode> known = fields(schema);
        if (known.isEmpty()) {
            return;
        }
        for (Part.Entry entry : part.entries()) {
            JsonNode field = known.get(entry.name());
            if (field == null) {
                found.add(unknown(file, entry.key(), "in `" + owner + "`", known.keySet().stream()));
            } else {
                check(file, entry.value(), field, entry.name(), found);
            }
        }
    }

    /** What a value should have been; empty when it may be so. */
    private static Optional<String> expected(String name, JsonNode schema, String value) {
        String type = schema.path("type").asText();
        if (schema.has("enum")) {
            List<String> known = new ArrayList<>();
            schema.get("enum").forEach(one -> known.add(one.asText()));
            return known.stream().anyMatch(value::equalsIgnoreCase)
                    ? Optional.empty()
                    : Optional.of("one of " + String.join(", ", known));
        }
        if (type.equals("number") && !NUMBER.matcher(value).matches()) {
            return Optional.of("a number");
        }
        if (type.equals("boolean") && !YES_OR_NO.matcher(value).matches()) {
            return Optional.of("true or false");
        }
        return TIMES.contains(name) && !TIME.matcher(value).matches()
                ? Optional.of("milliseconds, or a time such as 5s")
                : Optional.empty();
    }

    private static Finding unknown(RouteFile file, Part key, String where, Stream<String> known) {
        List<String> words = known.sorted().toList();
        return file.finding(
                RULE,
                key,
                key.text(),
                "there is no `" + key.text() + "` " + where,
                words.size() > 15 ? null : String.join(", ", words),
                Nearest.to(key.text(), words).orElse(null));
    }

    /** The fields a schema knows, its alternatives' too; none when anything goes. */
    private Map<String, JsonNode> fields(JsonNode schema) {
        return schema.has("$ref")
                ? words.computeIfAbsent(
                        schema.get("$ref").textValue(),
                        ref -> fieldsOf(document().at(ref.substring(1))))
                : fieldsOf(schema);
    }

    private Map<String, JsonNode> fieldsOf(JsonNode schema) {
        Map<String, JsonNode> fields = new TreeMap<>();
        schema.path("properties").properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        for (String alternative : ALTERNATIVES) {
            for (JsonNode one : schema.path(alternative)) {
                Map<String, JsonNode> more = one.has("$ref")
                        ? fieldsOf(document().at(one.get("$ref").textValue().substring(1)))
                        : fieldsOf(one);
                // A field that stands in two places is described in one of them.
                more.forEach((name, field) -> fields.merge(name, field, (a, b) -> a.size() >= b.size() ? a : b));
            }
        }
        return fields;
    }

    private synchronized JsonNode document() {
        if (document == null) {
            try (InputStream file = Vocabulary.class.getResourceAsStream(SCHEMA)) {
                document = new ObjectMapper().readTree(file);
            } catch (IOException e) {
                throw new UncheckedIOException("Camel's schema of its YAML cannot be read", e);
            }
        }
        return document;
    }
}
