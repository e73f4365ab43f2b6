package org.orderway.invoices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Event;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.OrderView;
import org.orderway.orders.Returns;
import org.orderway.orders.UnknownOrder;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.UncategorizedSQLException;

class InvoicesDatabaseTest extends DatabaseTest {

    @Autowired
    private Invoices invoices;

    @Autowired
    private CreditNotes creditNotes;

    @Autowired
    private PaperNumbers numbers;

    @Autowired
    private OrderView view;

    @Autowired
    private Returns returns;

    @Test
    void aPaidOrderGetsOneInvoiceHoweverOftenItIsTold() {
        UUID order = paid("W-1");

        Outcome first = invoices.issue(success(order));
        Outcome again = invoices.issue(success(order));

        assertThat(first.messages()).singleElement().satisfies(message -> {
            assertThat(message.type()).isEqualTo("order.invoiced");
            assertThat(new String(message.body())).contains("\"total\":7.50").doesNotContain("Ada", "ada@", "High St");
        });
        assertThat(again.messages()).extracting(OutgoingMessage::id).isEqualTo(ids(first));
        assertThat(count("invoices")).isEqualTo(1);
        Invoice invoice = invoices.find(order).orElseThrow();
        assertThat(invoice.number())
                .matches("20\\d\\d-000001")
                .startsWith("" + invoice.date().getYear());
        assertThat(invoice.lines())
                .containsExactly(new Invoice.Line("A", 3, new BigDecimal("2.5"), new BigDecimal("7.5")));
        assertThat(invoice.total()).isEqualByComparingTo("7.50");
        assertThat(invoice.currency()).isEqualTo("GBP");
        assertThat(invoice.customer()).containsExactly("Ada", "1 High St", "LS1 Leeds", "GB");
        assertThat(view.read(order.toString())).containsEntry("invoice", invoice.number());
    }

    @Test
    void anInvoiceIsFoundAgainWhenItsOutcomeIsForgotten() {
        UUID order = paid("W-1");
        Outcome first = invoices.issue(success(order));
        jdbc.sql("delete from outcomes").update();

        assertThat(ids(invoices.issue(success(order)))).isEqualTo(ids(first));
        assertThat(count("invoices")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CANCELLED", "FAILED"})
    void anOrderThatCameToNothingBeforeItsInvoiceGetsNone(String status) {
        UUID order = paid("W-1");
        status(order, status);

        assertThat(invoices.issue(success(order)).isVoid()).isTrue();

        assertThat(count("invoices")).isZero();
        assertThat(count("paper_numbers")).isZero();
        assertThat(view.read(order.toString())).containsEntry("invoice", null);
        assertThatThrownBy(() -> invoices.read(order.toString())).isInstanceOf(NoSuchPaper.class);
    }

    @Test
    void aPaymentNobodyRecordedIsNotInvoiced() {
        UUID order = placed("W-1", line(1, "A", 3));

        assertThatThrownBy(() -> invoices.issue(success(order))).isInstanceOf(IllegalTransition.class);

        assertThat(count("invoices")).isZero();
    }

    @Test
    void anOrderThatCostsNothingIsInvoicedToo() {
        UUID order = paid("W-1");
        jdbc.sql("update orders set total = 0, captured = 0").update();

        invoices.issue(success(order));

        assertThat(invoices.find(order).orElseThrow().total()).isZero();
    }

    @Test
    void aCustomerWhoMovesLaterDoesNotMoveOnTheInvoice() {
        UUID order = paid("W-1");
        invoices.issue(success(order));
        byte[] before = invoices.read(order.toString()).pdf();

        jdbc.sql("update orders set customer_name = 'Eve', ship_to = '{}', total = 1")
                .update();
        jdbc.sql("update order_lines set unit_price = 1").update();

        assertThat(invoices.read(order.toString()).pdf()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update invoices set total = 1",
                "update invoices set content = '{}'",
                "delete from invoices",
                "update credit_notes set amount = 1",
                "delete from credit_notes"
            })
    void whatWasIssuedIsNeverChanged(String change) {
        UUID order = paid("W-1");
        invoices.issue(success(order));
        refund(order, "7.50", "r-1");

        assertThatThrownBy(() -> jdbc.sql(change).update())
                .isInstanceOf(UncategorizedSQLException.class)
                .hasMessageContaining("is never changed");
    }

    @Test
    void sixteenAtATimeSomeOfWhomFailTakeEveryNumberOnce() throws Exception {
        List<UUID> orders = IntStream.range(0, 96).mapToObj(n -> paid("W-" + n)).toList();

        together(IntStream.range(0, 16)
                .mapToObj(thread -> (Callable<Void>) () -> {
                    for (int i = thread; i < orders.size(); i += 16) {
                        UUID order = orders.get(i);
                        if (i % 3 == 0) {
                            assertThatThrownBy(() -> transaction.executeWithoutResult(undone -> {
                                        invoices.issue(success(order));
                                        throw new IllegalStateException("after the number was taken");
                                    }))
                                    .hasMessage("after the number was taken");
                        }
                        if (i % 4 != 0) {
                            invoices.issue(success(order));
                        }
                    }
                    return null;
                })
                .toList());

        int year =
                jdbc.sql("select year from paper_numbers").query(Integer.class).single();
        assertThat(jdbc.sql("select number from invoices order by number")
                        .query(String.class)
                        .list())
                .isEqualTo(IntStream.rangeClosed(1, 72)
                        .mapToObj(n -> "%d-%06d".formatted(year, n))
                        .toList());
    }

    @Test
    void everyYearAndEverySeriesBeginsAtOne() {
        List<String> taken = transaction.execute(status -> List.of(
                numbers.next("", 2026),
                numbers.next("", 2026),
                numbers.next("C", 2026),
                numbers.next("", 2027),
                numbers.next("", 2026)));

        assertThat(taken).containsExactly("2026-000001", "2026-000002", "C2026-000001", "2027-000001", "2026-000003");
    }

    // --- credit notes

    @Test
    void eachRefundOfAnInvoicedOrderGetsOneCreditNote() {
        UUID order = paid("W-1");
        invoices.issue(success(order));
        String invoice = invoices.find(order).orElseThrow().number();

        refund(order, "2.50", "r-1");
        creditNotes.issue(refunded(order, "2.50", "r-1"));
        refund(order, "5", "r-2");

        assertThat(creditNotes.list(order.toString()))
                .extracting(CreditNotes.Summary::number)
                .containsExactly("C" + invoice, "C" + invoice.replace("000001", "000002"));
        assertThat(creditNotes.list(order.toString()))
                .allSatisfy(note -> assertThat(note.invoice()).isEqualTo(invoice))
                .extracting(CreditNotes.Summary::amount)
                .usingComparatorForType(BigDecimal::compareTo, BigDecimal.class)
                .containsExactly(new BigDecimal("2.50"), new BigDecimal("5"));
        assertThat(creditNotes
                        .read(Map.of("id", order.toString(), "number", "C" + invoice))
                        .pdf())
                .startsWith("%PDF-".getBytes());
    }

    @ParameterizedTest
    @CsvSource({"CANCELLED, r-1", "FAILED, r-1"})
    void aRefundOfWhatWasNeverInvoicedNeedsNoCreditNote(String status, String refund) {
        UUID order = paid("W-1");
        status(order, status);

        assertThat(refund(order, "7.50", refund).messages()).isEmpty();

        assertThat(invoices.issue(success(order)).isVoid()).isTrue();
        assertThat(creditNotes.list(order.toString())).isEmpty();
        assertThat(count("paper_numbers")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHIPPED", "RETURNED"})
    void aRefundThatOvertakesTheInvoiceIssuesItFirst(String status) {
        UUID order = paid("W-1");
        status(order, status);

        Outcome credited = refund(order, "7.50", "r-1");

        assertThat(credited.messages()).extracting(OutgoingMessage::type).containsExactly("order.invoiced");
        assertThat(creditNotes.list(order.toString())).hasSize(1);
        assertThat(ids(invoices.issue(success(order)))).isEqualTo(ids(credited));
        assertThat(count("invoices")).isEqualTo(1);
    }

    @Test
    void aCancelledOrderThatWasInvoicedBeforeIsCreditedInFull() {
        UUID order = paid("W-1");
        invoices.issue(success(order));
        status(order, "CANCELLED");
        jdbc.sql("delete from outcomes").update();

        refund(order, "7.50", "r-1");

        assertThat(creditNotes.list(order.toString())).hasSize(1);
    }

    @Test
    void anOrderThatIsCancelledUnpaidAfterItsInvoiceIsCreditedOnce() {
        UUID order = due("W-1");
        invoices.issue(success(order));
        jdbc.sql("update orders set status = 'CANCELLED', payment_state = 'none'")
                .update();

        creditNotes.issue(event("order.cancelled", order, Map.of("refund", 0)));
        creditNotes.issue(event("order.cancelled", order, Map.of("refund", 0)));

        assertThat(amounts(order)).containsExactly("7.5");
    }

    @Test
    void anOrderThatIsCancelledUnpaidBeforeItsInvoiceNeedsNoCreditNote() {
        UUID order = due("W-1");
        status(order, "CANCELLED");

        creditNotes.issue(event("order.cancelled", order, Map.of("refund", 0)));

        assertThat(invoices.issue(success(order)).isVoid()).isTrue();
        assertThat(count("paper_numbers")).isZero();
    }

    @Test
    void goodsThatComeBackUnpaidAreCreditedByTheirValueAlsoBeforeTheirInvoice() {
        UUID order = due("W-1");
        ship(order);

        Outcome first = creditNotes.issue(takenBack(order, 1));
        Outcome second = creditNotes.issue(takenBack(order, 2));

        assertThat(first.messages()).extracting(OutgoingMessage::type).containsExactly("order.invoiced");
        assertThat(second.messages()).isEmpty();
        assertThat(amounts(order)).containsExactly("2.5", "5");
    }

    @Test
    void whatWasPaidIsCreditedByItsRefundAndNotByItsReturnToo() {
        UUID order = paid("W-1");
        invoices.issue(success(order));
        ship(order);

        assertThat(creditNotes.issue(takenBack(order, 1)).messages()).isEmpty();
        refund(order, "2.50", "r-1");

        assertThat(amounts(order)).containsExactly("2.5");
    }

    @Test
    void whatComesBackUnpaidBeforeTheRestIsPaidDoesNotStandInForARefund() {
        UUID order = due("W-1");
        ship(order);
        creditNotes.issue(takenBack(order, 1));
        jdbc.sql("update orders set payment_state = 'collected', captured = 5").update();

        refund(order, "5", "r-1");

        assertThat(amounts(order)).containsExactly("2.5", "5");
    }

    @Test
    void aCancelAndAReturnThatNobodyMadeAreNotCredited() {
        UUID order = due("W-1");
        invoices.issue(success(order));

        for (String forged : List.of("order.cancelled", "order.returned")) {
            assertThatThrownBy(() -> creditNotes.issue(event(forged, order, Map.of())))
                    .isInstanceOf(IllegalTransition.class);
        }
        assertThat(count("credit_notes")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.51", "0", "-1"})
    void aRefundNobodyMadeIsNotCredited(String amount) {
        UUID order = paid("W-1");
        invoices.issue(success(order));
        jdbc.sql("update orders set refunded = 2.50, payment_state = 'part_refunded'")
                .update();

        assertThatThrownBy(() -> creditNotes.issue(refunded(order, amount, "forged")))
                .isInstanceOf(IllegalTransition.class);

        assertThat(count("credit_notes")).isZero();
    }

    @Test
    void whatIsAskedForButNotThereIsToldApart() {
        UUID order = paid("W-1");
        String nobody = UUID.randomUUID().toString();

        assertThatThrownBy(() -> invoices.read(order.toString())).isInstanceOf(NoSuchPaper.class);
        assertThatThrownBy(() -> invoices.read(nobody)).isInstanceOf(UnknownOrder.class);
        assertThatThrownBy(() -> creditNotes.list(nobody)).isInstanceOf(UnknownOrder.class);
        assertThatThrownBy(() -> creditNotes.read(Map.of("id", order.toString(), "number", "C2026-000001")))
                .isInstanceOf(NoSuchPaper.class);
        assertThat(creditNotes.list(order.toString())).isEmpty();
    }

    private UUID paid(String number) {
        UUID order = placed(number, line(1, "A", 3));
        jdbc.sql("update orders set status = 'PAID', payment_state = 'captured', captured = total where id = ?")
                .param(order)
                .update();
        return order;
    }

    private UUID due(String number) {
        UUID order = placed(number, line(1, "A", 3));
        jdbc.sql("update orders set status = 'PAYMENT_DUE', payment_state = 'due', payment_method = 'cod' where id = ?")
                .param(order)
                .update();
        return order;
    }

    private void ship(UUID order) {
        status(order, "SHIPPED");
        jdbc.sql("update orders set fulfilment_state = 'shipped' where id = ?")
                .param(order)
                .update();
    }

    /** So many pieces of a shipped order came back. */
    private Event takenBack(UUID order, int pieces) {
        Returns.Answer taken = returns.open(order, List.of(new Returns.Pieces("A", pieces)), "damaged", null);
        Event event =
                event("order.returned", order, Map.of("returnId", taken.id().toString()));
        return new Event(taken.id().toString(), event.type(), order, event.occurredAt(), event.body());
    }

    private List<String> amounts(UUID order) {
        return creditNotes.list(order.toString()).stream()
                .map(note -> note.amount().stripTrailingZeros().toPlainString())
                .toList();
    }

    private Outcome refund(UUID order, String amount, String refund) {
        jdbc.sql("update orders set refunded = refunded + ?, payment_state = 'part_refunded' where id = ?")
                .params(new BigDecimal(amount), order)
                .update();
        return creditNotes.issue(refunded(order, amount, refund));
    }

    private Event success(UUID order) {
        return event("order.payment_success", order, Map.of());
    }

    private Event refunded(UUID order, String amount, String refund) {
        Event event = event("order.refunded", order, Map.of("amount", new BigDecimal(amount)));
        return new Event(refund, event.type(), order, event.occurredAt(), event.body());
    }

    private static List<String> ids(Outcome outcome) {
        return outcome.messages().stream().map(OutgoingMessage::id).toList();
    }
}
