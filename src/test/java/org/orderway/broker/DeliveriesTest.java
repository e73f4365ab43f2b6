package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.params.provider.MethodSource;
import org.orderway.messages.Delivery;

/** A message's way in: what of it is kept, and what its sender cannot make us do. */
class DeliveriesTest {

    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

    private final Deliveries deliveries = new Deliveries(Clock.fixed(NOW, ZoneOffset.UTC));
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
}
