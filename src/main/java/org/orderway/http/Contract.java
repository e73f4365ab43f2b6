package org.orderway.http;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.regex.RegularExpression;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.orderway.messages.MalformedJson;
import org.orderway.messages.ReadsOnly;
import org.orderway.messages.StrictJson;
import org.springframework.http.MediaType;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriUtils;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * What comes in is held against the OpenAPI file itself, so that the published contract and the enforced one are one. All
 * faults of a request are told at once.
 */
@ReadsOnly
@Component("contract")
public class Contract {

    private static final String FILE = "/openapi/orderway.yaml";
    private static final String IRI = "https://orderway.org/openapi.json";
    private static final int MOST_FAULTS = 100;
    private static final byte[] NO_FIELDS = {'{', '}'};

    /** JSON Schema as OpenAPI 3.1 has it; what is OpenAPI's own or ours (x-problem) asserts nothing. */
    private static final JsonMetaSchema DIALECT = JsonMetaSchema.builder(JsonMetaSchema.getV202012())
            .unknownKeywordFactory((keyword, context) -> new NonValidationKeyword(keyword))
            .build();

    private final JsonNode document;
    private final JsonSchemaFactory factory;
    private final SchemaValidatorsConfig config = SchemaValidatorsConfig.builder()
            .pathType(PathType.JSON_POINTER)
            .formatAssertionsEnabled(true)
            .regularExpressionFactory(Contract::expression)
            .build();
    private final Map<String, Operation> operations = new HashMap<>();

    /** Reads the contract from the class path; a fault in it ends the start. */
    public Contract() {
        try (InputStream file = Contract.class.getResourceAsStream(FILE)) {
            document = new YAMLMapper().readTree(file);
            String json = new ObjectMapper().writeValueAsString(document);
            factory = JsonSchemaFactory.getInstance(
                    SpecVersion.VersionFlag.V202012, builder -> builder.metaSchema(DIALECT)
                            .schemaLoaders(loaders -> loaders.schemas(Map.of(IRI, json))));
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read the HTTP contract " + FILE, e);
        }
        document.at("/paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    String at = JsonPointer.compile("/paths")
                            .appendProperty(path.getKey())
                            .appendProperty(method.getKey())
                            .toString();
                    operations.put(
                            method.getValue().path("operationId").textValue(),
                            operation(path.getKey(), method.getKey(), method.getValue(), at));
                }));
    }

    /**
     * Reads the JSON body of an operation.
     *
     * @param operation the operationId, such as {@code placeOrder}
     * @param body      the bytes as they came; null counts as empty, and empty as {@code {}} where a body is not required
     * @return the body, its numbers exact ({@code decimalValue()}), and as the contract says
     * @throws Problem 400, with every fault and its pointer
     */
    public JsonNode read(String operation, byte[] body) {
        JsonSchema schema = named(operation).body();
        if (schema == null) {
            throw new IllegalArgumentException("The operation " + operation + " reads no JSON");
        }
        JsonNode value;
        try {
            value = StrictJson.read(isEmpty(body) && !named(operation).needsBody() ? NO_FIELDS : body);
        } catch (MalformedJson e) {
            throw refusal(List.of(new Problem.Fault(e.pointer(), e.getMessage())));
        }
        List<Problem.Fault> faults = faults(schema, value, "");
        if (!faults.isEmpty()) {
            throw refusal(faults);
        }
        return value;
    }

    /**
     * Reads the parameters of an operation: those of the path, the query and the headers that the contract names.
     *
     * @param operation the operationId, such as {@code listOrders}
     * @param given     what was sent, by name; what the contract does not name is left alone
     * @return the parameters that were sent or have a default, as text or, for integers, as Long; the others are absent
     * @throws Problem 400, with every fault, the parameter's name standing for the pointer
     */
    public Map<String, Object> parameters(String operation, Map<String, ?> given) {
        Map<String, Object> values = new LinkedHashMap<>();
        List<Problem.Fault> faults = new ArrayList<>();
        for (Parameter parameter : named(operation).parameters()) {
            Object sent = given.get(parameter.name());
            if (sent == null) {
                if (parameter.required()) {
                    faults.add(new Problem.Fault(parameter.name(), "is required"));
                } else if (parameter.otherwise() != null) {
                    values.put(parameter.name(), parameter.otherwise());
                }
            } else if (sent instanceof Collection<?> several) {
                faults.add(
                        new Problem.Fault(parameter.name(), "is given " + several.size() + " times, once is allowed"));
            } else {
                JsonNode value = parameter.value(sent.toString());
                faults.addAll(faults(parameter.schema(), value, parameter.name()));
                values.put(parameter.name(), value.isIntegralNumber() ? (Object) value.longValue() : value.asText());
            }
        }
        if (!faults.isEmpty()) {
            throw refusal(faults);
        }
        return values;
    }

    /** Every parameter that any operation has: in its path, query or headers. */
    Stream<String> parameterNames() {
        return operations.values().stream()
                .flatMap(operation -> operation.parameters().stream())
                .map(Parameter::name)
                .distinct();
    }

    /** The names of all operations: behind each of them stands a route. */
    public Set<String> operations() {
        return Set.copyOf(operations.keySet());
    }

    private static Object otherwise(JsonNode value) {
        return value.isMissingNode() ? null : value.isIntegralNumber() ? (Object) value.longValue() : value.asText();
    }

    private static boolean isEmpty(byte[] body) {
        return body == null || body.length == 0;
    }

    /** In JSON Schema {@code $} is the end; in Java it would let a line break follow, and "GB\\n" be a country. */
    private static RegularExpression expression(String pattern) {
        Pattern java = Pattern.compile(pattern.replaceAll("\\$$", "\\\\z"));
        return value -> java.matcher(value).find();
    }

    /** The operations at a path, one for each method; none when the contract does not know the path. */
    List<Operation> operationsAt(PathContainer path) {
        PathPattern nearest = operations.values().stream()
                .map(Operation::path)
                .filter(pattern -> pattern.matches(path))
                .min(PathPattern.SPECIFICITY_COMPARATOR)
                .orElse(null);
        return operations.values().stream()
                .filter(operation -> operation.path().equals(nearest))
                .toList();
    }

    private static List<MediaType> types(JsonNode message) {
        List<MediaType> types = new ArrayList<>();
        message.path("content").fieldNames().forEachRemaining(type -> types.add(MediaType.valueOf(type)));
        return types;
    }

    private Operation named(String operation) {
        Operation named = operations.get(operation);
        if (named == null) {
            throw new IllegalArgumentException("The contract has no operation " + operation);
        }
        return named;
    }

    private Operation operation(String path, String method, JsonNode operation, String at) {
        String body = "/requestBody/content/application~1json/schema";
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < operation.path("parameters").size(); i++) {
            JsonNode parameter = operation.path("parameters").get(i);
            JsonNode schema = resolved(parameter.path("schema"));
            parameters.add(new Parameter(
                    parameter.path("name").textValue(),
                    "path".equals(parameter.path("in").textValue()),
                    parameter.path("required").booleanValue(),
                    "integer".equals(schema.path("type").textValue()),
                    otherwise(schema.path("default")),
                    schema(at + "/parameters/" + i + "/schema")));
        }
        List<MediaType> produces = new ArrayList<>();
        operation.path("responses").properties().stream()
                .filter(response -> response.getKey().startsWith("2"))
                .forEach(response -> produces.addAll(types(response.getValue())));
        return new Operation(
                method.toUpperCase(Locale.ROOT),
                PathPatternParser.defaultInstance.parse(path),
                types(operation.path("requestBody")),
                List.copyOf(produces),
                operation.at(body).isMissingNode() ? null : schema(at + body),
                operation.at("/requestBody/required").booleanValue(),
                List.copyOf(parameters));
    }

    private JsonSchema schema(String pointer) {
        JsonSchema schema = factory.getSchema(SchemaLocation.of(IRI + "#" + pointer), config);
        schema.initializeValidators();
        return schema;
    }

    private JsonNode resolved(JsonNode schema) {
        return schema.has("$ref") ? document.at(schema.get("$ref").textValue().substring(1)) : schema;
    }

    private List<Problem.Fault> faults(JsonSchema schema, JsonNode value, String prefix) {
        Set<Problem.Fault> faults = new LinkedHashSet<>();
        for (ValidationMessage message : schema.validate(value)) {
            faults.add(fault(message, prefix));
        }
        return List.copyOf(faults);
    }

    private Problem.Fault fault(ValidationMessage message, String prefix) {
        JsonPointer keyword =
                JsonPointer.compile(message.getSchemaLocation().getFragment().toString());
        JsonNode schema = document.at(keyword.head());
        String pointer = prefix + message.getInstanceLocation();
        if (message.getProperty() != null) {
            pointer += JsonPointer.empty().appendProperty(message.getProperty());
        }
        return new Problem.Fault(pointer, Wording.of(message, keyword.last().getMatchingProperty(), schema));
    }

    private static Problem refusal(List<Problem.Fault> faults) {
        Problem.Fault first = faults.get(0);
        String detail = (first.pointer() + " " + first.detail()).strip();
        if (faults.size() > 1) {
            detail += faults.size() == 2 ? ", and one more fault" : ", and " + (faults.size() - 1) + " more faults";
        }
        return Problem.badRequest(detail, faults.subList(0, Math.min(faults.size(), MOST_FAULTS)));
    }

    /** What the contract says of one operation; a body without a schema is not JSON. */
    record Operation(
            String method,
            PathPattern path,
            List<MediaType> consumes,
            List<MediaType> produces,
            JsonSchema body,
            boolean needsBody,
            List<Parameter> parameters) {}

    record Parameter(
            String name, boolean inPath, boolean required, boolean integer, Object otherwise, JsonSchema schema) {

        /**
         * A parameter is text on the wire, in the path percent-encoded still. An integer becomes one when it looks like one,
         * else the schema refuses the text.
         */
        JsonNode value(String sent) {
            String text = inPath ? decoded(sent) : sent;
            return integer && text.matches("-?[0-9]{1,18}")
                    ? LongNode.valueOf(Long.parseLong(text))
                    : TextNode.valueOf(text);
        }

        private static String decoded(String text) {
            try {
                return UriUtils.decode(text, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return text;
            }
        }
    }
}
