package org.orderway.broker;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.orderway.broker.FoundTopology.Bound;
import org.orderway.broker.FoundTopology.FoundExchange;
import org.orderway.broker.FoundTopology.FoundQueue;
import org.orderway.broker.QueueFigures.Settings;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriUtils;

/** Looks at the exchanges, queues and bindings that are on the broker: by RabbitMQ's management API, or in this JVM. */
@Component("brokerLook")
public class BrokerLook {

    private static final TypeReference<Map<String, Object>> ARGUMENTS = new TypeReference<>() {};

    private final ObjectProvider<BrokerAtHand> atHand;
    private final ObjectMapper mapper;
    private final Settings settings;

    BrokerLook(ObjectProvider<BrokerAtHand> atHand, ObjectMapper mapper, Settings settings) {
        this.atHand = atHand;
        this.mapper = mapper;
        this.settings = settings;
    }

    /** Where the exchanges of our virtual host are told. */
    public String addressOfExchanges() {
        return address("exchanges", "name,type,durable,auto_delete,arguments");
    }

    /** Where its queues are told. */
    public String addressOfQueues() {
        return address("queues", "name,durable,auto_delete,exclusive,arguments,messages");
    }

    /** Where its bindings are told. */
    public String addressOfBindings() {
        return address("bindings", "source,destination,destination_type,routing_key,arguments");
    }

    private String address(String what, String columns) {
        return settings.url() + "/api/" + what + "/" + UriUtils.encode(settings.virtualHost(), StandardCharsets.UTF_8)
                + "?columns=" + columns;
    }

    /** What the broker in this JVM has; nothing at all where there is none and no management API either. */
    public FoundTopology atHand() {
        BrokerAtHand broker = atHand.getIfAvailable();
        return broker == null ? null : broker.found();
    }

    /**
     * Reads the answers of the management API.
     *
     * @throws IOException when one of them is not JSON
     */
    public FoundTopology read(byte[] exchanges, byte[] queues, byte[] bindings) throws IOException {
        List<FoundExchange> foundExchanges = new ArrayList<>();
        for (JsonNode exchange : mapper.readTree(exchanges)) {
            String name = exchange.path("name").asText();
            if (stays(exchange) && !isBrokersOwn(name)) {
                foundExchanges.add(new FoundExchange(name, exchange.path("type").asText(), arguments(exchange)));
            }
        }
        List<FoundQueue> foundQueues = new ArrayList<>();
        for (JsonNode queue : mapper.readTree(queues)) {
            if (stays(queue) && !queue.path("exclusive").asBoolean()) {
                JsonNode messages = queue.path("messages");
                foundQueues.add(new FoundQueue(
                        queue.path("name").asText(), arguments(queue), messages.isNumber() ? messages.asLong() : null));
            }
        }
        List<Bound> bound = new ArrayList<>();
        for (JsonNode binding : mapper.readTree(bindings)) {
            String to = binding.path("destination").asText();
            boolean toQueue = binding.path("destination_type").asText().equals("queue");
            if (!binding.path("source").asText().isEmpty()
                    && (!toQueue
                            || foundQueues.stream()
                                    .anyMatch(queue -> queue.name().equals(to)))) {
                bound.add(new Bound(
                        binding.path("source").asText(),
                        toQueue ? to : "exchange " + to,
                        binding.path("routing_key").asText(),
                        arguments(binding)));
            }
        }
        return new FoundTopology(foundExchanges, foundQueues, bound);
    }

    private static boolean stays(JsonNode found) {
        return found.path("durable").asBoolean() && !found.path("auto_delete").asBoolean();
    }

    private static boolean isBrokersOwn(String exchange) {
        return exchange.isEmpty() || exchange.startsWith("amq.");
    }

    private Map<String, Object> arguments(JsonNode of) {
        JsonNode arguments = of.path("arguments");
        return arguments.isObject() ? mapper.convertValue(arguments, ARGUMENTS) : Map.of();
    }
}
