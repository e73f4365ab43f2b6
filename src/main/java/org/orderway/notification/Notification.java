package org.orderway.notification;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.orderway.messages.Event;
import org.orderway.orders.Effects;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.Order;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.orderway.orders.UnknownOrder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Tells customers the facts of their order: one template a fact, at most one mail an event. */
@Component("notification")
public class Notification {

    private final Orders orders;
    private final Effects effects;
    private final MailTemplates templates;
    private final ObjectMapper mapper;
    private final String mailDomain;
    private final Set<String> told;

    Notification(
            Orders orders,
            Effects effects,
            MailTemplates templates,
            ObjectMapper mapper,
            @Value("${orderway.mail.domain}") String mailDomain)
            throws IOException {
        this.orders = orders;
        this.effects = effects;
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
     * @throws IllegalTransition when the event says the order failed and the order does not
     * @return null when the mail was sent before, or when the customer gave no address (which the journal then says)
     */
    @Transactional
    public Mail intend(Event event) {
        Order order = orders.find(event.orderId()).orElseThrow(() -> new UnknownOrder(event.orderId()));
        if (event.type().equals("order.failed") && order.status() != OrderStatus.FAILED) {
            throw new IllegalTransition(order.id(), order.status(), OrderStatus.FAILED);
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
        MailTemplates.Rendered rendered = templates.render(event, order, Locale.ENGLISH);
        return new Mail(
                key,
                "<" + event.id() + "@" + mailDomain + ">",
                order.customer().email(),
                rendered.subject(),
                rendered.text(),
                rendered.html());
    }

    /** The mail server took it. */
    @Transactional
    public void sent(Mail mail, Event event) {
        effects.known(mail.key(), mapper.valueToTree(Map.of("about", event.type(), "sent", true)));
    }
}
