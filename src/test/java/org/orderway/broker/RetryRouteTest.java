package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyList;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.http.Problem;
import org.orderway.messages.Delivery;
import org.orderway.messages.Event;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.messages.Unreadable;
import org.orderway.orders.FieldError;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.InvalidOrder;
import org.orderway.orders.KeyTaken;
import org.orderway.orders.NumberTaken;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.UnknownOrder;
import org.orderway.payment.ChargeInDoubt;
import org.orderway.shipping.ShipmentInDoubt;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;
import org.springframework.dao.CannotAcquireLockException;

/** What becomes of a message whose step fails, shown on the step that reserves stock. */
@Covers({"read-delivery", "read-event", "publish-event", "retry-delivery", "park-delivery", "send-to-wait", "note-wait"
})
class RetryRouteTest extends RouteTest {

    private static final RuntimeException FAULT =
            new CannotAcquireLockException("password of ada@example.org", new java.sql.SQLException("x"));

    @Test
    void triesAtMostThreeTimesAtOnceAndThenWaitsInTheFirstRetryQueue() {
        when(inventory.reserve(any())).thenThrow(FAULT);
        Incoming message = created();

        Exchange done = deliver("inventory-reserve", message);

        assertThat(done.getException()).as("acknowledged").isNull();
        verify(inventory, times(3)).reserve(any());
        assertThat(published()).singleElement().satisfies(retry -> {
            assertThat(retry.exchange()).isEqualTo("order_retry");
            assertThat(retry.routingKey()).isEqualTo("inventory_retry_5s_queue");
            assertThat(retry.id()).isEqualTo("message-1");
            assertThat(retry.type()).isEqualTo("order.created");
            assertThat(retry.correlationId()).isEqualTo(orderId.toString());
            assertThat(retry.contentType()).isEqualTo("application/json");
            assertThat(retry.timestamp()).isEqualTo(Instant.ofEpochMilli(1_790_000_000_000L));
            assertThat(retry.body()).isEqualTo(message.body());
            assertThat(retry.headers())
                    .containsOnlyKeys("retries", "failure-reason", "failure-route", "failed-at", "origin-queue")
                    .containsEntry("retries", 1)
                    .containsEntry("failure-reason", "CannotAcquireLockException (SQLException)")
                    .containsEntry("failure-route", "inventory-reserve")
                    .containsEntry("origin-queue", "inventory_queue");
        });
    }

    /** What a crash brings back is the same attempt once more: the broker counts it, the retries do not. */
    @Test
    void aRedeliveryAfterACrashCountsNoRetry() {
        when(inventory.reserve(any())).thenThrow(FAULT);

        deliver(
                "inventory-reserve",
                created()
                        .with("retries", 1)
                        .with("CamelSpringRabbitmqRedelivered", true)
                        .with("x-delivery-count", 7)
                        .with("x-acquired-count", 8));

        assertThat(published()).singleElement().satisfies(retry -> assertThat(retry.headers())
                .containsEntry("retries", 2));
    }

    @Test
    void goesOnWhenAQuickSecondTrySucceeds() {
        OutgoingMessage checked = message("order.inventory_checked");
        when(inventory.reserve(any())).thenThrow(FAULT).thenReturn(Outcome.of(checked));

        Exchange done = deliver("inventory-reserve", created());

        assertThat(done.getException()).isNull();
        verify(inventory, times(2)).reserve(any());
        assertThat(published()).containsExactly(checked);
    }

    @ParameterizedTest
    @CsvSource({"1, inventory_retry_30s_queue, 2", "2, inventory_retry_5m_queue, 3"})
    void waitsLongerEachTime(int retries, String queue, int next) {
        when(inventory.reserve(any())).thenThrow(FAULT);

        deliver("inventory-reserve", created().with("retries", retries));

        assertThat(published()).singleElement().satisfies(retry -> {
            assertThat(retry.routingKey()).isEqualTo(queue);
            assertThat(retry.headers()).containsEntry("retries", next);
        });
    }

    @Test
    void parksTheOriginalMessageAfterItsLastRetryAndTellsOfIt() throws Exception {
        when(inventory.reserve(any())).thenThrow(FAULT);
        Incoming message = created().with("retries", 3);

        Exchange done = deliver("inventory-reserve", message);

        assertThat(done.getException()).isNull();
        assertThat(published()).hasSize(2);
        OutgoingMessage dead = published().get(0);
        assertThat(dead.exchange()).isEqualTo("order_dead");
        assertThat(dead.routingKey()).isEqualTo("inventory_dlq");
        assertThat(dead.id()).isEqualTo("message-1");
        assertThat(dead.type()).isEqualTo("order.created");
        assertThat(dead.body()).isEqualTo(message.body());
        assertThat(dead.headers()).containsEntry("retries", 3).containsEntry("failure-route", "inventory-reserve");
        OutgoingMessage told = published().get(1);
        assertThat(told.exchange()).isEqualTo("order_events");
        assertThat(told.routingKey()).isEqualTo("order.failed.inventory");
        assertThat(told.type()).isEqualTo("order.failed.inventory");
        assertThat(told.correlationId()).isEqualTo(orderId.toString());
        JsonNode body = new ObjectMapper().readTree(told.body());
        assertThat(body.get("orderId").asText()).isEqualTo(orderId.toString());
        assertThat(body.get("queue").asText()).isEqualTo("inventory_queue");
        assertThat(body.get("messageId").asText()).isEqualTo("message-1");
        assertThat(body.get("retries").asInt()).isEqualTo(3);
        assertThat(body.get("reason").asText()).doesNotContain("ada@example.org");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "", "[]", "null", "{}", "{\"orderId\": 1}", "{\"orderId\":\"a\",\"orderId\":\"b\"}"})
    void parksWhatItCannotReadAtOnce(String body) {
        Exchange done = deliver("inventory-reserve", Incoming.raw("inventory_queue", "order.created", body));

        assertThat(done.getException()).isNull();
        verify(inventory, never()).reserve(any());
        assertThat(published())
                .extracting(OutgoingMessage::routingKey)
                .containsExactly("inventory_dlq", "order.failed.inventory");
        assertThat(published().get(0).body()).isEqualTo(body.getBytes(StandardCharsets.UTF_8));
        assertThat(published().get(0).headers()).containsEntry("retries", 0);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Unreadable.class,
                Problem.class,
                InvalidOrder.class,
                NumberTaken.class,
                KeyTaken.class,
                UnknownOrder.class,
                IllegalTransition.class,
                ChargeInDoubt.class,
                ShipmentInDoubt.class
            })
    void doesNotRetryWhatNoRetryCanMend(Class<? extends RuntimeException> kind) throws Exception {
        when(inventory.reserve(any())).thenThrow(one(kind));

        Exchange done = deliver("inventory-reserve", created());

        assertThat(done.getException()).isNull();
        verify(inventory, times(1)).reserve(any());
        assertThat(published())
                .extracting(OutgoingMessage::routingKey)
                .containsExactly("inventory_dlq", "order.failed.inventory");
    }

    @Test
    void leavesTheMessageWithTheBrokerWhenNothingCanBePublished() {
        OutgoingMessage checked = message("order.inventory_checked");
        when(inventory.reserve(any())).thenReturn(Outcome.of(checked));
        brokerIsAway();

        Exchange done = deliver("inventory-reserve", created());

        assertThat(done.getException()).as("what the consumer sees").isInstanceOf(PublishFailed.class);
        assertThat(done.isRouteStop()).isFalse();
        verify(inventory, times(1)).reserve(any());
        verify(publisher, times(3)).publish(anyList());
        verify(publisher, times(1)).publish(any(OutgoingMessage.class));
        assertThat(published())
                .extracting(OutgoingMessage::exchange)
                .containsExactly("order_events", "order_events", "order_events", "order_retry");
    }

    @Test
    void leavesADeadLetterWithTheBrokerWhenItCannotBeParked() {
        brokerIsAway();

        Exchange done = deliver("inventory-reserve", Incoming.raw("inventory_queue", "order.created", "{"));

        assertThat(done.getException()).isInstanceOf(PublishFailed.class);
        assertThat(published()).extracting(OutgoingMessage::routingKey).contains("inventory_dlq");
    }

    @Test
    void publishesAllThatAStepRecordedInItsOrder() {
        OutgoingMessage failed = message("order.failed");
        OutgoingMessage ended = message("order.analytics.ended");
        when(inventory.reserve(any())).thenReturn(Outcome.of(failed, ended));

        deliver("inventory-reserve", created());

        assertThat(published()).containsExactly(failed, ended);
        verify(publisher, times(1)).publish(anyList());
    }

    @Test
    void auditTellsNobodyOfItsOwnFailures() {
        doThrow(FAULT).when(audit).append(any());

        deliver(
                "audit-append",
                Incoming.event("audit_queue", "order.created", orderId).with("retries", 3));

        assertThat(published()).extracting(OutgoingMessage::routingKey).containsExactly("audit_dlq");
    }

    @Test
    void leavesEveryHeaderBehindThatIsNotOurs() {
        Exchange done = call(
                "read-delivery",
                "{}".getBytes(StandardCharsets.UTF_8),
                created()
                        .with("retries", "2".getBytes(StandardCharsets.UTF_8))
                        .with("outage-since", "2026-11-20T10:00:00Z")
                        .with("To", "everybody@example.org")
                        .with("Subject", "Win")
                        .with("Authorization", "Bearer")
                        .with("x-death", "1")
                        .with("retry-count", 7)
                        .with("CamelFileName", "/etc/passwd")
                        .with("CamelSpringRabbitmqRoutingOverrideKey", "order.failed")
                        .with("CamelSpringRabbitmqReplyTo", "elsewhere")
                        .headers());

        assertThat(done.getMessage().getHeaders()).isEmpty();
        Delivery delivery = done.getVariable("delivery", Delivery.class);
        assertThat(delivery.headers()).isEqualTo(Map.of("retries", 2, "outage-since", "2026-11-20T10:00:00Z"));
        assertThat(delivery.retries()).isEqualTo(2);
        assertThat(delivery.queue()).isEqualTo("inventory_queue");
    }

    @Test
    void readsAnEventByItsTypeNotByItsKey() {
        Exchange done = call(
                "read-event",
                created().body(),
                created()
                        .with(SpringRabbitMQConstants.ROUTING_KEY, "inventory_queue")
                        .headers());

        Event event = done.getMessage().getBody(Event.class);
        assertThat(event.type()).isEqualTo("order.created");
        assertThat(event.orderId()).isEqualTo(orderId);
        assertThat(event.occurredAt()).isEqualTo(Instant.parse("2026-11-20T10:00:01.234Z"));
    }

    /** One of that kind, made of whatever its constructor wants. */
    private static RuntimeException one(Class<? extends RuntimeException> kind) throws ReflectiveOperationException {
        if (kind == Problem.class) {
            return Problem.badRequest("no order");
        }
        Constructor<?> constructor = kind.getDeclaredConstructors()[0];
        constructor.setAccessible(true);
        Map<Class<?>, Object> values = Map.of(
                String.class,
                "x",
                UUID.class,
                UUID.randomUUID(),
                Enum.class,
                OrderStatus.PAID,
                List.class,
                List.of(new FieldError("/lines", "must not be empty")));
        return (RuntimeException) constructor.newInstance(
                Stream.of(constructor.getParameterTypes()).map(values::get).toArray());
    }

    private Incoming created() {
        return Incoming.event("inventory_queue", "order.created", orderId);
    }

    private void brokerIsAway() {
        PublishFailed away = PublishFailures.unreachable(message("order.inventory_checked"));
        doThrow(away).when(publisher).publish(anyList());
        doThrow(away).when(publisher).publish(any(OutgoingMessage.class));
    }
}
