package org.orderway.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.Cancellation;
import org.orderway.orders.InvalidOrder;
import org.orderway.orders.OrderView;
import org.orderway.orders.Returns;
import org.orderway.testing.WayOfAnOrder;
import org.springframework.beans.factory.annotation.Autowired;

class PaymentReportsDatabaseTest extends WayOfAnOrder {

    private static final String NOBODY = "0193a5c0-0000-7000-8000-000000000001";

    @Autowired
    private PaymentReports reports;

    @Autowired
    private Payouts payouts;

    @Autowired
    private Refunds refunds;

    @Autowired
    private Returns returns;

    @Autowired
    private Cancellation cancellation;

    @Autowired
    private OrderView view;

    // --- charges

    @Test
    void aCaptureThatIsReportedSettlesTheChargeWhoseAnswerWasLost() {
        bring("RESERVED");
        payment.intend(event("payment.requested", order, Map.of()));

        List<Outbox.Entry> entries = reports.report(captured());

        assertThat(told(entries)).containsExactly("order.payment_success", "payment.succeeded");
        assertThat(statusOf(order)).isEqualTo("PAID");
        assertThat(money()).isEqualTo("captured 7.5 0");
        assertThat(reports.report(captured())).as("again").isEmpty();
        assertThat(payment.intend(event("payment.requested", order, Map.of()))
                        .outcome()
                        .messages())
                .extracting(OutgoingMessage::id)
                .as("the delivery that waited tells the very same")
                .containsExactlyElementsOf(
                        entries.stream().map(entry -> entry.message().id()).toList());
        ship();
        assertThat(chargeOfItsRefund()).isEqualTo("ch_9");
    }

    @Test
    void aDeclineThatIsReportedFailsTheOrder() {
        bring("RESERVED");
        payment.intend(event("payment.requested", order, Map.of()));

        assertThat(told(reports.report(charge("charge.declined"))))
                .containsExactly("order.failed", "order.analytics.ended");
        assertThat(statusOf(order)).isEqualTo("FAILED");
    }

    @Test
    void aLateReportSetsNothingBack() {
        bring("SHIPPED");

        assertThat(reports.report(charge("charge.declined"))).isEmpty();
        assertThat(reports.report(captured())).isEmpty();

        assertThat(statusOf(order)).isEqualTo("SHIPPED");
        assertThat(money()).isEqualTo("captured 7.5 0");
    }

    @Test
    void aCaptureOfWhatWasDeclinedIsToldToAPerson() {
        bring("RESERVED");
        payment.intend(event("payment.requested", order, Map.of()));
        reports.report(charge("charge.declined"));

        assertThat(told(reports.report(captured()))).containsExactly("order.alarm.payment");
        assertThat(statusOf(order)).isEqualTo("FAILED");
        assertThat(money()).isEqualTo("none 0 0");
    }

    @Test
    void aCaptureReportedForAnOrderThatWasCancelledMeanwhileIsGivenBack() {
        bring("RESERVED");
        payment.intend(event("payment.requested", order, Map.of()));
        assertThat(cancellation.cancel(order, "customer").status()).isEqualTo("CANCELLING");

        List<Outbox.Entry> entries = reports.report(captured());

        assertThat(told(entries)).containsExactly("payment.succeeded", "order.cancelled", "order.analytics.ended");
        assertThat(amount(body(entries, "order.cancelled"), "refund")).isEqualByComparingTo("7.5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "charge-0193a5c0-0000-7000-8000-000000000001",
                "refund-{order}-order.cancelled",
                "payout-{order}-x"
            })
    void aPaymentNobodyKnowsIsSaidToBeUnknown(String key) {
        bring("PAID");
        ObjectNode report = captured().put("key", key.replace("{order}", order.toString()));

        assertThatThrownBy(() -> reports.report(report)).isInstanceOf(UnknownPayment.class);
        assertThatThrownBy(() -> reports.report(report.put("type", "refund.succeeded")))
                .isInstanceOf(UnknownPayment.class);
        assertThatThrownBy(() -> reports.report(
                        chargeback("cb", "1").put("key", report.path("key").asText())))
                .isInstanceOf(UnknownPayment.class);
    }

    // --- refunds

    @Test
    void aRefundThatIsReportedSettlesTheOneWhoseAnswerWasLost() {
        bring("PAID");
        cancellation.cancel(order, "customer");
        Refund lost = refunds.intend(event("order.cancelled", order, Map.of()));
        ObjectNode report = mapper.createObjectNode()
                .put("type", "refund.succeeded")
                .put("key", lost.key())
                .put("refundId", "re_9");

        assertThat(told(reports.report(report))).containsExactly("order.refunded", "payment.refunded");
        assertThat(money()).isEqualTo("refunded 7.5 7.5");
        assertThat(reports.report(report)).as("again").isEmpty();
        assertThat(refunds.intend(event("order.cancelled", order, Map.of())).isSettled())
                .isTrue();
    }

    // --- chargebacks

    @Test
    void aChargebackCountsOnceForItsId() {
        bring("SHIPPED");

        List<Outbox.Entry> entries = reports.report(chargeback("cb_1", "7.50"));

        assertThat(told(entries)).containsExactly("payment.chargeback");
        assertThat(body(entries, "payment.chargeback").path("chargebackId").asText())
                .isEqualTo("cb_1");
        assertThat(reports.report(chargeback("cb_1", "7.50"))).as("again").isEmpty();
        assertThat(told(reports.report(chargeback("cb_2", "1")))).containsExactly("payment.chargeback");
        assertThat(statusOf(order)).as("the goods are gone").isEqualTo("SHIPPED");
        assertThat(view.read(order.toString()).toString()).contains("id=cb_1, amount=7.50, reason=fraudulent");
    }

    @Test
    void aChargebackBeforeTheParcelLeftCancelsTheOrderAndNothingIsRefundedTwice() {
        bring("PAID");

        List<Outbox.Entry> entries = reports.report(chargeback("cb_1", "7.50"));

        assertThat(told(entries)).containsExactly("payment.chargeback", "order.cancelled", "order.analytics.ended");
        assertThat(amount(body(entries, "order.cancelled"), "refund")).isZero();
        assertThat(refunds.intend(event("order.cancelled", order, Map.of()))
                        .outcome()
                        .messages())
                .isEmpty();
        assertThat(money()).isEqualTo("captured 7.5 0");
    }

    @Test
    void whatABankTookBackIsNotRefundedWhenTheGoodsComeBack() {
        bring("SHIPPED");
        reports.report(chargeback("cb_1", "5"));

        String returnId = returns.open(order, List.of(), "damaged", null).id().toString();
        Refund refund = refunds.intend(event("order.returned", order, Map.of("returnId", returnId)));

        assertThat(refund.amount()).isEqualByComparingTo("2.5");
    }

    @Test
    void aChargebackOfNothingOrInAnotherCurrencyIsRefused() {
        bring("SHIPPED");

        assertThatThrownBy(() -> reports.report(chargeback("cb_1", "0.00"))).isInstanceOf(InvalidOrder.class);
        assertThatThrownBy(() -> reports.report(chargeback("cb_1", "1").put("currency", "EUR")))
                .isInstanceOf(InvalidOrder.class);
        assertThat(count("chargebacks")).isZero();
    }

    @Test
    void whatIsStillInTheHouseStaysThereWhenTheMoneyIsTakenBackAfterAPartHasLeft() {
        bring("PAID");
        jdbc.sql("update order_lines set back_ordered = 1 where line_no = 1").update();
        shipping.settle(
                shipping.intend(event("order.payment_success", order, Map.of())),
                json("{\"carrier\": \"P\", \"shipmentId\": \"s\", \"trackingNumber\": \"T\", \"label\": \"L\"}"));

        List<Outbox.Entry> entries = reports.report(chargeback("cb_1", "7.50"));

        assertThat(told(entries))
                .as("nothing comes back by itself")
                .containsExactly("payment.chargeback", "order.line_cancelled", "order.analytics.ended");
        assertThat(statusOf(order)).isEqualTo("SHIPPED");
        assertThat(refunds.intend(event(
                                "order.line_cancelled",
                                order,
                                Map.of(
                                        "cancellationId",
                                        body(entries, "order.line_cancelled")
                                                .path("cancellationId")
                                                .asText())))
                        .isSettled())
                .as("the bank has given it all back")
                .isTrue();
        assertThat(money()).isEqualTo("captured 7.5 0");
    }

    // --- payouts

    @ParameterizedTest(name = "collected {0}, all comes back")
    @CsvSource({"7.5, 7.5", "5, 5", "9, 7.5"})
    void whatACustomerPaidAtTheDoorIsOwedWhenTheGoodsComeBackAndRefundedWhenAPersonPaidIt(
            BigDecimal collected, BigDecimal owed) {
        paidAtTheDoor(collected);
        if (collected.compareTo(owed) > 0) {
            assertThat(settled("order.captured_late", Map.of()))
                    .as("what was too much is owed at once")
                    .hasSize(1);
        }
        String returnId = returns.open(order, List.of(), "damaged", null).id().toString();

        Refund refund = refunds.intend(event("order.returned", order, Map.of("returnId", returnId)));
        Refund again = refunds.intend(event("order.returned", order, Map.of("returnId", returnId)));

        assertThat(refund.outcome().messages())
                .extracting(OutgoingMessage::type)
                .containsExactly("order.refund_due");
        assertThat(again.outcome()).usingRecursiveComparison().isEqualTo(refund.outcome());
        assertThat(jdbc.sql("select sum(amount) from effects where kind = 'refund'")
                        .query(BigDecimal.class)
                        .single())
                .isEqualByComparingTo(collected);
        assertThat(money()).as("nothing is refunded before it is paid").endsWith(" 0");
    }

    @Test
    void aPartThatComesBackIsOwedAsFarAsItWasPaid() {
        paidAtTheDoor(new BigDecimal("5"));
        String returnId = returns.open(order, List.of(new Returns.Pieces("B", 1)), "damaged", null)
                .id()
                .toString();

        assertThat(settled("order.returned", Map.of("returnId", returnId)))
                .as("the goods that stay out cost what was paid")
                .isEmpty();
    }

    @Test
    void aPayoutIsMadeOnce() {
        paidAtTheDoor(new BigDecimal("7.5"));
        String returnId = returns.open(order, List.of(), "damaged", null).id().toString();
        settled("order.returned", Map.of("returnId", returnId));
        assertThat(payouts.open()).singleElement().satisfies(payout -> assertThat(payout)
                .containsEntry("order", order)
                .containsEntry("customer", "c-1")
                .containsEntry("currency", "GBP"));
        String id = payouts.open().get(0).get("id").toString();

        Payouts.Paid paid = payouts.paid(id, json("{\"by\": \"Ada\", \"reference\": \"4711\"}"));
        Payouts.Paid again = payouts.paid(id, json("{\"by\": \"Bob\", \"reference\": \"4712\"}"));

        assertThat(told(paid.entries())).containsExactly("order.refunded", "payment.refunded");
        assertThat(again.entries()).isEmpty();
        assertThat(money()).isEqualTo("refunded 7.5 7.5");
        assertThat(payouts.open()).isEmpty();
        assertThat(jdbc.sql("select result ->> 'by' from effects where key = ?")
                        .param(id)
                        .query(String.class)
                        .single())
                .isEqualTo("Ada");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "payout-{order}-x", "charge-{order}", "payout-" + NOBODY + "-x"})
    void whatIsNotOwedCannotBePaidOut(String id) {
        bring("PAID");

        assertThatThrownBy(() -> payouts.paid(
                        id.replace("{order}", order.toString()), json("{\"by\": \"Ada\", \"reference\": \"4711\"}")))
                .isInstanceOf(UnknownPayment.class);
    }

    private void paidAtTheDoor(BigDecimal collected) {
        paysAtTheDoor();
        bring("SHIPPED");
        jdbc.sql("update orders set status = 'DELIVERED', payment_state = 'collected', captured = ?")
                .param(collected)
                .update();
    }

    private List<OutgoingMessage> settled(String type, Map<String, Object> details) {
        return refunds.intend(event(type, order, details)).outcome().messages();
    }

    private String chargeOfItsRefund() {
        String returnId = returns.open(order, List.of(), "damaged", null).id().toString();
        return refunds.intend(event("order.returned", order, Map.of("returnId", returnId)))
                .chargeId();
    }

    private void ship() {
        shipping.settle(
                shipping.intend(event("order.payment_success", order, Map.of())),
                json("{\"carrier\": \"P\", \"shipmentId\": \"s\", \"trackingNumber\": \"T\", \"label\": \"L\"}"));
    }

    private ObjectNode captured() {
        return charge("charge.captured").put("chargeId", "ch_9").put("amount", new BigDecimal("7.50"));
    }

    private ObjectNode charge(String type) {
        return mapper.createObjectNode().put("type", type).put("key", "charge-" + order);
    }

    private ObjectNode chargeback(String id, String amount) {
        return charge("chargeback")
                .put("chargebackId", id)
                .put("amount", amount)
                .put("currency", "GBP")
                .put("reason", "fraudulent");
    }
}
