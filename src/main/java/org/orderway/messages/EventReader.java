package org.orderway.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;

/** Reads a delivery as an event: strict JSON, of at most the permitted size, that satisfies the schema of its type. */
@ReadsOnly
@Component("eventReader")
public class EventReader {

    private static final String SUFFIX = ".schema.json";
    private static final Set<String> KNOWN = known();

    private final int maxBytes;
    private final JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private final Map<String, JsonSchema> schemas = new ConcurrentHashMap<>();

    EventReader(@Value("${orderway.messages.max-bytes}") int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * The event in a delivery.
     *
     * @throws Unreadable when it is too large, is not JSON, has no schema or does not satisfy it
     */
    public Event read(Delivery delivery) {
        JsonNode body = json(delivery);
        check(delivery.type(), body);
        UUID orderId = UUID.fromString(body.get("orderId").asText());
        Instant occurredAt = body.hasNonNull("occurredAt")
                ? Instant.parse(body.get("occurredAt").asText())
                : delivery.timestamp();
        return new Event(delivery.id(), delivery.type(), orderId, occurredAt, body);
    }

    /** The type as a label: that of its schema, or {@code other} for one that has none, of which strangers may invent any number. */
    public static String label(String type) {
        return KNOWN.contains(schemaOf(type)) ? schemaOf(type) : "other";
    }

    /** Whether a delivery is an event. Who reads the trail asks first: it holds what consumers refused, too. */
    public boolean isReadable(Delivery delivery) {
        try {
            read(delivery);
            return true;
        } catch (Unreadable refused) {
            return false;
        }
    }

    /**
     * The body of a message that is about no order.
     *
     * @throws Unreadable when it is too large, is not JSON, has no schema or does not satisfy it
     */
    public JsonNode document(Delivery delivery) {
        return documentAs(delivery, delivery.type());
    }

    /**
     * The same of a message whose sender knows nothing of our types. (A name of its own, so that a route need not say which.)
     *
     * @param schema the name of the schema it must satisfy
     * @throws Unreadable as above
     */
    public JsonNode documentAs(Delivery delivery, String schema) {
        JsonNode body = json(delivery);
        check(schema, body);
        return body;
    }

    /** The body of a delivery as it came. @throws Unreadable when it is too large */
    public byte[] bytes(Delivery delivery) {
        if (delivery.body().length > maxBytes) {
            throw new Unreadable("The body has " + delivery.body().length + " bytes; at most " + maxBytes
                    + " are read (orderway.messages.max-bytes)");
        }
        return delivery.body();
    }

    /** The JSON in a delivery, whatever its schema. */
    public JsonNode json(Delivery delivery) {
        try {
            JsonNode body = StrictJson.read(bytes(delivery));
            if (!body.isObject()) {
                throw new Unreadable("The body is not a JSON object");
            }
            return body;
        } catch (MalformedJson malformed) {
            // Not its message: that may quote the body.
            throw new Unreadable("The body is not valid JSON");
        }
    }

    /** The name of the schema for a type. One serves every step that gave up: invented steps must not fill the memory. */
    private static String schemaOf(String type) {
        return type.startsWith("order.failed.") ? "order.failed.step" : type;
    }

    private void check(String type, JsonNode body) {
        Set<ValidationMessage> mistakes = schemas.computeIfAbsent(schemaOf(type), this::load)
                .validate(body, c -> c.getExecutionConfig().setFormatAssertionsEnabled(true));
        if (!mistakes.isEmpty()) {
            // Where and which rule, never the value: it may be somebody's name.
            String where = mistakes.stream()
                    .map(m -> m.getInstanceLocation() + " " + m.getType())
                    .sorted()
                    .limit(5)
                    .collect(Collectors.joining(", "));
            throw new Unreadable("The body does not satisfy the schema of " + type + ": " + where);
        }
    }

    private static Set<String> known() {
        try {
            return Stream.of(new PathMatchingResourcePatternResolver().getResources("classpath:/schemas/*" + SUFFIX))
                    .map(file -> file.getFilename().replace(SUFFIX, ""))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new IllegalStateException("Cannot list the schemas", e);
        }
    }

    private JsonSchema load(String name) {
        String path = "/schemas/" + name + SUFFIX;
        if (!name.matches("[a-z0-9_.-]+")) {
            throw new Unreadable("There is no schema for a message of this type");
        }
        try (InputStream in = EventReader.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new Unreadable("There is no schema for the type " + name);
            }
            return factory.getSchema(in);
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read " + path, e);
        }
    }
}
