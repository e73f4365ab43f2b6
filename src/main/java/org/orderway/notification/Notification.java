package org.orderway.notification;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.orderway.messages.Event;
import org.orderway.messages.EventIds;
import org.orderway.messages.ReadsOnly;
import org.orderway.orders.Customers;
import org.orderway.orders.Effects;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.LineCancellation;
import org.orderway.orders.Order;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.Papers;
import org.orderway.orders.Parcels;
import org.orderway.orders.Returns;
import org.orderway.orders.UnknownOrder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Tells customers the facts of their order, on the channels and in the language they want: at most one message for each fact
 * and channel, however often the event comes. Who wants no channel at all is told by mail: these are no promotions.
 */
@Component("notification")
public class Notification {

    static final String MAIL = "mail";
    static final String SMS = "sms";
    static final String PUSH = "push";

    private static final String CREATED = "order.created";
    private static final String INVOICED = "order.invoiced";
    private static final String DELAYED = "order.delayed";

    /** Sent some time after the order was created, through a queue of its own. */
    private static final String CONFIRMATION = "order.confirmed";

    private final Orders orders;
    private final Customers customers;
    private final Effects effects;
    private final Returns returns;
    private final LineCancellation cancellations;
    private final Papers papers;
    private final Parcels parcels;
    private final Templates templates;
    private final ObjectMapper mapper;
    private final String mailDomain;

    Notification(
            Orders orders,
            Customers customers,
            Effects effects,
            Returns returns,
            LineCancellation cancellations,
            Papers papers,
            Parcels parcels,
            Templates templates,
            ObjectMapper mapper,
            @Value("${orderway.mail.domain}") String mailDomain) {
        this.orders = orders;
        this.customers = customers;
        this.effects = effects;
        this.returns = returns;
        this.cancellations = cancellations;
        this.papers = papers;
        this.parcels = parcels;
        this.templates = templates;
        this.mapper = mapper;
        this.mailDomain = mailDomain;
    }

    /** Whether customers are told of this kind of event: there is a template for it. */
    @ReadsOnly
    public boolean tells(String type) {
        return type != null && templates.facts().contains(type);
    }

    /**
     * Commits the intent to tell a fact on each channel the customer wants. An open intent is sent again, under the same key:
     * a mail server cannot be asked, and the others know the key.
     *
     * @throws IllegalTransition when the event says of the order what is not so
     * @return what is not known to be sent; nothing when it was sent before, when it is no news any more, or when the customer
     *     gave no address (which the journal then says)
     */
    @Transactional
    public List<Message> intend(Event event) {
        Order order = orders.find(event.orderId()).orElseThrow(() -> new UnknownOrder(event.orderId()));
        disbelieve(event, order);
        if (isOutdated(event, order)) {
            return List.of();
        }
        Customers.Reach reach = customers.reach(order.customer().id());
        List<Message> open = new ArrayList<>();
        // The mail comes last: of several channels that fail, it decides what becomes of the event.
        if (reach.phone() != null) {
            tell(open, event, order, reach, SMS, reach.phone());
        }
        if (reach.deviceToken() != null) {
            tell(open, event, order, reach, PUSH, reach.deviceToken());
        }
        boolean isReached = reach.phone() != null || reach.deviceToken() != null;
        if (reach.mail() || !isReached || event.type().equals(INVOICED)) {
            tell(open, event, order, reach, MAIL, order.customer().email());
        }
        return open;
    }

    private void tell(
            List<Message> open, Event event, Order order, Customers.Reach reach, String channel, String address) {
        String key = channel + "-" + occurrence(event);
        if (effects.intend(key, channel, order.id()).isKnown()) {
            return;
        }
        if (address == null) {
            effects.known(key, mapper.valueToTree(Map.of("about", event.type(), "sent", false)));
            return;
        }
        String fact = event.type().equals(CREATED) ? CONFIRMATION : event.type();
        String locale = Objects.requireNonNullElse(
                reach.locale(), Objects.toString(order.customer().locale(), ""));
        Templates.Rendered said = templates.render(fact, channel, event, order, locale);
        open.add(new Message(
                key,
                channel,
                event.type(),
                "<" + event.id() + "@" + mailDomain + ">",
                address,
                said.subject(),
                said.text(),
                said.html(),
                channel.equals(MAIL) && event.type().equals(INVOICED)
                        ? papers.invoice(order.id()).orElseThrow()
                        : null));
    }

    /** What makes the fact single: a stranger who tells it again, as another message, tells nothing new. */
    private static String occurrence(Event event) {
        String operation =
                switch (event.type()) {
                    case "order.refunded" -> null;
                    case "order.refund_due" -> event.text("payout");
                    case "order.returned" -> event.text("returnId");
                    case "order.shipped" -> event.text("trackingNumber");
                    case DELAYED -> event.text("promisedBy");
                    default -> EventIds.ONCE;
                };
        return operation == null ? event.id() : EventIds.of(event.orderId(), event.type(), operation);
    }

    /** Anybody may publish an event; a customer is told only what the order itself says. */
    private void disbelieve(Event event, Order order) {
        OrderStatus claimed =
                switch (event.type()) {
                    case "order.failed" -> OrderStatus.FAILED;
                    case "order.cancelled" -> OrderStatus.CANCELLED;
                    case "order.shipped" -> OrderStatus.SHIPPED;
                    case "order.delivered" -> OrderStatus.DELIVERED;
                    case "order.returned", "order.refunded" -> OrderStatus.RETURNED;
                    default -> OrderStatus.PAID;
                };
        boolean isSo =
                switch (event.type()) {
                    case "order.failed", "order.cancelled" -> order.status() == claimed;
                    case "order.shipped" -> parcels.has(order.id(), event.text("trackingNumber"));
                    case "order.delivered" -> order.status() == claimed || order.status() == OrderStatus.RETURNED;
                    case "order.returned" ->
                        returns.value(order.id(), UUID.fromString(event.text("returnId")))
                                .filter(value -> value.compareTo(amount(event, "value")) == 0)
                                .isPresent();
                    case "order.line_cancelled" ->
                        cancellations
                                .value(order.id(), UUID.fromString(event.text("cancellationId")))
                                .filter(value -> value.compareTo(amount(event, "value")) == 0)
                                .isPresent();
                    case "order.refunded" -> order.refunded().compareTo(amount(event, "amount")) >= 0;
                    case "order.refund_due" -> order.captured().compareTo(amount(event, "amount")) >= 0;
                    case INVOICED ->
                        papers.invoiceNumber(order.id())
                                .filter(number -> number.equals(event.text("invoice")))
                                .isPresent();
                    default -> true;
                };
        if (!isSo) {
            throw new IllegalTransition(order.id(), order.status(), claimed);
        }
    }

    private static BigDecimal amount(Event event, String field) {
        return event.body().path(field).decimalValue();
    }

    private static boolean isOutdated(Event event, Order order) {
        boolean isGivenUp = order.status().isStopped() || order.status() == OrderStatus.CANCELLING;
        return switch (event.type()) {
            case CREATED -> isGivenUp;
            case DELAYED -> isGivenUp || order.status() == OrderStatus.DELIVERED;
            default -> false;
        };
    }

    /** The other side took it. */
    @Transactional
    public void sent(Message message) {
        effects.known(message.key(), mapper.valueToTree(Map.of("about", message.about(), "sent", true)));
    }
}
