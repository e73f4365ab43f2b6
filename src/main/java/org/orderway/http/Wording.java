package org.orderway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.List;

/** Words for a broken rule that a person can act on; the contract's own {@code x-problem} comes first. */
final class Wording {

    private Wording() {}

    static String of(ValidationMessage message, String keyword, JsonNode schema) {
        boolean ofTheValue = !keyword.equals("additionalProperties");
        if (ofTheValue && schema.has("x-problem")) {
            return schema.get("x-problem").textValue();
        }
        JsonNode rule = schema.path(keyword);
        return switch (keyword) {
            case "required" -> "is required";
            case "additionalProperties" -> "is not known here; known are " + names(schema.path("properties"));
            case "type" -> "must be " + type(rule) + ", not " + kind(message.getInstanceNode());
            case "enum" -> "must be one of " + values(rule);
            case "minimum" -> "must be at least " + rule.asText();
            case "maximum" -> "must be at most " + rule.asText();
            case "minItems" -> "must have at least " + counted(rule, "entry", "entries");
            case "maxItems" -> "must have at most " + counted(rule, "entry", "entries");
            case "minLength" -> "must have at least " + counted(rule, "character", "characters");
            case "maxLength" -> "must have at most " + counted(rule, "character", "characters");
            default -> message.getError();
        };
    }

    private static String names(JsonNode properties) {
        List<String> names = new ArrayList<>();
        properties.fieldNames().forEachRemaining(names::add);
        return String.join(", ", names);
    }

    private static String values(JsonNode array) {
        List<String> values = new ArrayList<>();
        array.forEach(value -> values.add(value.asText()));
        return String.join(", ", values);
    }

    private static String type(JsonNode rule) {
        if (!rule.isArray()) {
            return typeName(rule.textValue());
        }
        List<String> types = new ArrayList<>();
        rule.forEach(type -> types.add(typeName(type.textValue())));
        return String.join(" or ", types);
    }

    private static String typeName(String type) {
        return switch (type) {
            case "integer" -> "a whole number";
            case "number" -> "a number";
            case "string" -> "a text";
            case "boolean" -> "true or false";
            case "array" -> "an array";
            case "object" -> "an object";
            default -> type;
        };
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case NUMBER -> value.asText();
            case STRING -> "a text";
            case BOOLEAN -> value.asText();
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            default -> "null";
        };
    }

    private static String counted(JsonNode rule, String one, String several) {
        return rule.asText() + " " + (rule.asInt() == 1 ? one : several);
    }
}
