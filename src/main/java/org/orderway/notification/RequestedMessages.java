package org.orderway.notification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.orderway.messages.Delivery;
import org.orderway.messages.EventIds;
import org.orderway.messages.PlainText;
import org.orderway.messages.ReadsOnly;
import org.orderway.orders.Customers;
import org.orderway.orders.Effects;
import org.orderway.orders.Order;
import org.orderway.orders.Orders;
import org.orderway.orders.UnknownOrder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Messages that other systems ask us to send on a channel, to the customer of an order or to the address they name. A
 * promotion goes only to customers who want promotions, and that channel; so it needs an order. Anything else always goes.
 */
@Component("requestedMessages")
public class RequestedMessages {

    private static final String PREFIX = "order.notification.";

    private final Orders orders;
    private final Customers customers;
    private final Effects effects;
    private final ObjectMapper mapper;
    private final String mailDomain;

    RequestedMessages(
            Orders orders,
            Customers customers,
            Effects effects,
            ObjectMapper mapper,
            @Value("${orderway.mail.domain}") String mailDomain) {
        this.orders = orders;
        this.customers = customers;
        this.effects = effects;
        this.mapper = mapper;
        this.mailDomain = mailDomain;
    }

    /** Whether this kind of message asks for one to be sent, on a channel that we may not even have. */
    @ReadsOnly
    public boolean asks(String type) {
        return type != null && type.startsWith(PREFIX);
    }

    /**
     * Commits the intent to send what is asked for; an open intent is sent again, under the same key.
     *
     * @param request a body that satisfies its schema
     * @return nothing when it was sent before, is not wanted, or has nowhere to go, which the journal then says
     * @throws UnknownOrder when there is no such order
     */
    @Transactional
    public List<Message> intend(Delivery delivery, JsonNode request) {
        String channel = delivery.type().substring(PREFIX.length());
        UUID orderId =
                request.has("orderId") ? UUID.fromString(request.get("orderId").asText()) : null;
        Order order = orderId == null ? null : orders.find(orderId).orElseThrow(() -> new UnknownOrder(orderId));
        // Anybody's message id may be anything; what leaves in a header is made of it.
        String id = EventIds.of(
                EventIds.namespace(orderId == null ? null : orderId.toString(), delivery.id()),
                delivery.type(),
                delivery.id());
        String key = channel + "-" + id;
        if (effects.intend(key, channel, orderId).isKnown()) {
            return List.of();
        }
        String to = address(channel, request, order);
        if (to == null) {
            effects.known(key, mapper.valueToTree(Map.of("about", delivery.type(), "sent", false)));
            return List.of();
        }
        String text = request.get("text").asText();
        return List.of(new Message(
                key,
                channel,
                delivery.type(),
                "<" + id + "@" + mailDomain + ">",
                to,
                channel.equals(Notification.SMS) ? null : request.get("subject").asText(),
                text,
                channel.equals(Notification.MAIL) ? PlainText.html(text) : null,
                null));
    }

    private String address(String channel, JsonNode request, Order order) {
        Customers.Reach reach =
                order == null ? null : customers.reach(order.customer().id());
        boolean isPromotion = request.path("kind").asText().equals("promotion");
        if (isPromotion && (!reach.promotions() || channel.equals(Notification.MAIL) && !reach.mail())) {
            return null;
        }
        if (request.has("to")) {
            return request.get("to").asText();
        }
        return switch (channel) {
            case Notification.SMS -> reach.phone();
            case Notification.PUSH -> reach.deviceToken();
            default -> order.customer().email();
        };
    }
}
