package org.orderway.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.orderway.broker.Nearest;
import org.springframework.stereotype.Component;

/**
 * The words of Camel's YAML, from the schema that comes with it. It tells a slip of the pen better than the loader: which
 * words there are, and which was meant. Values are left to the loader, which reads more than the schema permits.
 */
@Component
class Vocabulary {

    private static final String SCHEMA = "/schema/camelYamlDsl.json";

    /** The rule by which words must be known. */
    static final String RULE = "dsl";

    private static final List<String> ALTERNATIVES = List.of("oneOf", "anyOf", "allOf");

    private JsonNode document;
    private final Map<String, Map<String, JsonNode>> words = new ConcurrentHashMap<>();

    /** Every word that is none, in each thing the file declares. */
    Stream<Finding> unknownWords(RouteFile file) {
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
