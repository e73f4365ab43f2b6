package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.orderway.broker.Topology.ExchangeRow;

/** The AsyncAPI document says what the topology and the schemas say: nothing is missing, nothing is invented. */
class AsyncApiTest {

    private static final String[] EXAMPLES_ON = {
        "orderway.examples.console=true",
        "orderway.examples.logs=true",
        "orderway.examples.sensors=true",
        "orderway.examples.thumbnails=true",
        "orderway.examples.regional-desk=true",
        "orderway.examples.chat=true"
    };

    private final Topology topology = Topologies.shipped(EXAMPLES_ON);
    private final AsyncApi api = new AsyncApi(topology, new ObjectMapper());
    private final JsonNode document = read();

    @Test
    void isAnAsyncApi3DocumentInWhichEveryReferenceLeadsSomewhere() {
        assertThat(document.path("asyncapi").asText()).isEqualTo("3.0.0");
        assertThat(document.at("/info/title").asText()).isNotBlank();
        assertThat(document.at("/info/version").asText()).isNotBlank();
        List<String> references = new ArrayList<>();
        document.findValues("$ref").forEach(reference -> references.add(reference.asText()));
        assertThat(references)
                .hasSizeGreaterThan(100)
                .filteredOn(reference ->
                        reference.startsWith("#/channels") || reference.startsWith("#/components/messages"))
                .allSatisfy(reference -> assertThat(
                                document.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
    }

    @Test
    void hasEveryExchangeThatIsPublishedToWithItsType() {
        Set<String> told = new TreeSet<>();
        document.path("channels").forEach(channel -> {
            JsonNode exchange = channel.at("/bindings/amqp/exchange");
            if (!exchange.isMissingNode()) {
                told.add(exchange.path("name").asText() + " "
                        + exchange.path("type").asText());
            }
        });

        Set<String> published =
                topology.published().stream().map(row -> row.exchange()).collect(Collectors.toSet());
        assertThat(told)
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                topology.exchanges().stream()
                                        .filter(row -> published.contains(row.name()))
                                        .map(row -> row.name() + " " + row.type()),
                                Stream.of(
                                        "order_retry direct",
                                        "order_return direct",
                                        "order_dead direct",
                                        "unroutable fanout"))
                        .collect(Collectors.toSet()));
        // An exchange that only others publish to is told with the queues that are bound to it.
        assertThat(topology.exchanges().stream().map(ExchangeRow::name))
                .allSatisfy(exchange -> assertThat(published.contains(exchange)
                                || bindings().stream().anyMatch(bound -> bound.startsWith(exchange + " ")))
                        .as(exchange)
                        .isTrue());
    }

    @Test
    void hasEveryKeyThatIsPublishedAndWhatItCarries() {
        Set<String> told = new TreeSet<>();
        document.path("operations").properties().forEach(operation -> {
            if (operation.getValue().path("action").asText().equals("send")) {
                JsonNode channel = document.at(
                        operation.getValue().at("/channel/$ref").asText().substring(1));
                told.add(channel.at("/bindings/amqp/exchange/name").asText() + " "
                        + channel.path("address").asText().replaceAll("\\{word\\d}", "*"));
                assertThat(channel.path("messages")).as(operation.getKey()).isNotEmpty();
            }
        });

        assertThat(told)
                .containsExactlyInAnyOrderElementsOf(topology.published().stream()
                        .map(row -> row.exchange() + " " + row.key())
                        .collect(Collectors.toSet()));
    }

    @Test
    void hasEveryQueueOnTheBrokerItsConsumersAndItsBindings() {
        Set<String> told = new TreeSet<>();
        document.path("channels").forEach(channel -> {
            if (channel.at("/bindings/amqp/is").asText().equals("queue")) {
                told.add(channel.at("/bindings/amqp/queue/name").asText());
            }
        });

        assertThat(told).containsExactlyInAnyOrderElementsOf(topology.allQueues());
        assertThat(names(document.path("operations")))
                .filteredOn(name -> name.startsWith("consume."))
                .containsExactlyInAnyOrderElementsOf(topology.workQueues().stream()
                        .map(queue -> "consume." + queue.name())
                        .toList());
        assertThat(bindings())
                .containsExactlyInAnyOrderElementsOf(topology.queues().stream()
                        .flatMap(row -> row.bindings().stream()
                                .map(bound -> bound.exchange() + " " + row.name() + " " + bound.keys()))
                        .toList());
    }

    @Test
    void hasEveryMessageThatThereIsASchemaForAndSaysWhereItIsSeen() {
        List<String> schemas = Stream.of(new File("src/main/resources/schemas").list())
                .map(file -> file.replace(".schema.json", ""))
                .toList();
        assertThat(names(document.at("/components/messages"))).containsExactlyInAnyOrderElementsOf(schemas);

        Set<String> seen = new TreeSet<>();
        document.path("channels").forEach(channel -> seen.addAll(names(channel.path("messages"))));
        assertThat(seen).containsExactlyInAnyOrderElementsOf(schemas);
        assertThat(names(document.at("/channels/inventory_queue/messages"))).containsExactly("order.created");
        assertThat(names(document.at("/channels/order_queue/messages"))).containsExactly("order.placed");
        assertThat(names(document.at("/channels/prepaid_payment_queue/messages")))
                .containsExactly("payment.requested");
        assertThat(names(document.at("/channels/confirmation_queue/messages"))).containsExactly("order.created");
        assertThat(names(document.at("/channels/shipping_retry_5s_queue/messages")))
                .containsExactlyInAnyOrder("order.payment_success", "order.backorder_filled");
        assertThat(document.at("/components/messages/order.created/payload/schema/required"))
                .isNotEmpty();
    }

    private List<String> bindings() {
        List<String> all = new ArrayList<>();
        document.path("channels")
                .properties()
                .forEach(channel -> channel.getValue().path("x-bindings").forEach(bound -> {
                    List<String> keys = new ArrayList<>();
                    bound.path("keys").forEach(key -> keys.add(key.asText()));
                    all.add(bound.path("exchange").asText() + " " + channel.getKey() + " " + keys);
                }));
        return all;
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private JsonNode read() {
        try {
            return new YAMLMapper().readTree(api.yaml());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
