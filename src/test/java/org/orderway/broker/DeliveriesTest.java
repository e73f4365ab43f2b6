package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Delivery;

/** A message's way in: what of it is kept, and what its sender cannot make us do. */
class DeliveriesTest {

    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Deliveries deliveries = new Deliveries(Clock.fixed(NOW, ZoneOffset.UTC), meters);
    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    static Stream<Arguments> retries() {
        return Stream.of(
                Arguments.of(null, 0),
                Arguments.of(0, 0),
                Arguments.of(3, 3),
                Arguments.of(3L, 3),
                Arguments.of("3", 3),
                Arguments.of(" 3 ", 3),
                Arguments.of("3".getBytes(StandardCharsets.UTF_8), 3),
                Arguments.of(99, 99),
                Arguments.of(-1, 0),
                Arguments.of("abc", 0),
                Arguments.of("", 0),
                Arguments.of("1e3", 0),
                Arguments.of(2.5, 0),
                Arguments.of(Long.MAX_VALUE, 0),
                Arguments.of(Map.of("a", 1), 0));
    }

    @ParameterizedTest
    @MethodSource("retries")
    void takesOnlyACountForACountOfRetries(Object header, int retries) {
        exchange.getMessage().setHeader("retries", header);

        Delivery delivery = deliveries.open(exchange);

        assertThat(delivery.retries()).isEqualTo(retries);
        assertThat(delivery.headers()).containsEntry("retries", retries);
    }

    @Test
    void thoseThatNobodyWorksOnAreNotCounted() {
        exchange.getMessage().setBody("{}");

        assertThat(deliveries.uncounted().open(exchange).body()).isEqualTo("{}".getBytes(StandardCharsets.UTF_8));

        assertThat(meters.getMeters()).isEmpty();
    }

    @Test
    void keepsTheHeadersOfOursAndNothingElse() {
        exchange.getMessage()
                .setHeaders(new java.util.HashMap<>(Map.of(
                        "failure-reason",
                        "x".repeat(10_000),
                        "failed-at",
                        "now".getBytes(StandardCharsets.UTF_8),
                        "To",
                        "everybody@example.org",
                        "x-death",
                        "1",
                        "CamelHttpUri",
                        "http://elsewhere.test",
                        Deliveries.QUEUE,
                        "inventory_queue")));

        Delivery delivery = deliveries.open(exchange);

        assertThat(delivery.headers()).containsOnlyKeys("retries", "failure-reason", "failed-at");
        assertThat(delivery.headers().get("failure-reason").toString()).hasSize(500);
        assertThat(delivery.headers()).containsEntry("failed-at", "now");
        assertThat(delivery.queue()).isEqualTo("inventory_queue");
        assertThat(exchange.getMessage().getHeaders()).isEmpty();
    }

    @Test
    void keepsCamelsCountOfItsQuickRedeliveries() {
        exchange.getMessage().setHeader(Exchange.REDELIVERY_COUNTER, 2);

        deliveries.open(exchange);

        assertThat(exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER)).isEqualTo(2);
    }

    @Test
    void readsTheMessagesProperties() {
        exchange.getMessage().setBody("body");
        exchange.getMessage()
                .setHeaders(new java.util.HashMap<>(Map.of(
                        SpringRabbitMQConstants.ROUTING_KEY, "inventory_queue",
                        SpringRabbitMQConstants.TYPE, "order.created",
                        SpringRabbitMQConstants.MESSAGE_ID, "m-1",
                        SpringRabbitMQConstants.CORRELATION_ID, "o-1",
                        SpringRabbitMQConstants.CONTENT_TYPE, "application/json",
                        SpringRabbitMQConstants.TIMESTAMP, Date.from(NOW.minusSeconds(60)))));

        Delivery delivery = deliveries.open(exchange);

        assertThat(delivery.type()).isEqualTo("order.created");
        assertThat(delivery.id()).isEqualTo("m-1");
        assertThat(delivery.correlationId()).isEqualTo("o-1");
        assertThat(delivery.contentType()).isEqualTo("application/json");
        assertThat(delivery.timestamp()).isEqualTo(NOW.minusSeconds(60));
        assertThat(delivery.body()).isEqualTo("body".getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE, -1, 253_402_300_800_000L})
    void takesItsOwnTimeForOneThatNoDatabaseHolds(long millis) {
        exchange.getMessage().setHeader(SpringRabbitMQConstants.TIMESTAMP, new Date(millis));

        assertThat(deliveries.open(exchange).timestamp()).isEqualTo(NOW);
    }

    @Test
    void givesAMessageWithoutPropertiesATypeANameAndATime() {
        exchange.getMessage().setBody(new byte[0]);
        exchange.getMessage().setHeader(SpringRabbitMQConstants.ROUTING_KEY, "order.normal.in");
        exchange.getMessage().setHeader(SpringRabbitMQConstants.MESSAGE_ID, " ");

        Delivery delivery = deliveries.open(exchange);

        assertThat(delivery.type()).isEqualTo("order.normal.in");
        assertThat(delivery.id()).isNotBlank();
        assertThat(delivery.timestamp()).isEqualTo(NOW);
        assertThat(delivery.correlationId()).isNull();
        assertThat(deliveries
                        .open(new DefaultExchange(new DefaultCamelContext()))
                        .body())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "order.shipped, 0, -, 0, order.shipped, first",
        "order.shipped, 2, -, 0, order.shipped, retry",
        "order.shipped, 2, 2026-11-20T10:00:00Z, 0, order.shipped, outage",
        "order.shipped, 0, -, 1, order.shipped, replay",
        "order.failed.shipping, 0, -, 0, order.failed.step, first",
        "order.invented, 0, -, 0, other, first",
    })
    void countsWhatIsTakenByQueueTypeAndWhy(
            String type, int retries, String outage, int round, String label, String attempt) {
        exchange.getMessage().setHeader(Deliveries.QUEUE, "a_queue");
        exchange.getMessage().setHeader(SpringRabbitMQConstants.TYPE, type);
        exchange.getMessage().setHeader("retries", retries);
        exchange.getMessage().setHeader("outage-since", outage.equals("-") ? null : outage);
        exchange.getMessage().setHeader("replay-round", round);

        deliveries.open(exchange);

        assertThat(meters.get("orderway.deliveries")
                        .tags("queue", "a_queue", "type", label, "attempt", attempt)
                        .counter()
                        .count())
                .isEqualTo(1);
    }
}
