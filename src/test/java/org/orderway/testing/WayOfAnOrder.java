package org.orderway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.orderway.inventory.Inventory;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.OrderProcessing;
import org.orderway.payment.Payment;
import org.orderway.shipping.Shipping;
import org.springframework.beans.factory.annotation.Autowired;

/** An order of three pieces for 7.50 GBP, brought on its way by the beans whose steps it takes. */
public abstract class WayOfAnOrder extends DatabaseTest {

    protected static final String TRACKING = "OW000000001GB";

    @Autowired
    protected Payment payment;

    @Autowired
    protected Shipping shipping;

    @Autowired
    private OrderProcessing processing;

    @Autowired
    private Inventory inventory;

    protected UUID order;

    @BeforeEach
    void placeIt() {
        jdbc.sql(
                        """
                        insert into products (sku, name, category, price, currency, stocked, received, on_hand)
                        values ('A', 'A', 'x', 1, 'GBP', true, 10, 10), ('B', 'B', 'x', 1, 'GBP', true, 10, 10)
                        """)
                .update();
        order = placed("S-1", line(1, "A", 2), line(2, "B", 1));
    }

    protected void paysAtTheDoor() {
        jdbc.sql("update orders set payment_method = 'cod', payment_token = null")
                .update();
    }

    /** Brings it to RECEIVED, CREATED, RESERVED, PAID (or PAYMENT_DUE) or SHIPPED. */
    protected void bring(String stage) {
        boolean isCash = column("payment_method").equals("cod");
        List<String> stages = List.of("RECEIVED", "CREATED", "RESERVED", isCash ? "PAYMENT_DUE" : "PAID", "SHIPPED");
        List<Runnable> steps = List.of(
                () -> processing.create(order),
                () -> inventory.reserve(event("order.created", order, Map.of())),
                isCash
                        ? () -> payment.due(event("payment.requested", order, Map.of()))
                        : () -> payment.settle(
                                payment.intend(event("payment.requested", order, Map.of())),
                                json("{\"status\": \"captured\", \"chargeId\": \"ch_1\", \"amount\": 7.5}")),
                () -> shipping.settle(
                        shipping.intend(event("order.payment_success", order, Map.of())),
                        json("{\"carrier\": \"P\", \"shipmentId\": \"s\", \"trackingNumber\": \"" + TRACKING
                                + "\", \"label\": \"L\"}")));
        steps.subList(0, stages.indexOf(stage)).forEach(Runnable::run);
        assertThat(statusOf(order)).isEqualTo(stage);
    }

    /** Payment state, captured and refunded. */
    protected String money() {
        return column("payment_state || ' ' || trim_scale(captured) || ' ' || trim_scale(refunded)");
    }

    protected String column(String expression) {
        return jdbc.sql("select " + expression + " from orders where id = ?")
                .param(order)
                .query(String.class)
                .single();
    }

    protected static List<String> told(List<Outbox.Entry> entries) {
        return new ArrayList<>(
                entries.stream().map(entry -> entry.message().type()).toList());
    }

    protected JsonNode body(List<Outbox.Entry> entries, String type) {
        return body(entries.stream()
                .map(Outbox.Entry::message)
                .filter(message -> message.type().equals(type))
                .findFirst()
                .orElseThrow());
    }

    protected JsonNode body(OutgoingMessage message) {
        return json(new String(message.body(), StandardCharsets.UTF_8));
    }

    protected JsonNode json(String text) {
        try {
            return mapper.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    protected static BigDecimal amount(JsonNode body, String field) {
        return body.path(field).decimalValue();
    }
}
