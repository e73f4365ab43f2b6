package org.orderway.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.orderway.broker.Topology.ExchangeRow;
import org.orderway.broker.Topology.PublishedRow;
import org.orderway.broker.Topology.QueueRow;
import org.orderway.messages.DeliveryHeaders;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;

/**
 * What travels over the broker, as an AsyncAPI 3 document: made of the table this instance runs with and of the schemas that
 * messages are read by, so that it says what is so.
 */
@Component("asyncApi")
public class AsyncApi {

    private static final String SUFFIX = ".schema.json";
    private static final String ANY_WORD = "*";

    /** Keys that are not the name of what they carry. */
    private static final Map<String, String> CARRIES = Map.of(
            "order.normal.*", "order.placed",
            "order.normal.*.*", "order.placed",
            "order.priority.*.*", "order.placed",
            "prepaid", "payment.requested",
            "cod", "payment.requested",
            "order.failed.*", "order.failed.step");

    /** Exchanges whose messages have no key, or keys of others. */
    private static final Map<String, String> ALL_CARRY = Map.of(
            "announcements", "announcement.published",
            "notices", "notice.given",
            "logs_direct", "log.entry",
            "logs_fanout", "log.entry",
            "logs_topic", "log.entry",
            "amq.topic", "sensor.reading");

    private final Topology topology;
    private final Map<String, JsonNode> schemas;
    private final String document;

    AsyncApi(Topology topology, ObjectMapper mapper) {
        this.topology = topology;
        this.schemas = schemas(mapper);
        try {
            this.document = YAMLMapper.builder()
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                    .build()
                    .writeValueAsString(document());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The AsyncAPI document cannot be written", e);
        }
    }

    /** The document, as YAML. */
    public String yaml() {
        return document;
    }

    /** A key that is published. @param messages what it carries; @param reaches the queues that get it */
    public record Key(String exchange, String key, List<String> messages, List<String> reaches) {}

    /** A message. @param schema JSON Schema of its body */
    public record Message(String type, String description, JsonNode schema) {}

    /** Every key that is published, in the table's order. */
    public List<Key> keys() {
        return topology.published().stream()
                .map(row -> new Key(
                        row.exchange(), row.key(), carriedBy(row), topology.queuesFor(row.exchange(), row.key())))
                .toList();
    }

    /** Every message there is a schema for, by its type. */
    public List<Message> messages() {
        return schemas.entrySet().stream()
                .map(schema -> new Message(
                        schema.getKey(), schema.getValue().path("description").asText(""), schema.getValue()))
                .toList();
    }

    private static Map<String, JsonNode> schemas(ObjectMapper mapper) {
        Map<String, JsonNode> found = new TreeMap<>();
        try {
            for (Resource file :
                    new PathMatchingResourcePatternResolver().getResources("classpath:/schemas/*" + SUFFIX)) {
                try (InputStream in = file.getInputStream()) {
                    found.put(file.getFilename().replace(SUFFIX, ""), mapper.readTree(in));
                }
            }
            return found;
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read the schemas", e);
        }
    }

    private List<String> carriedBy(PublishedRow row) {
        return carriedBy(row.exchange(), row.key());
    }

    private List<String> carriedBy(String exchange, String key) {
        if (ALL_CARRY.containsKey(exchange)) {
            return List.of(ALL_CARRY.get(exchange));
        }
        if (CARRIES.containsKey(key)) {
            return List.of(CARRIES.get(key));
        }
        TopicPattern pattern = TopicPattern.of(key);
        return schemas.keySet().stream()
                .filter(type -> !CARRIES.containsValue(type))
                .filter(pattern::matches)
                .toList();
    }

    /** What a queue is for: what is published to it, and what others may send by its bindings. */
    private List<String> receivedBy(QueueRow row) {
        Set<String> types = new LinkedHashSet<>();
        for (PublishedRow published : topology.published()) {
            if (topology.queuesFor(published.exchange(), published.key()).contains(row.name())) {
                types.addAll(carriedBy(published));
            }
        }
        row.bindings().forEach(bound -> {
            bound.keys().stream()
                    .filter(key -> key.contains(ANY_WORD) || key.contains("#") || schemas.containsKey(key))
                    .forEach(key -> types.addAll(carriedBy(bound.exchange(), key)));
            if (ALL_CARRY.containsKey(bound.exchange())) {
                types.add(ALL_CARRY.get(bound.exchange()));
            }
        });
        topology.queues().stream()
                .filter(other -> row.name().equals(other.then()))
                .forEach(delay -> types.addAll(receivedBy(delay)));
        return List.copyOf(types);
    }

    private Map<String, Object> document() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("asyncapi", "3.0.0");
        all.put(
                "info",
                ordered(
                        "title",
                        "Orderway over AMQP",
                        "version",
                        "1.0",
                        "description",
                        "Every exchange, key, queue and message. A consumer reads the kind of a message from its AMQP"
                                + " type, never from its key: a message that came back from a retry has another one."));
        all.put("defaultContentType", "application/json");
        all.put(
                "servers",
                ordered("broker", ordered("host", "127.0.0.1:5672", "protocol", "amqp", "protocolVersion", "0-9-1")));
        Map<String, Object> channels = new LinkedHashMap<>();
        Map<String, Object> operations = new LinkedHashMap<>();
        topology.published().forEach(row -> published(row, channels, operations));
        topology.queues().forEach(row -> queue(row, channels, operations));
        ownExchanges(channels);
        all.put("channels", channels);
        all.put("operations", operations);
        all.put("components", ordered("messages", messageObjects()));
        return all;
    }

    private void published(PublishedRow row, Map<String, Object> channels, Map<String, Object> operations) {
        String name =
                row.exchange() + (row.key().isEmpty() ? "" : "." + row.key().replace(ANY_WORD, "any"));
        Map<String, Object> channel = new LinkedHashMap<>();
        channel.put("address", addressOf(row.key()));
        channel.put("title", row.key().isEmpty() ? row.exchange() : row.exchange() + " " + row.key());
        String purpose = topology.exchanges().stream()
                .filter(exchange -> exchange.name().equals(row.exchange()))
                .map(ExchangeRow::purpose)
                .findFirst()
                .orElse(null);
        if (purpose != null) {
            channel.put("description", purpose);
        }
        Map<String, Object> words = parametersOf(row.key());
        if (!words.isEmpty()) {
            channel.put("parameters", words);
        }
        channel.put("messages", references("#/components/messages/", carriedBy(row)));
        channel.put("bindings", keyBinding(row.exchange()));
        channels.put(name, channel);
        operations.put("publish." + name, operation("send", name, carriedBy(row)));
    }

    private void queue(QueueRow row, Map<String, Object> channels, Map<String, Object> operations) {
        List<String> types = receivedBy(row);
        Map<String, Object> channel = queueChannel(row.name(), row.purpose(), types);
        channel.put(
                "x-bindings",
                row.bindings().stream()
                        .map(bound -> {
                            Map<String, Object> one = ordered("exchange", bound.exchange());
                            if (!bound.keys().isEmpty()) {
                                one.put("keys", bound.keys());
                            }
                            if (!bound.arguments().isEmpty()) {
                                one.put("arguments", bound.arguments());
                            }
                            return one;
                        })
                        .toList());
        channels.put(row.name(), channel);
        topology.findWorkQueue(row.name()).ifPresent(work -> {
            operations.put("consume." + row.name(), operation("receive", row.name(), types));
            for (String retry : work.retryQueues()) {
                channels.put(retry, queueChannel(retry, "Waits, and goes back to " + row.name(), types));
            }
            channels.put(work.dlq(), queueChannel(work.dlq(), "Failed for good in " + row.name(), types));
        });
    }

    private void ownExchanges(Map<String, Object> channels) {
        List<String> work = topology.workQueues().stream().map(WorkQueue::name).toList();
        own(channels, Topology.RETURN, "Back to the queue a message failed in", work);
        own(
                channels,
                Topology.RETRY,
                "To the queue a message waits in for its next attempt",
                topology.workQueues().stream()
                        .flatMap(queue -> queue.retryQueues().stream())
                        .toList());
        own(
                channels,
                Topology.DEAD,
                "To the dead letters of a queue",
                topology.workQueues().stream().map(WorkQueue::dlq).toList());
        Map<String, Object> unroutable = ordered("address", "");
        unroutable.put("description", "What no queue wants of any other exchange");
        unroutable.put("bindings", keyBinding(Topology.UNROUTABLE));
        channels.put(Topology.UNROUTABLE, unroutable);
        channels.put(
                Topology.UNROUTABLE_QUEUE,
                queueChannel(Topology.UNROUTABLE_QUEUE, "A message in it is an alarm", List.of()));
    }

    private void own(Map<String, Object> channels, String exchange, String purpose, List<String> keys) {
        Map<String, Object> channel = ordered("address", "{queue}");
        channel.put("description", purpose);
        channel.put("parameters", ordered("queue", ordered("enum", keys)));
        channel.put("bindings", keyBinding(exchange));
        channels.put(exchange, channel);
    }

    private static Map<String, Object> queueChannel(String name, String purpose, List<String> types) {
        Map<String, Object> channel = ordered("address", name);
        if (purpose != null) {
            channel.put("description", purpose);
        }
        if (!types.isEmpty()) {
            channel.put("messages", references("#/components/messages/", types));
        }
        channel.put(
                "bindings",
                ordered(
                        "amqp",
                        ordered(
                                "is",
                                "queue",
                                "queue",
                                ordered("name", name, "durable", true, "exclusive", false, "autoDelete", false),
                                "bindingVersion",
                                "0.3.0")));
        return channel;
    }

    private Map<String, Object> keyBinding(String exchange) {
        String type = topology.exchanges().stream()
                .filter(row -> row.name().equals(exchange))
                .map(ExchangeRow::type)
                .findFirst()
                .orElse(exchange.equals(Topology.UNROUTABLE) ? "fanout" : "direct");
        Map<String, Object> of = ordered("name", exchange, "type", type, "durable", true, "autoDelete", false);
        return ordered("amqp", ordered("is", "routingKey", "exchange", of, "bindingVersion", "0.3.0"));
    }

    private static Map<String, Object> operation(String action, String channel, List<String> types) {
        Map<String, Object> operation = ordered("action", action, "channel", reference("#/channels/", channel));
        if (!types.isEmpty()) {
            operation.put(
                    "messages",
                    types.stream()
                            .map(type -> reference("#/channels/" + pointer(channel) + "/messages/", type))
                            .toList());
        }
        return operation;
    }

    private Map<String, Object> messageObjects() {
        Map<String, Object> messages = new LinkedHashMap<>();
        schemas.forEach((type, schema) -> {
            Map<String, Object> message = ordered("name", type, "title", type);
            if (schema.hasNonNull("description")) {
                message.put("summary", schema.get("description").asText());
            }
            message.put("contentType", "application/json");
            message.put(
                    "headers",
                    ordered(
                            "type",
                            "object",
                            "properties",
                            DeliveryHeaders.ALL.stream()
                                    .sorted()
                                    .collect(Collectors.toMap(
                                            header -> header,
                                            header -> Map.of("type", List.of("string", "integer")),
                                            (one, other) -> one,
                                            LinkedHashMap::new))));
            message.put(
                    "payload", ordered("schemaFormat", "application/schema+json;version=2020-12", "schema", schema));
            messages.put(type, message);
        });
        return messages;
    }

    /** A key with a name for each word that may be any. */
    private static String addressOf(String key) {
        List<String> words = new ArrayList<>();
        for (String word : key.split("\\.", -1)) {
            words.add(word.equals(ANY_WORD) ? "{" + parameter(words.size()) + "}" : word);
        }
        return String.join(".", words);
    }

    private static Map<String, Object> parametersOf(String key) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        String[] words = key.split("\\.", -1);
        for (int i = 0; i < words.length; i++) {
            if (words[i].equals(ANY_WORD)) {
                parameters.put(parameter(i), ordered("description", "any one word"));
            }
        }
        return parameters;
    }

    private static String parameter(int word) {
        return "word" + (word + 1);
    }

    private static Map<String, Object> references(String to, List<String> names) {
        return names.stream()
                .collect(Collectors.toMap(
                        name -> name, name -> reference(to, name), (one, other) -> one, LinkedHashMap::new));
    }

    private static Map<String, Object> reference(String to, String name) {
        return ordered("$ref", to + pointer(name));
    }

    private static String pointer(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static Map<String, Object> ordered(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
