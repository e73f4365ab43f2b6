package org.orderway.invoices;

import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.orderway.messages.Event;
import org.orderway.messages.EventIds;
import org.orderway.messages.Outcome;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.LineCancellation;
import org.orderway.orders.Order;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Papers.Paper;
import org.orderway.orders.PaymentState;
import org.orderway.orders.Returns;
import org.orderway.orders.Steps;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * One credit note for each refund of an invoiced order, and one for what was invoiced and will never be collected: goods that
 * came back unpaid, and an order that was cancelled unpaid. What was never invoiced needs none; a refund or return that
 * overtakes the invoice of an order that has left the house issues that first.
 */
@Component("creditNotes")
public class CreditNotes {

    private static final String SERIES = "C";

    private final Steps steps;
    private final Invoices invoices;
    private final Returns returns;
    private final LineCancellation cancellations;
    private final PaperNumbers numbers;
    private final PaperPrint print;
    private final JdbcClient jdbc;
    private final Clock clock;
    private final InvoiceSettings settings;

    CreditNotes(
            Steps steps,
            Invoices invoices,
            Returns returns,
            LineCancellation cancellations,
            PaperNumbers numbers,
            PaperPrint print,
            JdbcClient jdbc,
            Clock clock,
            InvoiceSettings settings) {
        this.steps = steps;
        this.invoices = invoices;
        this.returns = returns;
        this.cancellations = cancellations;
        this.numbers = numbers;
        this.print = print;
        this.jdbc = jdbc;
        this.clock = clock;
        this.settings = settings;
    }

    /** A line of the list. */
    public record Summary(String number, String invoice, BigDecimal amount, String currency, String issuedAt) {}

    /**
     * Issues the credit note of a refund, a return or a cancel, once. What was paid is credited when it is refunded, whatever
     * it is refunded for; only what was not paid is credited because of the return or the cancel itself.
     *
     * @throws IllegalTransition when the order is not what the event says: anybody may publish one
     */
    @Transactional
    public Outcome issue(Event event) {
        return steps.afterwards(event.orderId(), "credit-" + event.id(), order -> switch (event.type()) {
            case "order.refunded" -> refunded(order, event);
            case "order.returned" -> returned(order, event);
            case "order.line_cancelled" -> reduced(order, event);
            default -> cancelled(order, event);
        });
    }

    private Outcome refunded(Order order, Event event) {
        BigDecimal amount = event.body().path("amount").decimalValue();
        if (amount.signum() <= 0 || amount.compareTo(order.refunded().subtract(refundsCredited(order.id()))) > 0) {
            throw new IllegalTransition(order.id(), order.paymentState(), PaymentState.REFUNDED);
        }
        Outcome invoiced = invoiced(order);
        invoices.find(order.id()).ifPresent(invoice -> write(order, invoice, event.id(), amount, true));
        return invoiced;
    }

    private Outcome returned(Order order, Event event) {
        BigDecimal value = returns.value(order.id(), UUID.fromString(event.text("returnId")))
                .orElseThrow(() -> new IllegalTransition(order.id(), order.status(), OrderStatus.RETURNED));
        if (isPaid(order)) {
            return Outcome.SILENT;
        }
        Outcome invoiced = invoiced(order);
        invoices.find(order.id()).ifPresent(invoice -> waive(order, invoice, event, value));
        return invoiced;
    }

    private Outcome cancelled(Order order, Event event) {
        if (order.status() != OrderStatus.CANCELLED) {
            throw new IllegalTransition(order.id(), order.status(), OrderStatus.CANCELLED);
        }
        if (!isPaid(order)) {
            invoices.find(order.id()).ifPresent(invoice -> waive(order, invoice, event, invoice.total()));
        }
        return Outcome.SILENT;
    }

    /** Pieces that nobody had paid for are cancelled: an invoice that was issued before says more than the order costs now. */
    private Outcome reduced(Order order, Event event) {
        String[] causes = cancellations.of(order.id()).stream()
                .map(id -> EventIds.of(order.id(), event.type(), id.toString()))
                .toArray(String[]::new);
        BigDecimal credited = jdbc.sql(
                        "select coalesce(sum(amount), 0) from credit_notes where order_id = ? and cause = any(?)")
                .params(order.id(), causes)
                .query(BigDecimal.class)
                .single();
        invoices.find(order.id())
                .ifPresent(invoice -> waive(
                        order,
                        invoice,
                        event,
                        invoice.total().subtract(order.total()).subtract(credited)));
        return Outcome.SILENT;
    }

    private static boolean isPaid(Order order) {
        return order.captured().signum() > 0;
    }

    /** The invoice may still be on its way. */
    private Outcome invoiced(Order order) {
        return invoices.find(order.id()).isPresent()
                ? Outcome.SILENT
                : new Outcome(false, invoices.issueFor(order.id()).messages());
    }

    /** Nothing is credited twice: an invoice is worth at least nothing. */
    private void waive(Order order, Invoice invoice, Event event, BigDecimal amount) {
        BigDecimal left = invoice.total().subtract(sum(order.id(), ""));
        if (left.min(amount).signum() > 0) {
            write(order, invoice, event.id(), left.min(amount), false);
        }
    }

    private BigDecimal refundsCredited(UUID orderId) {
        return sum(orderId, " and refunded");
    }

    private BigDecimal sum(UUID orderId, String which) {
        return jdbc.sql("select coalesce(sum(amount), 0) from credit_notes where order_id = ?" + which)
                .param(orderId)
                .query(BigDecimal.class)
                .single();
    }

    private void write(Order order, Invoice invoice, String cause, BigDecimal amount, boolean refunded) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        LocalDate today = LocalDate.ofInstant(now, settings.zone());
        CreditNote note = new CreditNote(
                numbers.next(SERIES, today.getYear()),
                now,
                today,
                invoice.number(),
                order.number(),
                settings.seller(),
                invoice.customer(),
                invoice.currency(),
                amount);
        jdbc.sql(
                        """
                        insert into credit_notes (number, invoice, order_id, cause, refunded, issued_at, currency, amount,
                            content)
                        values (?, ?, ?, ?, ?, ?, ?, ?, cast(? as jsonb))
                        """)
                .params(
                        note.number(),
                        note.invoice(),
                        order.id(),
                        cause,
                        refunded,
                        Timestamp.from(now),
                        note.currency(),
                        note.amount(),
                        invoices.json(note))
                .update();
    }

    /** The credit notes of an order, the first one first. */
    @Transactional(readOnly = true)
    public List<Summary> list(String id) {
        return jdbc.sql(
                        """
                        select number, invoice, amount, currency, issued_at from credit_notes
                        where order_id = ? order by issued_at, number
                        """)
                .param(invoices.known(id))
                .query((rs, n) -> new Summary(
                        rs.getString("number"),
                        rs.getString("invoice"),
                        rs.getBigDecimal("amount"),
                        rs.getString("currency"),
                        rs.getTimestamp("issued_at").toInstant().toString()))
                .list();
    }

    /**
     * A credit note, to be looked at.
     *
     * @param parameters {@code id}, the order's, and {@code number}
     * @throws NoSuchPaper when the order has none of that number
     */
    @Transactional(readOnly = true)
    public Paper read(Map<String, Object> parameters) {
        UUID orderId = invoices.known((String) parameters.get("id"));
        String number = (String) parameters.get("number");
        return jdbc.sql("select content from credit_notes where order_id = ? and number = ?")
                .params(orderId, number)
                .query(String.class)
                .optional()
                .map(content -> invoices.read(content, CreditNote.class))
                .map(note -> new Paper(note.number(), print.of(note)))
                .orElseThrow(() -> new NoSuchPaper("The order " + orderId + " has no credit note of that number"));
    }
}
