package org.orderway.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orderway.messages.Outbox;
import org.orderway.orders.Cancellation;
import org.orderway.orders.InvalidOrder;
import org.orderway.orders.OrderView;
import org.orderway.orders.Returns;
import org.orderway.testing.WayOfAnOrder;
import org.springframework.beans.factory.annotation.Autowired;

class TrackingDatabaseTest extends WayOfAnOrder {

    private static final String MORNING = "2026-11-20T08:00:00Z";
    private static final String NOON = "2026-11-20T12:00:00Z";

    @Autowired
    private Tracking tracking;

    @Autowired
    private OrderView view;

    @Autowired
    private Cancellation cancellation;

    @Test
    void aParcelThatArrivesMakesItsOrderDelivered() {
        bring("SHIPPED");

        List<Outbox.Entry> entries = report("delivered", NOON, null);

        assertThat(told(entries)).containsExactly("order.delivered", "order.analytics.ended");
        assertThat(body(entries, "order.delivered").path("deliveredAt").asText())
                .isEqualTo(NOON);
        assertThat(body(entries, "order.delivered").has("collected")).isFalse();
        assertThat(body(entries, "order.analytics.ended").path("status").asText())
                .isEqualTo("DELIVERED");
        assertThat(column("status || ' ' || fulfilment_state")).isEqualTo("DELIVERED delivered");
        assertThat(money()).isEqualTo("captured 7.5 0");
        assertThat(view.read(order.toString()).get("shipment"))
                .asString()
                .contains("reported=delivered, reportedAt=" + NOON);
    }

    @Test
    void aReportThatComesAgainChangesAndTellsNothing() throws Exception {
        paysAtTheDoor();
        bring("SHIPPED");

        List<List<Outbox.Entry>> all =
                together(Stream.generate(() -> (Callable<List<Outbox.Entry>>) () -> report("delivered", NOON, "7.50"))
                        .limit(6)
                        .toList());

        assertThat(all.stream().filter(entries -> !entries.isEmpty())).hasSize(1);
        assertThat(money()).isEqualTo("collected 7.5 0");
    }

    @Test
    void reportsOnTheWayAreToldOnceAndOnlyWhenTheyAreNews() {
        bring("SHIPPED");

        assertThat(told(report("out_for_delivery", NOON, null))).containsExactly("order.status_updated");
        assertThat(report("out_for_delivery", NOON, null)).as("again").isEmpty();
        assertThat(report("in_transit", MORNING, null)).as("out of order").isEmpty();
        assertThat(told(report("failed_attempt", "2026-11-20T13:00:00+01:00", null)))
                .as("the same moment in another zone is no news")
                .isEmpty();
        assertThat(told(report("delivered", MORNING, null)))
                .as("a delivery counts whenever its report comes")
                .contains("order.delivered");
        assertThat(report("in_transit", "2026-11-21T08:00:00Z", null)).isEmpty();
        assertThat(statusOf(order)).isEqualTo("DELIVERED");
        assertThat(view.read(order.toString()).get("shipment")).asString().contains("reported=delivered");
    }

    @Test
    void anOrderIsDeliveredWhenAllOfItsParcelsAre() {
        inTwoParcels();

        assertThat(told(report("out_for_delivery", NOON, null))).containsExactly("order.status_updated");
        List<Outbox.Entry> first = report("delivered", NOON, null);
        assertThat(told(first)).containsExactly("order.status_updated");
        assertThat(body(first, "order.status_updated").path("trackingNumber").asText())
                .isEqualTo(TRACKING);
        assertThat(report("delivered", NOON, null)).as("again").isEmpty();
        assertThat(statusOf(order)).isEqualTo("PAID");
        sendTheRest("OW2");
        assertThat(statusOf(order)).isEqualTo("SHIPPED");
        assertThat(report("delivered", NOON, null)).as("of the first, again").isEmpty();
        assertThat(told(reportOf("OW2", "out_for_delivery", MORNING)))
                .as("each parcel has news of its own")
                .containsExactly("order.status_updated");

        List<Outbox.Entry> last = reportOf("OW2", "delivered", MORNING);
        assertThat(told(last)).containsExactly("order.delivered", "order.analytics.ended");
        assertThat(body(last, "order.delivered").path("deliveredAt").asText())
                .as("when the last one arrived, whichever was told last")
                .isEqualTo(NOON);

        assertThat(column("status || ' ' || fulfilment_state")).isEqualTo("DELIVERED delivered");
        assertThat(view.read(order.toString()).get("parcels").toString())
                .contains("reported=delivered, reportedAt=" + NOON, "reported=delivered, reportedAt=" + MORNING);
    }

    @Test
    void anOrderWhoseRestIsCancelledAfterTheFirstParcelArrivedIsDelivered() {
        inTwoParcels();
        report("delivered", NOON, null);

        Cancellation.Answer answer =
                cancellation.cancelPieces(order, List.of(new Returns.Pieces("A", 1)), "customer", null);

        assertThat(answer.status()).isEqualTo("DELIVERED");
        assertThat(told(answer.entries()))
                .containsExactly("order.line_cancelled", "order.delivered", "order.analytics.ended");
        assertThat(body(answer.entries(), "order.delivered").path("deliveredAt").asText())
                .isEqualTo(NOON);
    }

    /** One piece of the first line waits for goods; the others have left. */
    private void inTwoParcels() {
        bring("PAID");
        jdbc.sql("update order_lines set back_ordered = 1 where line_no = 1").update();
        shipping.settle(shipping.intend(event("order.payment_success", order, Map.of())), parcel(TRACKING));
        assertThat(column("status || ' ' || fulfilment_state")).isEqualTo("PAID part");
    }

    private void sendTheRest(String trackingNumber) {
        jdbc.sql("update order_lines set back_ordered = 0").update();
        shipping.settle(
                shipping.intend(event("order.backorder_filled", order, Map.of("parcel", 2))), parcel(trackingNumber));
    }

    private JsonNode parcel(String trackingNumber) {
        return json("{\"carrier\": \"P\", \"shipmentId\": \"s\", \"trackingNumber\": \"" + trackingNumber
                + "\", \"label\": \"L\"}");
    }

    @Test
    void aParcelNobodyKnowsIsToBeReportedAgainLater() {
        bring("PAID");

        assertThatThrownBy(() -> report("delivered", NOON, null)).isInstanceOf(UnknownParcel.class);
        assertThat(statusOf(order)).isEqualTo("PAID");
    }

    @Test
    void cashIsPaidOnlyWhenTheCarrierHasCollectedIt() {
        paysAtTheDoor();
        bring("SHIPPED");
        assertThat(money()).isEqualTo("due 0 0");

        List<Outbox.Entry> entries = report("delivered", NOON, "7.50");

        assertThat(told(entries)).containsExactly("order.delivered", "order.analytics.ended", "payment.succeeded");
        assertThat(amount(body(entries, "order.delivered").path("collected"), "amount"))
                .isEqualByComparingTo("7.5");
        assertThat(amount(body(entries, "payment.succeeded"), "amount")).isEqualByComparingTo("7.5");
        assertThat(body(entries, "payment.succeeded").path("method").asText()).isEqualTo("cod");
        assertThat(money()).isEqualTo("collected 7.5 0");
    }

    @ParameterizedTest(name = "collected {0}")
    @CsvSource(
            nullValues = "nothing",
            value = {
                "5, collected 5 0, order.delivered order.analytics.ended payment.succeeded order.alarm.collection",
                "nothing, due 0 0, order.delivered order.analytics.ended order.alarm.collection",
                "9, collected 9 0, order.delivered order.analytics.ended payment.succeeded order.captured_late"
                        + " order.alarm.collection"
            })
    void whatWasCollectedIsBookedAsItIsAndAPersonIsToldWhenItIsNotWhatWasDue(
            String collected, String money, String told) {
        paysAtTheDoor();
        bring("SHIPPED");

        List<Outbox.Entry> entries = report("delivered", NOON, collected);

        assertThat(told(entries)).containsExactly(told.split(" "));
        assertThat(money()).isEqualTo(money);
        assertThat(body(entries, "order.alarm.collection").path("expected").asText())
                .isEqualTo("7.50 GBP");
        if (told.contains("captured_late")) {
            assertThat(amount(body(entries, "order.captured_late"), "amount"))
                    .as("what is too much goes back")
                    .isEqualByComparingTo("1.5");
        }
        assertThat(report("delivered", NOON, collected)).as("again").isEmpty();
    }

    @Test
    void moneyThatIsReportedAfterTheDeliveryIsBookedThen() {
        paysAtTheDoor();
        bring("SHIPPED");
        report("delivered", NOON, null);

        assertThat(told(report("delivered", NOON, "7.50"))).containsExactly("payment.succeeded");
        assertThat(told(report("delivered", NOON, "8.00")))
                .as("a carrier that contradicts itself")
                .containsExactly("order.alarm.collection");
        assertThat(money()).isEqualTo("collected 7.5 0");
    }

    @Test
    void whatIsCollectedForAPrepaidOrderIsNotBookedButTold() {
        bring("SHIPPED");

        assertThat(told(report("delivered", NOON, "7.50"))).contains("order.delivered", "order.alarm.collection");
        assertThat(money()).isEqualTo("captured 7.5 0");
    }

    @Test
    void moneyOfAnotherCurrencyIsRefused() {
        paysAtTheDoor();
        bring("SHIPPED");

        assertThatThrownBy(() -> tracking.report(mapper.valueToTree(Map.of(
                        "trackingNumber",
                        TRACKING,
                        "status",
                        "delivered",
                        "occurredAt",
                        NOON,
                        "collected",
                        Map.of("amount", 7.5, "currency", "EUR")))))
                .isInstanceOf(InvalidOrder.class);
        assertThat(statusOf(order)).isEqualTo("SHIPPED");
    }

    @Test
    void aDeliveryDoesNotBringAReturnedOrderBackAndWhatWasCollectedIsOwed() {
        paysAtTheDoor();
        bring("SHIPPED");
        cancellation.cancel(order, "customer");

        List<Outbox.Entry> entries = report("delivered", NOON, "7.50");

        assertThat(told(entries)).containsExactly("payment.succeeded", "order.captured_late");
        assertThat(amount(body(entries, "order.captured_late"), "amount")).isEqualByComparingTo("7.5");
        assertThat(statusOf(order)).isEqualTo("RETURNED");
        assertThat(money()).isEqualTo("collected 7.5 0");
    }

    @Test
    void theCarrierIsToldWhatToCollectAndOnlyOfWhatIsDue() {
        paysAtTheDoor();
        bring("PAYMENT_DUE");

        Shipment shipment = shipping.intend(event("order.payment_success", order, Map.of()));

        assertThat(shipment.request()).containsEntry("collect", new Shipment.Collect(new BigDecimal("7.50"), "GBP"));
    }

    private List<Outbox.Entry> reportOf(String trackingNumber, String status, String at) {
        return tracking.report(mapper.createObjectNode()
                .put("trackingNumber", trackingNumber)
                .put("status", status)
                .put("occurredAt", at));
    }

    private List<Outbox.Entry> report(String status, String at, String collected) {
        var report = mapper.createObjectNode()
                .put("trackingNumber", TRACKING)
                .put("status", status)
                .put("occurredAt", at);
        if (collected != null) {
            report.putObject("collected").put("amount", collected).put("currency", "GBP");
        }
        return tracking.report(report);
    }
}
