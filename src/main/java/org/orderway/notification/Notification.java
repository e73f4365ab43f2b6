package org.orderway.notification;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.orderway.messages.Event;
import org.orderway.orders.Effects;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.Order;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.Papers;
import org.orderway.orders.Returns;
import org.orderway.orders.UnknownOrder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Tells customers the facts of their order: one template a fact, at most one mail an event. */
@Component("notification")
public class Notification {

    private static final String CREATED = "order.created";
    private static final String INVOICED = "order.invoiced";

    /** Sent some time after the order was created, through a queue of its own. */
    private static final String CONFIRMATION = "order.confirmed";

    private final Orders orders;
    private final Effects effects;
    private final Returns returns;
    private final Papers papers;
    private final MailTemplates templates;
    private final ObjectMapper mapper;
    private final String mailDomain;
    private final Set<String> told;

    Notification(
            Orders orders,
            Effects effects,
            Returns returns,
            Papers papers,
            MailTemplates templates,
            ObjectMapper mapper,
            @Value("${orderway.mail.domain}") String mailDomain)
            throws IOException {
        this.orders = orders;
        this.effects = effects;
        this.returns = returns;
        this.papers = papers;
        this.templates = templates;
        this.mapper = mapper;
        this.mailDomain = mailDomain;
        // Looked up once: finding out in a jar of jars that there is no such file takes long.
        this.told = Arrays.stream(new PathMatchingResourcePatternResolver().getResources("classpath*:mail/*.html"))
                .map(Resource::getFilename)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether customers are told of this kind of event: there is a template for it. */
    public boolean tells(String type) {
        return type != null && told.contains(type + ".html");
    }

    /**
     * Commits the intent to send the mail of an event. An open intent is sent again, under the same Message-ID: a mail
     * server cannot be asked.
     *
     * @throws IllegalTransition when the event says of the order what is not so
     * @return null when the mail was sent before, when the order to be confirmed came to nothing meanwhile, or when the
     *     customer gave no address (which the journal then says)
     */
    @Transactional
    public Mail intend(Event event) {
        Order order = orders.find(event.orderId()).orElseThrow(() -> new UnknownOrder(event.orderId()));
        disbelieve(event, order, "order.failed", OrderStatus.FAILED);
        disbelieve(event, order, "order.cancelled", OrderStatus.CANCELLED);
        disbelieveMoney(event, order);
        disbelieveInvoice(event, order);
        if (event.type().equals(CREATED) && !isStillWanted(order)) {
            return null;
        }
        String key = "mail-" + event.id();
        Effects.Intent intent = effects.intend(key, "mail", order.id());
        if (intent.isKnown()) {
            return null;
        }
        if (order.customer().email() == null) {
            effects.known(key, mapper.valueToTree(Map.of("about", event.type(), "sent", false)));
            return null;
        }
        MailTemplates.Rendered rendered = templates.render(
                event.type().equals(CREATED) ? CONFIRMATION : event.type(), event, order, Locale.ENGLISH);
        return new Mail(
                key,
                "<" + event.id() + "@" + mailDomain + ">",
                order.customer().email(),
                rendered.subject(),
                rendered.text(),
                rendered.html(),
                event.type().equals(INVOICED) ? papers.invoice(order.id()).orElseThrow() : null);
    }

    /** Anybody may publish an event; a customer is told only what the order itself says. */
    private static void disbelieve(Event event, Order order, String type, OrderStatus status) {
        if (event.type().equals(type) && order.status() != status) {
            throw new IllegalTransition(order.id(), order.status(), status);
        }
    }

    private void disbelieveMoney(Event event, Order order) {
        boolean isSo =
                switch (event.type()) {
                    case "order.returned" ->
                        returns.value(order.id(), UUID.fromString(event.text("returnId")))
                                .filter(value -> value.compareTo(amount(event, "value")) == 0)
                                .isPresent();
                    case "order.refunded" -> order.refunded().compareTo(amount(event, "amount")) >= 0;
                    default -> true;
                };
        if (!isSo) {
            throw new IllegalTransition(order.id(), order.status(), OrderStatus.RETURNED);
        }
    }

    private void disbelieveInvoice(Event event, Order order) {
        if (event.type().equals(INVOICED)
                && papers.invoiceNumber(order.id())
                        .filter(number -> number.equals(event.text("invoice")))
                        .isEmpty()) {
            throw new IllegalTransition(order.id(), order.status(), OrderStatus.PAID);
        }
    }

    private static BigDecimal amount(Event event, String field) {
        return event.body().path(field).decimalValue();
    }

    private static boolean isStillWanted(Order order) {
        return !order.status().isStopped() && order.status() != OrderStatus.CANCELLING;
    }

    /** The mail server took it. */
    @Transactional
    public void sent(Mail mail, Event event) {
        effects.known(mail.key(), mapper.valueToTree(Map.of("about", event.type(), "sent", true)));
    }
}
