package org.orderway.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.broker.QueueFigures;
import org.orderway.broker.QueueFigures.Counts;
import org.orderway.broker.QueueFigures.Figure;
import org.orderway.broker.Topologies;
import org.orderway.orders.OpenLetters;
import org.orderway.orders.Timeline;

class FlowTest {

    private static final String NOW = "2026-11-20T10:00:00Z";

    private final QueueFigures figures = mock(QueueFigures.class);
    private final Flow flow = new Flow(Topologies.shipped(), figures);

    @BeforeEach
    void nothingIsKnownOfTheQueues() {
        tell(Map.of());
    }

    @Test
    void showsWhatWaitsInAQueueWhereverItWaits() {
        tell(Map.of(
                "shipping_queue", figure("shipping_queue", 3, 2),
                "shipping_retry_5s_queue", figure("shipping_retry_5s_queue", 4, 0),
                "audit_queue", figure("audit_queue", 0, 0)));

        Map<String, Long> depths = flow.picture().boxes().stream()
                .filter(box -> box.depth() != null)
                .collect(Collectors.toMap(Flow.Box::id, Flow.Box::depth));

        assertThat(depths).isEqualTo(Map.of("shipping_queue", 9L, "audit_queue", 0L));
        assertThat(states(flow.picture())).isEmpty();
    }

    @Test
    void lightsUpStepByStepOnTheOrdersOwnLaneAndMethod() {
        assertThat(states(flow.of(order("RECEIVED", "priority", "cod", "order.placed"))))
                .containsEntry("priority_order_queue", "busy")
                .containsEntry("audit_queue", "done")
                .doesNotContainKeys("order_queue", "inventory_queue");
        assertThat(states(flow.of(order(
                        "PAYMENT_DUE",
                        "priority",
                        "cod",
                        "order.created",
                        "order.inventory_checked",
                        "order.payment_success"))))
                .containsEntry("cod_payment_queue", "done")
                .containsEntry("shipping_queue", "busy")
                .doesNotContainKeys("prepaid_payment_queue", "parcel");
        assertThat(states(flow.of(order(
                        "SHIPPED", "normal", "prepaid", "order.created", "order.shipped", "order.invoiced", "mail"))))
                .containsEntry("parcel", "done")
                .containsEntry("invoice_queue", "done")
                .containsEntry("notification_queue", "done")
                .doesNotContainValue("busy");
    }

    @Test
    void showsWhereAnOrderIsRefusedAndNothingBehindIt() {
        Map<String, Object> order =
                order("FAILED", "normal", "prepaid", "order.created", "order.inventory_checked", "order.failed");
        order.put("reason", "payment_declined");

        assertThat(states(flow.of(order)))
                .containsEntry("prepaid_payment_queue", "failed")
                .containsEntry("failed_order_queue", "done")
                .doesNotContainKeys("shipping_queue", "parcel")
                .doesNotContainValue("busy");
    }

    @Test
    void showsWhereAnOrderWaitsForItsNextAttemptAndWhereItFailedForGood() {
        Map<String, Object> waits = order("PAID", "normal", "prepaid", "order.created", "order.payment_success");
        waits.put(
                "timeline",
                List.of(
                        new Timeline.Entry("order.payment_success", NOW, null),
                        new Timeline.Entry(
                                "waiting",
                                NOW,
                                "shipping_queue waits until 2026-11-20T10:03:05Z (retry 1): HTTP 500")));
        assertThat(states(flow.of(waits))).containsEntry("shipping_queue", "waiting");

        Map<String, Object> failed = order("PAID", "normal", "prepaid", "order.created", "order.payment_success");
        failed.put("deadLetters", List.of(new OpenLetters.Letter(1, "shipping_queue", "HTTP 500", NOW)));
        assertThat(states(flow.of(failed))).containsEntry("shipping_queue", "failed");
        assertThat(flow.of(failed).boxes())
                .filteredOn(box -> box.id().equals("shipping_queue"))
                .extracting(Flow.Box::inWords)
                .containsExactly("shipping: failed");
    }

    @Test
    void everyQueueOfThePictureIsOneOfTheTable() {
        assertThat(flow.picture().boxes())
                .extracting(Flow.Box::id)
                .filteredOn(id -> id.endsWith("_queue"))
                .hasSizeGreaterThan(10)
                .allSatisfy(
                        id -> assertThat(Topologies.shipped().findWorkQueue(id)).isPresent());
    }

    private static Map<String, String> states(Flow.Picture picture) {
        return picture.boxes().stream()
                .filter(box -> !box.state().equals("idle"))
                .collect(Collectors.toMap(Flow.Box::id, Flow.Box::state));
    }

    private static Map<String, Object> order(String status, String lane, String method, String... events) {
        Map<String, Object> order = new LinkedHashMap<>();
        order.put("status", status);
        order.put("reason", null);
        order.put("lane", lane);
        order.put("payment", Map.of("method", method));
        order.put("deadLetters", List.of());
        order.put(
                "timeline",
                Stream.of(events)
                        .map(event -> new Timeline.Entry(event, NOW, null))
                        .toList());
        return order;
    }

    private void tell(Map<String, Figure> queues) {
        when(figures.tell())
                .thenReturn(new QueueFigures.Report(
                        Instant.parse(NOW), Instant.parse(NOW), queues, List.of(), List.of(), null));
    }

    private static Figure figure(String queue, long ready, long inWork) {
        return new Figure(new Counts(queue, ready, inWork, 2, 0L, 0L, 0L), 0.0, 0.0, 0.0);
    }
}
