package org.orderway.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.finance.Ledger;
import org.orderway.inventory.BackOrders;
import org.orderway.inventory.Inventory;
import org.orderway.invoices.CreditNotes;
import org.orderway.invoices.Invoices;
import org.orderway.messages.Event;
import org.orderway.messages.Outbox;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.Cancellation;
import org.orderway.orders.Goodwill;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.InvalidOrder;
import org.orderway.orders.KeyTaken;
import org.orderway.orders.NotCancellable;
import org.orderway.orders.NotRefundable;
import org.orderway.orders.NotReturnable;
import org.orderway.orders.OrderLine;
import org.orderway.orders.OrderProcessing;
import org.orderway.orders.OrderRequest;
import org.orderway.orders.OrderView;
import org.orderway.orders.Returns;
import org.orderway.orders.Returns.Pieces;
import org.orderway.shipping.Shipment;
import org.orderway.shipping.Shipping;
import org.orderway.shipping.Tracking;
import org.orderway.testing.DatabaseTest;
import org.orderway.watchdog.Watchdog;
import org.springframework.beans.factory.annotation.Autowired;

/** Orders of which pieces go different ways: what is shipped, paid and given back is right for each piece. */
class LinesDatabaseTest extends DatabaseTest {

    private static final String PARCEL =
            "{\"carrier\": \"Parcels\", \"shipmentId\": \"sh_1\", \"trackingNumber\": \"OW1\", \"label\": \"L\"}";
    private static final Set<String> MADE_GOOD = Set.of(
            "order.cancelled", "order.line_cancelled", "order.captured_late", "order.returned", "order.refund_granted");
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

    @Autowired
    private Goodwill goodwill;

    @Autowired
    private BackOrders backOrders;

    @Autowired
    private Invoices invoices;

    @Autowired
    private CreditNotes creditNotes;

    @Autowired
    private OrderView view;

    @Autowired
    private Tracking tracking;

    @Autowired
    private Payouts payouts;

    @Autowired
    private Ledger ledger;

    @Autowired
    private Watchdog watchdog;

    private UUID order;

    @BeforeEach
    void anOrderOfThreePiecesInTwoLines() {
        jdbc.sql("update watchdog set looked_at = now(), order_before = null, sku_before = '', summed_at = null")
                .update();
        stock("A", 10);
        stock("B", 10);
        order = placed("S-1", line(1, "A", 2), line(2, "B", 1));
    }

    /** Refunds and restocks may take a while; a look an hour later finds everything done. */
    @AfterEach
    void theWatchdogFindsNothingWrong() {
        jdbc.sql("delete from outbox").update();
        jdbc.sql("update orders set moved_at = moved_at - interval '1 hour'").update();
        for (String table : List.of("returns.returned_at", "cancellations.cancelled_at", "goodwill.granted_at")) {
            String[] column = table.split("\\.");
            jdbc.sql("update " + column[0] + " set " + column[1] + " = " + column[1] + " - interval '1 hour'")
                    .update();
        }
        watchdog.look(Map.of());
        assertThat(jdbc.sql(
                                """
                                select invariant || ': ' || expected || ' / ' || found from violations
                                where invariant <> 'order_moving'
                                """)
                        .query(String.class)
                        .list())
                .isEmpty();
        assertThat(jdbc.sql(
                                "select captured - refunded - value - owed from watchdog,"
                                        + " jsonb_to_recordset(money) as m (captured numeric, refunded numeric, value numeric, owed numeric)")
                        .query(BigDecimal.class)
                        .list())
                .as("the sum of all money")
                .allSatisfy(difference -> assertThat(difference).isZero());
    }

    // --- pieces cancelled before they leave

    @ParameterizedTest
    @ValueSource(strings = {"RECEIVED", "CREATED", "RESERVED"})
    void whatIsCancelledBeforeItIsPaidIsNotChargedAndTheRestIsShipped(String stage) {
        bring("RECEIVED", stage);

        Cancellation.Answer answer = cancel("A", 1);

        assertThat(answer.status()).isEqualTo(stage);
        JsonNode told = body(answer.entries().get(0).message());
        assertThat(told.path("type").asText()).isEqualTo("order.line_cancelled");
        assertThat(told.path("value").decimalValue()).isEqualByComparingTo("2.5");
        assertThat(told.path("refund").decimalValue()).isZero();
        bring(stage, "SHIPPED");
        assertMoney("captured", "5.0", "0");
        assertThat(parcel()).containsExactlyInAnyOrder("A 1", "B 1");
        assertPieces(1, "ordered 0, held 0, backOrdered 0, shipped 1, delivered 0, returned 0, cancelled 1");
        assertPieces(2, "ordered 0, held 0, backOrdered 0, shipped 1, delivered 0, returned 0, cancelled 0");
        assertStock("A", 9, 0);
        assertThat(refundOf(answer).messages()).as("nothing had been paid for").isEmpty();
        assertMoney("captured", "5.0", "0");
    }

    @Test
    void whatIsCancelledAfterItWasPaidGoesBackOnceAndItsGoodsAreFreeAtOnce() {
        bring("RECEIVED", "PAID");

        Cancellation.Answer answer = cancel("A", 2);
        assertStock("A", 10, 0);
        Outcome first = refundOf(answer);
        Outcome second = refundOf(answer);

        assertThat(first.messages()).extracting(OutgoingMessage::type).containsOnlyOnce("order.refunded");
        assertThat(second).usingRecursiveComparison().isEqualTo(first);
        assertMoney("part_refunded", "7.5", "5.0");
        bring("PAID", "SHIPPED");
        assertThat(parcel()).containsExactly("B 1");
        assertPieces(1, "ordered 0, held 0, backOrdered 0, shipped 0, delivered 0, returned 0, cancelled 2");
        returns.open(order, List.of(), "damaged", null).entries().forEach(entry -> makeGood(entry.message()));
        assertMoney("refunded", "7.5", "7.5");
        assertThat(statusOf(order)).isEqualTo("RETURNED");
    }

    @Test
    void anOrderOfWhichNothingIsLeftIsCancelled() {
        bring("RECEIVED", "PAID");
        Cancellation.Answer first = cancel("A", 2);

        Cancellation.Answer last = cancel("B", 1);

        assertThat(last.status()).isEqualTo("CANCELLED");
        assertThat(last.entries())
                .extracting(entry -> entry.message().type())
                .containsExactly("order.cancelled", "order.analytics.ended");
        refundOf(first);
        last.entries().forEach(entry -> makeGood(entry.message()));
        assertMoney("refunded", "7.5", "7.5");
        assertStock("A", 10, 0);
        assertStock("B", 10, 0);
    }

    @Test
    void aCancellationAskedForAgainUnderItsKeyIsOne() {
        bring("RECEIVED", "PAID");

        Cancellation.Answer first = cancellation.cancelPieces(order, List.of(new Pieces("A", 1)), "customer", "k");
        Cancellation.Answer again = cancellation.cancelPieces(order, List.of(new Pieces("A", 1)), "customer", "k");

        assertThat(first.entries()).hasSize(1);
        assertThat(again.entries()).isEmpty();
        assertThat(again.answer()).isEqualTo(first.answer());
        assertPieces(1, "ordered 0, held 1, backOrdered 0, shipped 0, delivered 0, returned 0, cancelled 1");
        assertThatThrownBy(() -> cancellation.cancelPieces(order, List.of(new Pieces("A", 2)), "customer", "k"))
                .isInstanceOf(KeyTaken.class);
        refundOf(first);
    }

    @Test
    void noMorePiecesAreCancelledThanThereAre() throws Exception {
        bring("RECEIVED", "RESERVED");
        Callable<Boolean> one = () -> {
            try {
                cancel("A", 1);
                return true;
            } catch (NotCancellable refused) {
                return false;
            }
        };

        List<Boolean> taken = together(Collections.nCopies(6, one));

        assertThat(taken.stream().filter(t -> t)).hasSize(2);
        assertThatThrownBy(() -> cancel("A", 1))
                .isInstanceOf(NotCancellable.class)
                .hasMessageContaining("Of article A 0 can still be cancelled");
        assertThatThrownBy(() -> cancel("C", 1)).isInstanceOf(NotCancellable.class);
        assertStock("A", 10, 0);
    }

    @Test
    void whatHasLeftIsNotCancelled() {
        bring("RECEIVED", "SHIPPED");

        assertThatThrownBy(() -> cancel("A", 1))
                .isInstanceOf(NotCancellable.class)
                .hasMessageContaining("can be returned");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CANCELLED", "CANCELLING", "FAILED"})
    void ofAnOrderThatEndedNothingIsCancelled(String status) {
        status(order, status);

        assertThatThrownBy(() -> cancel("A", 1))
                .isInstanceOf(NotCancellable.class)
                .hasMessageContaining(status);
        status(order, "RECEIVED");
    }

    @Test
    void whileAChargeOrAShipmentIsUnderWayNothingOfItIsChanged() {
        bring("RECEIVED", "RESERVED");
        Charge charge = payment.intend(event("payment.requested", order, Map.of()));
        assertThatThrownBy(() -> cancel("A", 1))
                .isInstanceOf(NotCancellable.class)
                .hasMessageContaining("under way");
        book(payment.settle(charge, captured(charge)));
        cancel("A", 1).entries().forEach(entry -> makeGood(entry.message()));

        Shipment shipment = shipping.intend(event("order.payment_success", order, Map.of()));
        assertThatThrownBy(() -> cancel("A", 1)).isInstanceOf(NotCancellable.class);
        shipping.settle(shipment, json(PARCEL));

        assertMoney("part_refunded", "7.5", "2.5");
        assertThat(statusOf(order)).isEqualTo("SHIPPED");
    }

    @Test
    void thatPiecesAreCancelledIsNotBelievedBecauseSomebodySaysSo() {
        bring("RECEIVED", "PAID");

        assertThatThrownBy(() -> refund(
                        "order.line_cancelled",
                        Map.of("cancellationId", UUID.randomUUID().toString())))
                .isInstanceOf(IllegalTransition.class);
        assertMoney("captured", "7.5", "0");
    }

    // --- money given back for goods that stay

    @Test
    void whatIsGrantedForAPieceGoesBackOnceThoughThePieceComesBackLater() {
        bring("RECEIVED", "SHIPPED");

        Goodwill.Grant grant = grant("k", Map.of("lines", List.of(Map.of("sku", "B", "quantity", 1))));
        Goodwill.Grant again = grant("k", Map.of("lines", List.of(Map.of("sku", "B", "quantity", 1))));
        assertThat(grant.amount()).isEqualByComparingTo("2.5");
        assertThat(again.entries()).isEmpty();
        assertThat(again.answer()).isEqualTo(grant.answer());
        grant.entries().forEach(entry -> makeGood(entry.message()));
        grant.entries().forEach(entry -> makeGood(entry.message()));

        assertMoney("part_refunded", "7.5", "2.5");
        assertThat(statusOf(order)).isEqualTo("SHIPPED");
        assertStock("B", 9, 0);
        returns.open(order, List.of(new Pieces("B", 1)), "damaged", null)
                .entries()
                .forEach(entry -> makeGood(entry.message()));
        assertMoney("part_refunded", "7.5", "2.5");
        assertStock("B", 10, 0);
        assertThatThrownBy(() -> grant(null, Map.of("lines", List.of(Map.of("sku", "B", "quantity", 1)))))
                .isInstanceOf(NotRefundable.class);
        assertThatThrownBy(() -> grant("k", Map.of("amount", "1"))).isInstanceOf(KeyTaken.class);
    }

    @Test
    void noMoreIsGrantedThanIsLeft() throws Exception {
        bring("RECEIVED", "SHIPPED");
        returns.open(order, List.of(new Pieces("A", 1)), "damaged", null)
                .entries()
                .forEach(entry -> makeGood(entry.message()));
        Callable<Boolean> two = () -> {
            try {
                grant(null, Map.of("amount", "2")).entries().forEach(entry -> makeGood(entry.message()));
                return true;
            } catch (NotRefundable refused) {
                return false;
            }
        };

        assertThat(together(Collections.nCopies(5, two)).stream().filter(t -> t))
                .hasSize(2);

        assertMoney("part_refunded", "7.5", "6.5");
        assertThatThrownBy(() -> grant(null, Map.of("amount", "1.01")))
                .isInstanceOf(NotRefundable.class)
                .hasMessageContaining("GBP can still be given back");
        assertThatThrownBy(() -> grant(null, Map.of("amount", "0.001"))).isInstanceOf(InvalidOrder.class);
        assertThatThrownBy(() -> grant(null, Map.of())).isInstanceOf(InvalidOrder.class);
        assertThat(view.read(order.toString()).get("goodwill").toString()).contains("by=Ada", "reason=late");
    }

    @Test
    void nothingIsGrantedOfWhatNobodyPaid() {
        bring("RECEIVED", "RESERVED");

        assertThatThrownBy(() -> grant(null, Map.of("amount", "1"))).isInstanceOf(NotRefundable.class);
        assertThatThrownBy(() -> refund(
                        "order.refund_granted",
                        Map.of("goodwillId", UUID.randomUUID().toString())))
                .isInstanceOf(IllegalTransition.class);
    }

    @Test
    void whatIsGrantedToSomebodyWhoPaidAtTheDoorIsPaidOut() {
        jdbc.sql("update orders set payment_method = 'cod', payment_token = null")
                .update();
        bring("RECEIVED", "RESERVED");
        payment.due(event("payment.requested", order, Map.of()));
        ship("order.payment_success", 1);
        assertThatThrownBy(() -> grant(null, Map.of("amount", "1")))
                .as("nobody has paid yet")
                .isInstanceOf(NotRefundable.class);
        tracking.report(
                        json(
                                "{\"trackingNumber\": \"OW1\", \"status\": \"delivered\","
                                        + " \"occurredAt\": \"2026-11-20T12:00:00Z\", \"collected\": {\"amount\": 9, \"currency\": \"GBP\"}}"))
                .forEach(entry -> makeGood(entry.message()));

        assertThatThrownBy(() -> grant(null, Map.of("amount", "7.51"))).isInstanceOf(NotRefundable.class);
        Goodwill.Grant grant = grant("k", Map.of("lines", List.of(Map.of("sku", "A", "quantity", 1))));
        grant.entries().forEach(entry -> makeGood(entry.message()));

        assertThat(payouts.open())
                .extracting(payout -> new BigDecimal(payout.get("amount").toString()))
                .usingElementComparator(BigDecimal::compareTo)
                .containsExactlyInAnyOrder(new BigDecimal("1.5"), new BigDecimal("2.5"));
        payouts.open().forEach(payout -> payouts.paid(
                        payout.get("id").toString(), json("{\"by\": \"Ada\", \"reference\": \"4711\"}"))
                .entries()
                .forEach(entry -> book(read(entry.message()))));
        assertMoney("part_refunded", "9", "4");
    }

    private Goodwill.Grant grant(String key, Map<String, Object> what) {
        Map<String, Object> request = new HashMap<>(what);
        request.putAll(Map.of("by", "Ada", "reason", "late"));
        Map<String, Object> parameters = new HashMap<>(Map.of("id", order.toString()));
        parameters.put("Idempotency-Key", key);
        return goodwill.requested(parameters, mapper.valueToTree(request));
    }

    // --- several parcels

    @Test
    void whatIsThereLeavesAtOnceAndTheRestWithAParcelOfItsOwnWhenItHasCome() {
        partialOrder(line(1, "A", 2), line(2, "B", 12));
        bring("RECEIVED", "PAID");
        assertPieces(2, "ordered 0, held 10, backOrdered 2, shipped 0, delivered 0, returned 0, cancelled 0");
        Outcome first = ship("order.payment_success", 1);
        assertThat(first.messages())
                .extracting(OutgoingMessage::type)
                .containsExactly("order.shipping_prepared", "order.shipped");
        assertThat(body(first.messages().get(1)).path("complete").asBoolean()).isFalse();
        assertThat(statusOf(order)).isEqualTo("PAID");
        assertPieces(2, "ordered 0, held 0, backOrdered 2, shipped 10, delivered 0, returned 0, cancelled 0");
        assertThat(backOrders.fillable()).isEmpty();

        more("B", 5);
        assertThat(backOrders.fillable()).containsExactly(order);
        List<Outbox.Entry> told = backOrders.fill(order);
        assertThat(backOrders.fill(order)).as("they are held already").isEmpty();
        assertStock("B", 5, 2);
        Shipment second = shipping.intend(read(told.get(0).message()));
        assertThat(second.key()).isEqualTo("shipment-" + order + "-2");
        assertThat(second.request().get("parcel")).isEqualTo(List.of(Map.of("sku", "B", "quantity", 2)));
        Outcome outcome = shipping.settle(second, json(PARCEL));

        assertThat(shipping.intend(read(told.get(0).message())).outcome())
                .as("delivered again")
                .usingRecursiveComparison()
                .isEqualTo(outcome);
        assertThat(outcome.messages())
                .extracting(OutgoingMessage::type)
                .containsExactly("order.shipping_prepared", "order.shipped", "order.analytics.ended");
        assertThat(outcome.messages().get(1).id())
                .isNotEqualTo(first.messages().get(1).id());
        assertThat(statusOf(order)).isEqualTo("SHIPPED");
        assertMoney("captured", "35", "0");
        assertThat(view.read(order.toString()).get("parcels").toString())
                .contains("Content[line=1, quantity=2], Content[line=2, quantity=10]", "Content[line=2, quantity=2]");
        returns.open(order, List.of(new Pieces("B", 11)), "damaged", null)
                .entries()
                .forEach(entry -> makeGood(entry.message()));
        assertStock("B", 14, 0);
        returns.open(order, List.of(), "damaged", null).entries().forEach(entry -> makeGood(entry.message()));
        assertMoney("refunded", "35", "35");
        assertStock("B", 15, 0);
    }

    @Test
    void anOrderThatDoesNotAskForItIsSentWholeOrNotAtAll() {
        order = placed("S-2", line(1, "A", 2), line(2, "B", 12));
        processing.create(order);

        inventory.reserve(event("order.created", order, Map.of()));

        assertThat(statusOf(order)).isEqualTo("FAILED");
        assertStock("B", 10, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing is there", "it is paid at the door"})
    void anOrderIsRefusedThoughItWouldTakeSeveralParcelsWhen(String why) {
        partialOrder(line(1, "A", 1), line(2, "B", 12));
        if (why.equals("nothing is there")) {
            jdbc.sql("update products set on_hand = 0, received = 0").update();
        } else {
            jdbc.sql("update orders set payment_method = 'cod'").update();
        }
        processing.create(order);

        Outcome outcome = inventory.reserve(event("order.created", order, Map.of()));

        assertThat(body(outcome.messages().get(0)).path("reason").asText()).isEqualTo("out_of_stock");
        assertThat(count("reservations")).isZero();
    }

    @Test
    void whatDoesNotComeInTimeIsRefundedAndTheOrderIsShipped() {
        partialOrder(line(1, "A", 2), line(2, "B", 12));
        bring("RECEIVED", "PAID");
        ship("order.payment_success", 1);
        assertThat(backOrders.lapsed()).isEmpty();
        jdbc.sql("update orders set created_at = created_at - interval '15 days'")
                .update();

        assertThat(backOrders.lapsed()).containsExactly(order);
        List<Outbox.Entry> told = backOrders.giveUp(order);

        assertThat(backOrders.giveUp(order)).isEmpty();
        assertThat(told)
                .extracting(entry -> entry.message().type())
                .containsExactly("order.line_cancelled", "order.analytics.ended");
        makeGood(told.get(0).message());
        assertMoney("part_refunded", "35", "5");
        assertThat(statusOf(order)).isEqualTo("SHIPPED");
        assertPieces(2, "ordered 0, held 0, backOrdered 0, shipped 10, delivered 0, returned 0, cancelled 2");
    }

    @Test
    void whatWaitsForGoodsIsCancelledBeforeWhatIsHeld() {
        partialOrder(line(1, "A", 2), line(2, "B", 12));
        bring("RECEIVED", "PAID");

        makeGood(cancel("B", 3).entries().get(0).message());

        assertPieces(2, "ordered 0, held 9, backOrdered 0, shipped 0, delivered 0, returned 0, cancelled 3");
        assertStock("B", 10, 9);
        bring("PAID", "SHIPPED");
        assertMoney("part_refunded", "35", "7.5");
    }

    @Test
    void anOrderOfWhichAPartHasLeftIsCancelledAndThePartTakenBack() {
        partialOrder(line(1, "A", 2), line(2, "B", 12));
        bring("RECEIVED", "PAID");
        ship("order.payment_success", 1);
        more("B", 1);
        backOrders.fill(order);
        assertThatThrownBy(() -> returns.open(order, List.of(), "damaged", null))
                .isInstanceOf(NotReturnable.class);

        Cancellation.Answer answer = cancellation.cancel(order, "customer");

        assertThat(answer.status()).isEqualTo("RETURNED");
        answer.entries().forEach(entry -> makeGood(entry.message()));
        assertMoney("refunded", "35", "35");
        assertStock("A", 10, 0);
        assertStock("B", 11, 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCancelAgainstTheSecondParcelWaitsForWhatComesOfIt(boolean leaves) {
        partialOrder(line(1, "A", 2), line(2, "B", 12));
        bring("RECEIVED", "PAID");
        ship("order.payment_success", 1);
        more("B", 1);
        shipping.intend(read(backOrders.fill(order).get(0).message()));
        assertThat(cancellation.cancel(order, "customer").status()).isEqualTo("CANCELLING");
        Shipment awaited = shipping.awaited().get(0);
        assertThat(awaited.key()).isEqualTo("shipment-" + order + "-2");
        jdbc.sql("update orders set moved_at = moved_at - interval '1 minute'").update();

        List<Outbox.Entry> told = leaves ? shipping.resolve(awaited, json(PARCEL)) : shipping.neverShipped(awaited);

        assertThat(statusOf(order)).isEqualTo("RETURNED");
        assertThat(count("shipments")).isEqualTo(leaves ? 2 : 1);
        told.stream()
                .filter(entry -> !entry.message().type().startsWith("order.ship"))
                .forEach(entry -> makeGood(entry.message()));
        assertMoney("refunded", "35", "35");
        assertStock("B", 11, 0);
    }

    @Test
    void theOrderThatHasWaitedLongestGetsTheGoods() throws Exception {
        partialOrder(line(1, "A", 1), line(2, "B", 12));
        bring("RECEIVED", "PAID");
        ship("order.payment_success", 1);
        UUID older = order;
        order = intake.accept(partial("S-4"), List.of(line(1, "A", 1), line(2, "B", 2)), "normal", null)
                .id();
        bring("RECEIVED", "PAID");
        ship("order.payment_success", 1);
        more("B", 1);

        assertThat(backOrders.fillable()).containsExactly(older, order);
        List<List<Outbox.Entry>> told = together(Collections.nCopies(4, () -> backOrders.fillable().stream()
                .findFirst()
                .map(backOrders::fill)
                .orElse(List.of())));

        assertThat(told.stream().filter(entries -> !entries.isEmpty())).hasSize(1);
        assertThat(jdbc.sql("select order_id from reservations where state = 'held'")
                        .query(UUID.class)
                        .list())
                .containsExactly(older);
        assertThat(backOrders.fill(order)).as("nothing is left for the younger").isEmpty();
    }

    @Test
    void anOrderOfWhichOnlyWhatWaitsIsLeftSendsItsFirstParcelWhenThatHasCome() {
        partialOrder(line(1, "A", 2), line(2, "B", 12));
        bring("RECEIVED", "PAID");
        makeGood(cancel("A", 2).entries().get(0).message());
        makeGood(cancel("B", 2).entries().get(0).message());
        jdbc.sql("update order_lines set back_ordered = 10 where line_no = 2 and order_id = ?")
                .param(order)
                .update();
        transaction.executeWithoutResult(t -> inventory.release(order, Map.of("B", 10L)));

        assertThat(shipping.intend(event("order.payment_success", order, Map.of()))
                        .outcome()
                        .messages())
                .as("nothing is ready to leave")
                .isEmpty();
        OutgoingMessage filled = backOrders.fill(order).get(0).message();
        shipping.settle(shipping.intend(read(filled)), json(PARCEL));

        assertThat(statusOf(order)).isEqualTo("SHIPPED");
        assertThat(count("shipments")).isEqualTo(1);
        assertMoney("part_refunded", "35", "10");
    }

    @Test
    void thatGoodsHaveComeIsNotBelievedBecauseSomebodySaysSo() {
        partialOrder(line(1, "A", 2), line(2, "B", 12));
        bring("RECEIVED", "PAID");

        assertThatThrownBy(() -> shipping.intend(event("order.backorder_filled", order, Map.of("parcel", 2))))
                .isInstanceOf(IllegalTransition.class);
        assertThat(count("shipments")).isZero();
    }

    private void partialOrder(OrderLine... lines) {
        order = intake.accept(partial("S-3"), List.of(lines), "normal", null).id();
    }

    private static OrderRequest partial(String number) {
        OrderRequest whole = request(number);
        return new OrderRequest(
                number,
                whole.priority(),
                whole.customer(),
                whole.shipTo(),
                whole.payment(),
                whole.currency(),
                whole.lines(),
                null,
                true);
    }

    private Outcome ship(String event, int parcel) {
        Shipment shipment = shipping.intend(event(event, order, Map.of("parcel", parcel)));
        return shipping.settle(shipment, json(PARCEL));
    }

    /** So many pieces more have come. */
    private void more(String sku, int pieces) {
        jdbc.sql("update products set on_hand = on_hand + ?, received = received + ? where sku = ?")
                .params(pieces, pieces, sku)
                .update();
    }

    // --- papers

    @Test
    void anInvoiceSaysWhatIsPaidForAndNotWhatWasCancelledBefore() {
        cancel("A", 2);
        bring("RECEIVED", "PAID");
        invoices.issue(event("order.payment_success", order, Map.of()));

        assertThat(jdbc.sql("select (content -> 'lines')::text || total from invoices")
                        .query(String.class)
                        .single())
                .contains("\"sku\": \"B\"")
                .doesNotContain("\"sku\": \"A\"")
                .endsWith("2.50");
    }

    @Test
    void anInvoiceOfWhatIsDueAtTheDoorIsCreditedWhenPiecesOfItAreCancelled() {
        jdbc.sql("update orders set payment_method = 'cod'").update();
        bring("RECEIVED", "RESERVED");
        payment.due(event("payment.requested", order, Map.of()));
        invoices.issue(event("order.payment_success", order, Map.of()));

        OutgoingMessage told = cancel("A", 1).entries().get(0).message();
        creditNotes.issue(read(told));
        creditNotes.issue(read(told));

        assertThat(jdbc.sql("select amount from credit_notes")
                        .query(BigDecimal.class)
                        .list())
                .singleElement()
                .satisfies(amount -> assertThat(amount).isEqualByComparingTo("2.5"));
        assertThat(jdbc.sql("select total from orders").query(BigDecimal.class).single())
                .isEqualByComparingTo("5");
    }

    // --- the way of an order, step by step

    private void bring(String from, String to) {
        List<String> stages = List.of("RECEIVED", "CREATED", "RESERVED", "PAID", "SHIPPED");
        List<Runnable> steps = List.of(
                () -> processing.create(order),
                () -> inventory.reserve(event("order.created", order, Map.of())),
                () -> {
                    Charge charge = payment.intend(event("payment.requested", order, Map.of()));
                    book(payment.settle(charge, captured(charge)));
                },
                () -> shipping.settle(shipping.intend(event("order.payment_success", order, Map.of())), json(PARCEL)));
        steps.subList(stages.indexOf(from), stages.indexOf(to)).forEach(Runnable::run);
        assertThat(statusOf(order)).isEqualTo(to);
    }

    private JsonNode captured(Charge charge) {
        return mapper.valueToTree(Map.of("status", "captured", "chargeId", "ch_1", "amount", charge.amount()));
    }

    private Cancellation.Answer cancel(String sku, int pieces) {
        return cancellation.cancelPieces(order, List.of(new Pieces(sku, pieces)), "customer", null);
    }

    private Outcome refundOf(Cancellation.Answer answer) {
        return refund(read(answer.entries().get(0).message()));
    }

    /** What the refund and restock queues would do about it. */
    private void makeGood(OutgoingMessage message) {
        Event event = read(message);
        if (List.of("order.cancelled", "order.returned").contains(event.type())) {
            inventory.restock(event);
        }
        book(event);
        if (MADE_GOOD.contains(event.type())) {
            refund(event);
        }
    }

    private Outcome refund(String type, Map<String, Object> details) {
        return refund(event(type, order, details));
    }

    private Outcome refund(Event event) {
        Refund refund = refunds.intend(event);
        return refund.isSettled() ? refund.outcome() : book(refunds.settle(refund, json(REFUNDED)));
    }

    /** What finance would do about it. */
    private Outcome book(Outcome outcome) {
        outcome.messages().forEach(message -> book(read(message)));
        return outcome;
    }

    private void book(Event event) {
        if (event.type().startsWith("payment.")) {
            ledger.book(event);
        }
    }

    private Event read(OutgoingMessage message) {
        JsonNode body = body(message);
        return new Event(message.id(), message.type(), order, message.timestamp(), body);
    }

    /** What the carrier would be asked for, as "sku pieces". */
    private List<String> parcel() {
        return jdbc.sql("select sku || ' ' || quantity from reservations where order_id = ? and state = 'sold'")
                .param(order)
                .query(String.class)
                .list();
    }

    private void assertPieces(int lineNo, String expected) {
        Object line = ((List<?>) view.read(order.toString()).get("lines")).get(lineNo - 1);
        assertThat(((Map<?, ?>) ((Map<?, ?>) line).get("pieces"))
                        .entrySet().stream()
                                .map(entry -> entry.getKey() + " " + entry.getValue())
                                .toList())
                .containsExactly(expected.split(", "));
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

    private void stock(String sku, int pieces) {
        jdbc.sql(
                        """
                        insert into products (sku, name, category, price, currency, stocked, received, on_hand)
                        values (?, ?, 'x', 1, 'GBP', true, ?, ?)
                        """)
                .params(sku, sku, pieces, pieces)
                .update();
    }

    private JsonNode body(OutgoingMessage message) {
        return json(new String(message.body(), StandardCharsets.UTF_8));
    }

    private JsonNode json(String text) {
        try {
            return mapper.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
