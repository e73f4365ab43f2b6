package org.orderway.invoices;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.orderway.messages.Event;
import org.orderway.messages.Outcome;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.OrderRequest;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.OrderView;
import org.orderway.orders.Orders;
import org.orderway.orders.Papers;
import org.orderway.orders.PaymentState;
import org.orderway.orders.Steps;
import org.orderway.orders.UnknownOrder;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * One invoice for each order that is paid or due at the door. An order that was cancelled or failed before gets none: there
 * is nothing to pay for.
 */
@Component("invoices")
public class Invoices implements Papers {

    private static final String SERIES = "";
    private static final String STEP = "invoice";

    private final Steps steps;
    private final Orders orders;
    private final OrderEvents events;
    private final PaperNumbers numbers;
    private final PaperPrint print;
    private final JdbcClient jdbc;
    private final ObjectMapper mapper;
    private final Clock clock;
    private final InvoiceSettings settings;

    Invoices(
            Steps steps,
            Orders orders,
            OrderEvents events,
            PaperNumbers numbers,
            PaperPrint print,
            JdbcClient jdbc,
            ObjectMapper mapper,
            Clock clock,
            InvoiceSettings settings) {
        this.steps = steps;
        this.orders = orders;
        this.events = events;
        this.numbers = numbers;
        this.print = print;
        this.jdbc = jdbc;
        this.mapper = mapper;
        this.clock = clock;
        this.settings = settings;
    }

    /**
     * Issues the invoice of an order, once.
     *
     * @throws IllegalTransition when the order is neither paid nor due, whatever the event says
     */
    @Transactional
    public Outcome issue(Event event) {
        return issueFor(event.orderId());
    }

    Outcome issueFor(UUID orderId) {
        return steps.afterwards(orderId, STEP, order -> {
            if (order.status() == OrderStatus.CANCELLED || order.status() == OrderStatus.FAILED) {
                return Outcome.VOID;
            }
            if (order.paymentState() == PaymentState.NONE) {
                throw new IllegalTransition(order.id(), order.status(), OrderStatus.PAID);
            }
            // Outcomes are forgotten some day, invoices never.
            Invoice invoice = find(orderId).orElseGet(() -> write(order));
            return Outcome.of(events.invoiced(order, invoice.number()));
        });
    }

    private Invoice write(Order order) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        LocalDate today = LocalDate.ofInstant(now, settings.zone());
        Invoice invoice = new Invoice(
                numbers.next(SERIES, today.getYear()),
                now,
                today,
                order.number(),
                settings.seller(),
                addressee(order),
                order.lines().stream()
                        .filter(line -> line.charged() > 0)
                        .map(line -> new Invoice.Line(
                                line.sku(), line.charged(), line.unitPrice(), line.valueOf(line.charged())))
                        .toList(),
                order.currency(),
                order.total(),
                order.paymentMethod());
        jdbc.sql(
                        """
                        insert into invoices (number, order_id, issued_at, currency, total, content)
                        values (?, ?, ?, ?, ?, cast(? as jsonb))
                        """)
                .params(
                        invoice.number(),
                        order.id(),
                        Timestamp.from(now),
                        invoice.currency(),
                        invoice.total(),
                        json(invoice))
                .update();
        return invoice;
    }

    /** Who the invoice is for. An order that came over the exchange may say little of its customer. */
    private static List<String> addressee(Order order) {
        OrderRequest.ShipTo to = order.shipTo();
        Stream<String> city = Stream.of(Stream.of(to.postcode(), to.city())
                .filter(Invoices::isSaid)
                .reduce((a, b) -> a + " " + b)
                .orElse(""));
        Stream<String> names = Stream.of(order.customer().name(), to.name())
                .filter(Invoices::isSaid)
                .distinct();
        Stream<String> street = to.lines() == null ? Stream.of() : to.lines().stream();
        List<String> said = Stream.of(names, street, city, Stream.of(Objects.toString(to.country(), "")))
                .flatMap(lines -> lines)
                .filter(Invoices::isSaid)
                .toList();
        return order.customer().name() == null && to.name() == null
                ? Stream.concat(Stream.of("Customer " + order.customer().id()), said.stream())
                        .toList()
                : said;
    }

    private static boolean isSaid(String text) {
        return text != null && !text.isBlank();
    }

    /** The order's invoice, to be looked at. @throws NoSuchPaper when it has none, or none yet */
    @Transactional(readOnly = true)
    public Paper read(String id) {
        UUID orderId = known(id);
        return invoice(orderId).orElseThrow(() -> new NoSuchPaper("The order " + orderId + " has no invoice"));
    }

    /** The id of an order that there is, as somebody wrote it. @throws UnknownOrder when there is none */
    UUID known(String id) {
        UUID orderId = OrderView.id(id, "id");
        if (orders.find(orderId).isEmpty()) {
            throw new UnknownOrder(orderId);
        }
        return orderId;
    }

    Optional<Invoice> find(UUID orderId) {
        return jdbc.sql("select content from invoices where order_id = ?")
                .param(orderId)
                .query(String.class)
                .optional()
                .map(content -> read(content, Invoice.class));
    }

    @Override
    @Transactional(readOnly = true)
    public Optional<String> invoiceNumber(UUID orderId) {
        return jdbc.sql("select number from invoices where order_id = ?")
                .param(orderId)
                .query(String.class)
                .optional();
    }

    @Override
    @Transactional(readOnly = true)
    public Optional<Paper> invoice(UUID orderId) {
        return find(orderId).map(invoice -> new Paper(invoice.number(), print.of(invoice)));
    }

    String json(Object content) {
        try {
            return mapper.writeValueAsString(content);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A paper could not be written", e);
        }
    }

    <T> T read(String content, Class<T> type) {
        try {
            return mapper.readValue(content, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A paper cannot be read back", e);
        }
    }
}
