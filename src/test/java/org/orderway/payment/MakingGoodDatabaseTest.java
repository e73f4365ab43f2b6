package org.orderway.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.inventory.Inventory;
import org.orderway.messages.Event;
import org.orderway.messages.Outbox;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.Cancellation;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.KeyTaken;
import org.orderway.orders.NotCancellable;
import org.orderway.orders.NotReturnable;
import org.orderway.orders.OrderLine;
import org.orderway.orders.OrderProcessing;
import org.orderway.orders.Returns;
import org.orderway.orders.Returns.Pieces;
import org.orderway.shipping.Shipment;
import org.orderway.shipping.Shipping;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

/** Cancelled and returned orders: money and stock are made good for, once, whatever came first. */
class MakingGoodDatabaseTest extends DatabaseTest {

    private static final String CAPTURED = "{\"status\": \"captured\", \"chargeId\": \"ch_1\"}";
    private static final String DECLINED = "{\"status\": \"declined\", \"chargeId\": \"ch_1\"}";
    private static final String PARCEL =
            "{\"carrier\": \"Parcels\", \"shipmentId\": \"sh_1\", \"trackingNumber\": \"OW1\", \"label\": \"L\"}";
    private static final String REFUNDED = "{\"status\": \"refunded\", \"refundId\": \"re_1\"}";

    @Autowired
    private OrderProcessing processing;

    @Autowired
    private Inventory inventory;

    @Autowired
    private Payment payment;

    @Autowired
    private Refunds refunds;

    @Autowired
    private Shipping shipping;

    @Autowired
    private Cancellation cancellation;

    @Autowired
    private Returns returns;

    private UUID order;

    @BeforeEach
    void anOrderOfThreePiecesInTwoLines() {
        for (String sku : List.of("A", "B")) {
            jdbc.sql(
                            """
                            insert into products (sku, name, category, price, currency, stocked, received, on_hand)
                            values (?, ?, 'x', 1, 'GBP', true, 10, 10)
                            """)
                    .params(sku, sku)
                    .update();
        }
        order = placed("S-1", line(1, "A", 2), line(2, "B", 1));
    }

    @AfterEach
    void theBooksBalance() {
        assertThat(jdbc.sql(
                                """
                                select p.sku from products p left join
                                  (select sku, coalesce(sum(quantity) filter (where state = 'held'), 0) as held,
                                     coalesce(sum(quantity - returned) filter (where state = 'sold'), 0) as sold
                                   from reservations group by sku) r on r.sku = p.sku
                                where p.reserved <> coalesce(r.held, 0) or p.sold <> coalesce(r.sold, 0)
                                """)
                        .query(String.class)
                        .list())
                .as("articles whose books do not balance")
                .isEmpty();
        assertThat(jdbc.sql(
                                """
                                select o.id from orders o where o.refunded <> coalesce((select sum(amount) from effects
                                where order_id = o.id and kind = 'refund' and known_at is not null), 0)
                                """)
                        .query(UUID.class)
                        .list())
                .as("orders whose refunds are not in the journal")
                .isEmpty();
    }

    // --- cancelled

    @ParameterizedTest
    @ValueSource(strings = {"RECEIVED", "CREATED", "RESERVED"})
    void anOrderThatNobodyPaidForIsCancelledAtOnceAndItsGoodsAreFree(String stage) {
        bring(stage);

        Cancellation.Answer answer = cancellation.cancel(order, "ordered_twice");

        assertThat(answer.status()).isEqualTo("CANCELLED");
        assertThat(told(answer.entries())).containsExactly("order.cancelled", "order.analytics.ended");
        assertThat(body(answer.entries().get(0)).path("refund").decimalValue()).isZero();
        assertThat(refund("order.cancelled").messages()).isEmpty();
        inventory.restock(event("order.cancelled", order, Map.of()));
        assertStock("A", 10, 0);
        assertThat(statusOf(order)).isEqualTo("CANCELLED");
    }

    @Test
    void everyStepOfACancelledOrderIsVoid() {
        cancellation.cancel(order, "customer");

        assertThat(processing.create(order).isVoid()).isTrue();
        assertThat(inventory.reserve(event("order.created", order, Map.of())).isVoid())
                .isTrue();
        assertThat(payment.intend(event("payment.requested", order, Map.of()))
                        .outcome()
                        .isVoid())
                .isTrue();
        assertThat(shipping.intend(event("order.payment_success", order, Map.of()))
                        .outcome()
                        .isVoid())
                .isTrue();
        assertThat(count("effects")).isZero();
    }

    @Test
    void aPaidOrderThatIsCancelledGetsItsMoneyBackOnce() {
        bring("PAID");

        Cancellation.Answer answer = cancellation.cancel(order, "customer");
        assertThat(body(answer.entries().get(0)).path("refund").decimalValue()).isEqualByComparingTo("7.5");
        Outcome first = refund("order.cancelled");
        Outcome second = refund("order.cancelled");

        assertThat(first.messages())
                .extracting(OutgoingMessage::type)
                .containsExactly("order.refunded", "payment.refunded");
        JsonNode movement = body(first.messages().get(1));
        assertThat(movement.path("paymentId").asText()).isEqualTo("refund-" + order + "-order.cancelled");
        assertThat(movement.path("amount").decimalValue()).isEqualByComparingTo("7.5");
        assertThat(second).usingRecursiveComparison().isEqualTo(first);
        assertMoney("refunded", "7.5", "7.5");
        assertThatThrownBy(() -> refund("order.failed")).isInstanceOf(IllegalTransition.class);
    }

    @Test
    void cancellingTwiceIsCancellingOnce() {
        cancellation.cancel(order, "customer");

        Cancellation.Answer again = cancellation.cancel(order, "ordered_twice");

        assertThat(again.status()).isEqualTo("CANCELLED");
        assertThat(again.entries()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"FAILED", "RETURNED"})
    void whatEndedOtherwiseIsNotCancelled(String status) {
        status(order, status);

        assertThatThrownBy(() -> cancellation.cancel(order, "customer"))
                .isInstanceOf(NotCancellable.class)
                .hasMessageContaining(status);
    }

    @ParameterizedTest
    @CsvSource({"captured, 7.5", "declined, 0"})
    void aCancelAgainstAChargeUnderWayWaitsForWhatComesOfIt(String answer, BigDecimal toRefund) {
        bring("RESERVED");
        Charge underWay = payment.intend(event("payment.requested", order, Map.of()));

        Cancellation.Answer cancelling = cancellation.cancel(order, "customer");
        assertThat(cancelling.status()).isEqualTo("CANCELLING");
        assertThat(cancelling.entries())
                .as("nothing is told before it is known")
                .isEmpty();
        Outcome outcome = payment.settle(underWay, json(answer.equals("captured") ? CAPTURED : DECLINED));

        assertThat(statusOf(order)).isEqualTo("CANCELLED");
        assertThat(outcome.messages())
                .filteredOn(message -> message.type().startsWith("order."))
                .extracting(OutgoingMessage::type)
                .containsExactly("order.cancelled", "order.analytics.ended");
        assertThat(outcome.messages())
                .filteredOn(message -> message.type().equals("payment.succeeded"))
                .as("money that came in is told of, whatever came of the order")
                .hasSize(toRefund.signum());
        OutgoingMessage cancelled = outcome.messages().get(outcome.messages().size() - 2);
        assertThat(body(cancelled).path("refund").decimalValue()).isEqualByComparingTo(toRefund);
        refund("order.cancelled");
        assertMoney(toRefund.signum() > 0 ? "refunded" : "none", toRefund.toString(), toRefund.toString());
    }

    @Test
    void anOrderThatIsToBeCancelledIsNeverChargedAgain() {
        bring("RESERVED");
        payment.intend(event("payment.requested", order, Map.of()));
        cancellation.cancel(order, "customer");

        Charge again = payment.intend(event("payment.requested", order, Map.of()));

        assertThat(again.isSettled()).isTrue();
        assertThat(again.outcome().messages()).isEmpty();
        assertThat(payment.awaited()).extracting(Charge::orderId).containsExactly(order);
    }

    @Test
    void whatTheGatewaySaysWhenAskedDecidesWithoutADelivery() {
        bring("RESERVED");
        payment.intend(event("payment.requested", order, Map.of()));
        cancellation.cancel(order, "customer");

        List<Outbox.Entry> entries = payment.resolve(payment.awaited().get(0), json(CAPTURED));

        assertThat(told(entries)).containsExactly("payment.succeeded", "order.cancelled", "order.analytics.ended");
        assertThat(statusOf(order)).isEqualTo("CANCELLED");
        assertThat(payment.awaited()).isEmpty();
        assertThat(payment.intend(event("payment.requested", order, Map.of()))
                        .outcome()
                        .messages())
                .extracting(OutgoingMessage::type)
                .as("a late delivery tells the same again")
                .containsExactly("payment.succeeded", "order.cancelled", "order.analytics.ended");
    }

    @Test
    void anUnknownChargeIsBelievedOnlyWhenNobodyCanBeCallingAnyMore() {
        bring("RESERVED");
        payment.intend(event("payment.requested", order, Map.of()));
        cancellation.cancel(order, "customer");
        Charge awaited = payment.awaited().get(0);

        assertThat(payment.neverCharged(awaited)).isEmpty();
        assertThat(statusOf(order)).isEqualTo("CANCELLING");
        restsForAMinute();
        List<Outbox.Entry> entries = payment.neverCharged(awaited);

        assertThat(told(entries)).containsExactly("order.cancelled", "order.analytics.ended");
        assertThat(body(entries.get(0)).path("refund").decimalValue()).isZero();
        assertThat(statusOf(order)).isEqualTo("CANCELLED");
    }

    @Test
    void moneyThatCameAfterAllGoesBack() {
        bring("RESERVED");
        Charge underWay = payment.intend(event("payment.requested", order, Map.of()));
        cancellation.cancel(order, "customer");
        restsForAMinute();
        payment.neverCharged(underWay);
        assertThat(refund("order.cancelled").messages()).isEmpty();
        jdbc.sql("delete from outbox").update();

        payment.settle(underWay, json(CAPTURED));
        payment.settle(underWay, json(CAPTURED));

        assertThat(jdbc.sql("select message::jsonb -> 0 ->> 'type' from outbox")
                        .query(String.class)
                        .list())
                .containsExactly("payment.succeeded", "order.captured_late");
        assertMoney("captured", "7.5", "0");
        assertThat(refund("order.captured_late").messages()).hasSize(2);
        assertMoney("refunded", "7.5", "7.5");
    }

    @Test
    void aParcelThatLeftBeforeItCouldBeStoppedIsTakenBack() {
        bring("PAID");
        Shipment underWay = shipping.intend(event("order.payment_success", order, Map.of()));
        assertThat(cancellation.cancel(order, "customer").status()).isEqualTo("CANCELLING");

        Outcome outcome = shipping.settle(underWay, json(PARCEL));

        assertThat(outcome.messages())
                .extracting(OutgoingMessage::type)
                .containsExactly(
                        "order.shipping_prepared",
                        "order.shipped",
                        "order.analytics.ended",
                        "order.returned",
                        "order.analytics.ended");
        assertThat(statusOf(order)).isEqualTo("RETURNED");
        String returnId = body(outcome.messages().get(3)).path("returnId").asText();
        takeBack(returnId);
        refundReturn(returnId);
        assertStock("A", 10, 0);
        assertMoney("refunded", "7.5", "7.5");
    }

    @Test
    void aShipmentThatTheCarrierNeverHeardOfIsCancelled() {
        bring("PAID");
        shipping.intend(event("order.payment_success", order, Map.of()));
        cancellation.cancel(order, "customer");
        Shipment awaited = shipping.awaited().get(0);
        assertThat(shipping.neverShipped(awaited)).isEmpty();
        restsForAMinute();

        List<Outbox.Entry> entries = shipping.neverShipped(awaited);

        assertThat(body(entries.get(0)).path("refund").decimalValue()).isEqualByComparingTo("7.5");
        assertThat(statusOf(order)).isEqualTo("CANCELLED");
        inventory.restock(event("order.cancelled", order, Map.of()));
        assertStock("A", 10, 0);
        assertThatThrownBy(() -> shipping.settle(awaited, json(PARCEL)))
                .as("a parcel that left after all is a person's matter")
                .isInstanceOf(IllegalTransition.class);
    }

    @Test
    void whatIsDueAtTheDoorIsNotDueAnyMore() {
        jdbc.sql("update orders set payment_method = 'cod'").update();
        bring("RESERVED");
        payment.due(event("payment.requested", order, Map.of()));

        cancellation.cancel(order, "customer");

        assertThat(refund("order.cancelled").messages()).isEmpty();
        assertMoney("none", "0", "0");
    }

    // --- returned

    @Test
    void aCancelAfterTheParcelLeftIsAReturn() {
        bring("SHIPPED");

        Cancellation.Answer answer = cancellation.cancel(order, "customer");

        assertThat(answer.status()).isEqualTo("RETURNED");
        assertThat(told(answer.entries())).containsExactly("order.returned", "order.analytics.ended");
        assertThat(body(answer.entries().get(0)).path("complete").asBoolean()).isTrue();
    }

    @Test
    void twoPartialRefundsOfOneOrderBothHappen() {
        bring("SHIPPED");

        String first = give(new Pieces("A", 1));
        String second = give(new Pieces("A", 1), new Pieces("B", 1));
        assertThat(statusOf(order)).isEqualTo("RETURNED");
        refundReturn(second);
        assertMoney("part_refunded", "7.5", "5.0");
        Outcome told = refundReturn(first);
        Outcome again = refundReturn(first);

        assertThat(again).usingRecursiveComparison().isEqualTo(told);
        assertMoney("refunded", "7.5", "7.5");
        assertThat(jdbc.sql("select count(*) from effects where kind = 'refund'")
                        .query(Long.class)
                        .single())
                .isEqualTo(2);
        takeBack(first);
        takeBack(first);
        takeBack(second);
        assertStock("A", 10, 0);
        assertStock("B", 10, 0);
    }

    @Test
    void refundsThatAreUnderWayTogetherNeverPassWhatWasCaptured() throws Exception {
        bring("SHIPPED");
        String first = give(new Pieces("A", 2));
        String second = give(new Pieces("B", 1));
        // As if somebody had given a part back by hand meanwhile.
        jdbc.sql("update orders set captured = 6").update();

        List<Callable<Refund>> both = List.of(
                () -> refunds.intend(event("order.returned", order, Map.of("returnId", first))),
                () -> refunds.intend(event("order.returned", order, Map.of("returnId", second))));
        List<Refund> underWay = together(both);

        assertThat(underWay.stream().map(Refund::amount).reduce(BigDecimal.ZERO, BigDecimal::add))
                .isEqualByComparingTo("6");
        underWay.forEach(refund -> refunds.settle(refund, json(REFUNDED)));
        assertMoney("refunded", "6", "6");
    }

    @Test
    void theValuesOfAllReturnsAddUpToTheTotal() {
        order = placed(
                "S-2",
                new OrderLine(1, "A", 3, new BigDecimal("0.105"), "other"),
                new OrderLine(2, "B", 1, new BigDecimal("0.335"), "other"));
        bring("SHIPPED");

        List<String> three = List.of(give(new Pieces("A", 1)), give(new Pieces("A", 1)), give());
        three.forEach(this::refundReturn);

        assertMoney("refunded", "0.65", "0.65");
    }

    @Test
    void noMorePiecesComeBackThanWentOut() throws Exception {
        bring("SHIPPED");
        Callable<Boolean> one = () -> {
            try {
                returns.open(order, List.of(new Pieces("A", 1)), "damaged", null);
                return true;
            } catch (NotReturnable refused) {
                return false;
            }
        };

        List<Boolean> taken = together(Collections.nCopies(6, one));

        assertThat(taken.stream().filter(t -> t)).hasSize(2);
        assertThatThrownBy(() -> returns.open(order, List.of(new Pieces("A", 1)), "damaged", null))
                .isInstanceOf(NotReturnable.class)
                .hasMessage("Of article A 0 can still be returned");
    }

    @Test
    void aRepeatedReturnIsOneReturn() {
        bring("SHIPPED");

        Returns.Answer first = returns.open(order, List.of(new Pieces("A", 1)), "damaged", "k-1");
        Returns.Answer again = returns.open(order, List.of(new Pieces("A", 1)), "damaged", "k-1");

        assertThat(again.id()).isEqualTo(first.id());
        assertThat(again.value()).isEqualByComparingTo("2.5");
        assertThat(again.entries()).isEmpty();
        assertThat(count("returns")).isEqualTo(1);
        assertThatThrownBy(() -> returns.open(order, List.of(new Pieces("A", 2)), "damaged", "k-1"))
                .isInstanceOf(KeyTaken.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RECEIVED", "PAID", "CANCELLED"})
    void whatHasNotLeftTheHouseIsNotReturned(String stage) {
        if (stage.equals("CANCELLED")) {
            status(order, stage);
        } else {
            bring(stage);
        }

        assertThatThrownBy(() -> returns.open(order, List.of(), "damaged", null))
                .isInstanceOf(NotReturnable.class)
                .hasMessageContaining(stage);
    }

    // --- what strangers say

    @Test
    void moneyAndGoodsStayWhereTheyAreWhenSomebodyOnlySaysSo() {
        bring("SHIPPED");
        String nowhere = UUID.randomUUID().toString();

        assertThatThrownBy(() -> refund("order.cancelled")).isInstanceOf(IllegalTransition.class);
        assertThatThrownBy(() -> refund("order.failed")).isInstanceOf(IllegalTransition.class);
        assertThatThrownBy(() -> refundReturn(nowhere)).isInstanceOf(IllegalTransition.class);
        assertThatThrownBy(() -> takeBack(nowhere)).isInstanceOf(IllegalTransition.class);
        assertMoney("captured", "7.5", "0");
        assertStock("A", 8, 0);
    }

    // --- the way of an order, step by step

    private void bring(String stage) {
        List<String> stages = List.of("RECEIVED", "CREATED", "RESERVED", "PAID", "SHIPPED");
        List<Runnable> steps = List.of(
                () -> processing.create(order),
                () -> inventory.reserve(event("order.created", order, Map.of())),
                () -> payment.settle(payment.intend(event("payment.requested", order, Map.of())), json(CAPTURED)),
                () -> shipping.settle(shipping.intend(event("order.payment_success", order, Map.of())), json(PARCEL)));
        steps.subList(0, stages.indexOf(stage)).forEach(Runnable::run);
        assertThat(statusOf(order)).isEqualTo(stage);
    }

    private Outcome refund(String cause) {
        return refund(event(cause, order, Map.of()));
    }

    private Outcome refundReturn(String returnId) {
        return refund(event("order.returned", order, Map.of("returnId", returnId)));
    }

    private Outcome refund(Event event) {
        Refund refund = refunds.intend(event);
        return refund.isSettled() ? refund.outcome() : refunds.settle(refund, json(REFUNDED));
    }

    private void takeBack(String returnId) {
        inventory.restock(event("order.returned", order, Map.of("returnId", returnId)));
    }

    private String give(Pieces... pieces) {
        return returns.open(order, List.of(pieces), "damaged", null).id().toString();
    }

    private void restsForAMinute() {
        jdbc.sql("update orders set moved_at = moved_at - interval '1 minute'").update();
    }

    private void assertMoney(String state, String captured, String refunded) {
        var row = jdbc.sql("select payment_state, captured, refunded from orders where id = ?")
                .param(order)
                .query()
                .singleRow();
        assertThat(row.get("payment_state")).isEqualTo(state);
        assertThat((BigDecimal) row.get("captured")).isEqualByComparingTo(captured);
        assertThat((BigDecimal) row.get("refunded")).isEqualByComparingTo(refunded);
    }

    private void assertStock(String sku, long onHand, long reserved) {
        var row = jdbc.sql("select on_hand, reserved from products where sku = ?")
                .param(sku)
                .query()
                .singleRow();
        assertThat(row).containsEntry("on_hand", onHand).containsEntry("reserved", reserved);
    }

    private static List<String> told(List<Outbox.Entry> entries) {
        return new ArrayList<>(
                entries.stream().map(entry -> entry.message().type()).toList());
    }

    private JsonNode body(Outbox.Entry entry) {
        return body(entry.message());
    }

    private JsonNode body(OutgoingMessage message) {
        return json(new String(message.body(), java.nio.charset.StandardCharsets.UTF_8));
    }

    private JsonNode json(String text) {
        try {
            return mapper.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
