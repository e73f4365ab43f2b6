package org.orderway.desk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.StreamSupport;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

/** The contract of the HTTP interface, in the form in which a page shows it. */
@Component
class HttpInterface {

    private static final String SUCCESS = "2";

    private final JsonNode contract;
    private final List<Group> groups;

    HttpInterface() {
        try (InputStream file = new ClassPathResource("openapi/orderway.yaml").getInputStream()) {
            contract = new YAMLMapper().readTree(file);
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read the HTTP contract", e);
        }
        groups = read();
    }

    /** Operations that belong together. */
    public record Group(String name, String description, List<Operation> operations) {}

    /** An operation. @param body the fields of what is sent; @param answer the fields of what comes back when it goes well */
    public record Operation(
            String id,
            String method,
            String path,
            String summary,
            String description,
            List<Parameter> parameters,
            List<Field> body,
            List<Field> answer,
            List<Answer> answers,
            String example) {}

    /** A parameter. @param in path, query or header */
    public record Parameter(String name, String in, boolean required, String type, String description) {}

    /** A field of a body. */
    public record Field(String name, String type, boolean required, String description) {}

    /** What may be answered. */
    public record Answer(String status, String description) {}

    List<Group> groups() {
        return groups;
    }

    private List<Group> read() {
        Map<String, List<Operation>> byTag = new LinkedHashMap<>();
        Map<String, String> descriptions = new LinkedHashMap<>();
        contract.path("tags").forEach(tag -> {
            byTag.put(tag.path("name").asText(), new ArrayList<>());
            descriptions.put(tag.path("name").asText(), tag.path("description").asText(null));
        });
        contract.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> byTag.computeIfAbsent(
                                method.getValue().at("/tags/0").asText("other"), tag -> new ArrayList<>())
                        .add(operation(path.getKey(), method.getKey(), method.getValue()))));
        return byTag.entrySet().stream()
                .filter(tag -> !tag.getValue().isEmpty())
                .map(tag -> new Group(tag.getKey(), descriptions.get(tag.getKey()), List.copyOf(tag.getValue())))
                .toList();
    }

    private Operation operation(String path, String method, JsonNode operation) {
        List<Answer> answers = new ArrayList<>();
        List<Field> answer = new ArrayList<>();
        operation.path("responses").properties().forEach(response -> {
            JsonNode said = resolve(response.getValue());
            answers.add(new Answer(response.getKey(), said.path("description").asText()));
            if (response.getKey().startsWith(SUCCESS) && answer.isEmpty()) {
                answer.addAll(fieldsOf(resolve(said.at("/content/application~1json/schema"))));
            }
        });
        JsonNode sent = operation.at("/requestBody/content/application~1json");
        JsonNode example = sent.path("examples").isEmpty()
                ? sent.path("example")
                : sent.path("examples").iterator().next().path("value");
        return new Operation(
                operation.path("operationId").asText(),
                method.toUpperCase(Locale.ROOT),
                path,
                operation.path("summary").asText(),
                operation.path("description").asText(null),
                StreamSupport.stream(operation.path("parameters").spliterator(), false)
                        .map(this::resolve)
                        .map(parameter -> new Parameter(
                                parameter.path("name").asText(),
                                parameter.path("in").asText(),
                                parameter.path("required").asBoolean(),
                                type(resolve(parameter.path("schema"))),
                                parameter.path("description").asText("")))
                        .toList(),
                fieldsOf(resolve(sent.path("schema"))),
                answer,
                answers,
                example.isMissingNode() ? null : example.toPrettyString());
    }

    private JsonNode resolve(JsonNode node) {
        JsonNode found = node;
        while (found.hasNonNull("$ref")) {
            found = contract.at(found.get("$ref").asText().substring(1));
        }
        return found;
    }

    private List<Field> fieldsOf(JsonNode schema) {
        return fields(schema, this::resolve);
    }

    /** The fields of an object's schema. */
    static List<Field> fields(JsonNode schema) {
        return fields(schema, node -> node);
    }

    private static List<Field> fields(JsonNode schema, UnaryOperator<JsonNode> resolve) {
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        List<Field> fields = new ArrayList<>();
        schema.path("properties").properties().forEach(property -> {
            JsonNode of = resolve.apply(property.getValue());
            fields.add(new Field(
                    property.getKey(),
                    type(of),
                    required.contains(property.getKey()),
                    property.getValue()
                            .path("description")
                            .asText(of.path("description").asText(""))));
        });
        return fields;
    }

    /** A type in one line: {@code string, uuid}, {@code open | replayed}, {@code integer, 1 to 200}. */
    static String type(JsonNode schema) {
        if (schema.has("enum")) {
            List<String> words = new ArrayList<>();
            schema.get("enum").forEach(word -> words.add(word.asText()));
            return String.join(" | ", words);
        }
        if (schema.has("const")) {
            return schema.get("const").asText();
        }
        JsonNode type = schema.path("type");
        StringBuilder told = new StringBuilder();
        if (type.isArray()) {
            type.forEach(one -> told.append(told.isEmpty() ? "" : " or ").append(one.asText()));
        } else {
            told.append(type.asText(schema.has("oneOf") || schema.has("anyOf") ? "one of several" : "any"));
        }
        if (schema.has("format")) {
            told.append(", ").append(schema.get("format").asText());
        }
        if (schema.has("minimum") && schema.has("maximum")) {
            told.append(", ")
                    .append(schema.get("minimum").asText())
                    .append(" to ")
                    .append(schema.get("maximum").asText());
        }
        return told.toString();
    }
}
