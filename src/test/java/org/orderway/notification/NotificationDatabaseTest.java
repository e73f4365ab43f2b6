package org.orderway.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Delivery;
import org.orderway.messages.Event;
import org.orderway.orders.Customers;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.OrderRequest;
import org.orderway.orders.OrderView;
import org.orderway.orders.UnknownOrder;
import org.orderway.testing.DatabaseTest;
import org.orderway.testing.EventBodies;
import org.springframework.beans.factory.annotation.Autowired;

class NotificationDatabaseTest extends DatabaseTest {

    @Autowired
    private Notification notification;

    @Autowired
    private RequestedMessages requestedMessages;

    @Autowired
    private Customers customers;

    @Autowired
    private OrderView view;

    private UUID order;

    @BeforeEach
    void shipped() {
        order = placed("W-1", line(1, "A", 3));
        status(order, "SHIPPED");
        jdbc.sql(
                        """
                        insert into shipments (order_id, carrier, shipment_id, tracking_number, label)
                        values (?, 'Parcels', 'sh_1', 'OW1GB', 'L')
                        """)
                .param(order)
                .update();
    }

    // --- whom, on which channels, how often

    @Test
    void aCustomerWithoutPreferencesGetsAMailOnceHoweverOftenTheFactComes() {
        Message mail = only(notification.intend(fact("order.shipped")));

        assertThat(mail.channel()).isEqualTo("mail");
        assertThat(mail.to()).isEqualTo("ada@example.org");
        assertThat(mail.messageId()).isEqualTo("<event-order.shipped@orderway.invalid>");
        assertThat(mail.html()).contains("href=\"http://127.0.0.1:8080/simulators/carrier/tracking/OW1GB\"");
        assertThat(only(notification.intend(fact("order.shipped"))))
                .as("not known to be sent, it is sent again under the same key")
                .isEqualTo(mail);

        notification.sent(mail);

        assertThat(notification.intend(fact("order.shipped"))).isEmpty();
        assertThat(notification.intend(as("another-message", fact("order.shipped"))))
                .as("the same fact again, as another message")
                .isEmpty();
        assertThat(count("effects")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"order.payment_success", "order.created"})
    void aFactThatHappensOnceIsToldOnceWhateverTheMessagesAreCalled(String type) {
        notification.sent(only(notification.intend(fact(type))));

        assertThat(notification.intend(as("another-message", fact(type)))).isEmpty();
    }

    @Test
    void eachChannelTheCustomerWantsIsToldOnceAndWhatFailedIsTriedAlone() {
        prefer("{\"channels\": {\"sms\": {\"phone\": \"+447700900123\"}, \"app\": {\"deviceToken\": \"d-1\"}}}");

        List<Message> all = notification.intend(fact("order.shipped"));
        assertThat(all).extracting(Message::channel).containsExactly("sms", "push", "mail");
        assertThat(all).extracting(Message::to).containsExactly("+447700900123", "d-1", "ada@example.org");
        assertThat(all).extracting(Message::key).doesNotHaveDuplicates();
        assertThat(all.get(0).request()).containsOnlyKeys("to", "text");
        assertThat(all.get(1).request()).containsOnlyKeys("to", "subject", "text");
        notification.sent(all.get(0));
        notification.sent(all.get(2));

        assertThat(notification.intend(fact("order.shipped"))).containsExactly(all.get(1));
        assertThat(told()).containsExactlyInAnyOrder("sms order.shipped sent", "mail order.shipped sent");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"channels\": {\"mail\": false, \"sms\": {\"phone\": \"+447700900123\"}}}  | sms",
                "{\"channels\": {\"mail\": false, \"app\": {\"deviceToken\": \"d-1\"}}}      | push",
                "{\"channels\": {\"mail\": false}}                                           | mail",
                "{\"promotions\": false}                                                     | mail",
            })
    void whoWantsNoMailGetsTheOthersAndWhoWantsNothingGetsMail(String preferences, String channel) {
        prefer(preferences);

        assertThat(notification.intend(fact("order.shipped")))
                .extracting(Message::channel)
                .containsExactly(channel);
    }

    @Test
    void theInvoiceComesByMailWhateverElseIsWanted() {
        prefer("{\"channels\": {\"mail\": false, \"sms\": {\"phone\": \"+447700900123\"}}}");
        invoiced("2026-000001");

        List<Message> told = notification.intend(fact("order.invoiced"));

        assertThat(told).extracting(Message::channel).containsExactly("sms", "mail");
        assertThat(told.get(0).paper()).isNull();
        assertThat(told.get(1).paper().fileName()).isEqualTo("2026-000001.pdf");
    }

    @Test
    void aCustomerWithoutAnAddressIsSaidToHaveNone() {
        jdbc.sql("update orders set customer_email = null").update();

        assertThat(notification.intend(fact("order.shipped"))).isEmpty();

        assertThat(told()).containsExactly("mail order.shipped not sent: no address, or not wanted");
    }

    @Test
    void twoReturnsAreTwoFactsAndSoAreTwoDelays() {
        notification.sent(only(notification.intend(delayed("2026-11-22T18:00:00Z"))));
        assertThat(notification.intend(as("again", delayed("2026-11-22T18:00:00Z"))))
                .isEmpty();
        assertThat(notification.intend(as("later", delayed("2026-11-29T18:00:00Z"))))
                .hasSize(1);

        for (int n = 1; n <= 2; n++) {
            UUID returned = UUID.randomUUID();
            jdbc.sql("insert into returns (id, order_id, request, reason, value) values (?, ?, 'A', 'damaged', 2.5)")
                    .params(returned, order)
                    .update();
            Event event = event("order.returned", order, Map.of("returnId", returned.toString(), "value", 2.5));
            notification.sent(only(notification.intend(event)));
            assertThat(notification.intend(as("again", event))).isEmpty();
        }
    }

    // --- in which language

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-,     -,  Your order W-1 is on its way",
                "de-AT, -,  Ihre Bestellung W-1 ist unterwegs",
                "fr,    -,  Your order W-1 is on its way",
                "-,     de, Ihre Bestellung W-1 ist unterwegs",
                "de,    en, Your order W-1 is on its way",
                "en,    de, Ihre Bestellung W-1 ist unterwegs"
            })
    void whatTheCustomerPrefersCountsBeforeWhatTheOrderSays(String ordered, String preferred, String subject) {
        jdbc.sql("update orders set customer_locale = ?").param(ordered).update();
        if (preferred != null) {
            prefer("{\"locale\": \"" + preferred + "\"}");
        }

        assertThat(only(notification.intend(fact("order.shipped"))).subject()).isEqualTo(subject);
    }

    @Test
    void theLanguageOfAnOrderIsKeptWithIt() {
        OrderRequest plain = request("W-2");
        OrderRequest.Customer ada = plain.customer();
        UUID german = intake.accept(
                        new OrderRequest(
                                plain.number(),
                                false,
                                new OrderRequest.Customer(ada.id(), ada.name(), ada.email(), "de"),
                                plain.shipTo(),
                                plain.payment(),
                                plain.currency(),
                                plain.lines()),
                        List.of(line(1, "A", 1)),
                        "normal",
                        null)
                .id();

        assertThat(only(notification.intend(event("order.created", german, Map.of())))
                        .subject())
                .isEqualTo("Wir haben Ihre Bestellung W-2 erhalten");
    }

    // --- what is believed

    @Test
    void anInvoiceNobodyIssuedIsNotSent() {
        disbelieved(fact("order.invoiced"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-000002", "2025-000001"})
    void anInvoiceOfAnotherNumberIsNotSent(String number) {
        invoiced("2026-000001");

        disbelieved(event("order.invoiced", order, Map.of("invoice", number)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "order.failed",
                "order.cancelled",
                "order.delivered",
                "order.returned",
                "order.refunded",
                "order.refund_due"
            })
    void whatIsNotSoIsNotTold(String type) {
        disbelieved(fact(type));
    }

    @Test
    void aParcelOfSomebodyElseIsNotTold() {
        disbelieved(event("order.shipped", order, Map.of("trackingNumber", "OW2GB")));
    }

    @Test
    void aDeliveryIsToldAlsoWhenTheGoodsCameBackBefore() {
        status(order, "DELIVERED");
        Message delivered = only(notification.intend(fact("order.delivered")));
        assertThat(delivered.text()).contains("November 21, 2026", "£17.85 at the door");

        status(order, "RETURNED");
        assertThat(notification.intend(fact("order.delivered"))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CANCELLING", "CANCELLED", "FAILED", "RETURNED", "DELIVERED"})
    void aDelayIsNoNewsOfAnOrderThatIsThereOrWillNotCome(String status) {
        status(order, status);

        assertThat(notification.intend(delayed("2026-11-22T18:00:00Z"))).isEmpty();
        assertThat(count("effects")).isZero();
    }

    // --- what other systems ask for

    @ParameterizedTest
    @CsvSource({"mail, ada@example.org", "sms, +447700900123", "push, d-1"})
    void whatIsAskedForGoesToTheCustomerOfTheOrderOnce(String channel, String to) {
        prefer("{\"promotions\": false, \"channels\": {\"mail\": false, \"sms\": {\"phone\": \"+447700900123\"},"
                + " \"app\": {\"deviceToken\": \"d-1\"}}}");

        Message message = only(ask(channel, "m-1", Map.of("orderId", order.toString())));

        assertThat(message.to()).isEqualTo(to);
        assertThat(message.text()).isEqualTo("Which <b>colour</b>?");
        assertThat(message.html()).isEqualTo(channel.equals("mail") ? "<p>Which &lt;b&gt;colour&lt;/b&gt;?</p>" : null);
        assertThat(message.key()).matches(channel + "-[0-9a-f-]{36}");
        notification.sent(message);
        assertThat(ask(channel, "m-1", Map.of("orderId", order.toString()))).isEmpty();
        assertThat(told()).containsExactly(channel + " order.notification." + channel + " sent");
    }

    @Test
    void whatIsAskedForMayGoToAnAddressOfNoOrder() {
        Message message = only(ask("sms", "m\r\n1", Map.of("to", "+4912345678")));

        assertThat(message.to()).isEqualTo("+4912345678");
        assertThat(message.key()).doesNotContain("\r", "\n");
        notification.sent(message);
        assertThat(ask("sms", "m\r\n1", Map.of("to", "+4912345678"))).isEmpty();
        assertThat(ask("sms", "m-2", Map.of("to", "+4912345678"))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mail | {}                                    | true",
                "mail | {\"promotions\": false}               | false",
                "mail | {\"channels\": {\"mail\": false}}     | false",
                "sms  | {}                                    | false",
                "sms  | {\"channels\": {\"sms\": {\"phone\": \"+447700900123\"}}} | true",
                "sms  | {\"promotions\": false, \"channels\": {\"sms\": {\"phone\": \"+447700900123\"}}} | false",
            })
    void aPromotionGoesOnlyToWhoWantsPromotionsOnThatChannel(String channel, String preferences, boolean goes) {
        prefer(preferences);

        assertThat(ask(channel, "m-1", Map.of("orderId", order.toString(), "kind", "promotion")))
                .hasSize(goes ? 1 : 0);
    }

    @Test
    void anOrderNobodyKnowsHasNoCustomer() {
        Map<String, Object> nobody = Map.of("orderId", UUID.randomUUID().toString());

        assertThatThrownBy(() -> ask("mail", "m-1", nobody)).isInstanceOf(UnknownOrder.class);
        assertThat(count("effects")).isZero();
    }

    private List<Message> ask(String channel, String messageId, Map<String, Object> more) {
        String type = "order.notification." + channel;
        Map<String, Object> body = EventBodies.of(type, order);
        body.remove("orderId");
        body.put("text", "Which <b>colour</b>?");
        body.putAll(more);
        ObjectNode request = mapper.valueToTree(body);
        Delivery delivery = new Delivery(
                "notification_queue",
                type,
                messageId,
                type,
                null,
                Instant.EPOCH,
                "application/json",
                0,
                Map.of(),
                request.toString().getBytes(StandardCharsets.UTF_8));
        return requestedMessages.intend(delivery, request);
    }

    private void disbelieved(Event event) {
        assertThatThrownBy(() -> notification.intend(event)).isInstanceOf(IllegalTransition.class);
        assertThat(count("effects")).isZero();
    }

    private void prefer(String preferences) {
        try {
            customers.prefer("c-1", mapper.readTree(preferences));
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private void invoiced(String number) {
        jdbc.sql(
                        """
                        insert into invoices (number, order_id, issued_at, currency, total, content)
                        values (:number, :order, now(), 'GBP', :total, cast(:content as jsonb))
                        """)
                .param("number", number)
                .param("order", order)
                .param("total", new BigDecimal("7.5"))
                .param(
                        "content",
                        """
                        {"number": "%s", "issuedAt": "2026-11-20T10:00:00Z", "date": "2026-11-20", "order": "W-1",
                         "seller": ["Shop"], "customer": ["Ada"], "lines": [], "currency": "GBP", "total": 7.5,
                         "payment": "prepaid"}
                        """
                                .formatted(number))
                .update();
    }

    private Event fact(String type) {
        return event(type, order, Map.of());
    }

    private Event delayed(String promisedBy) {
        return event("order.delayed", order, Map.of("promisedBy", promisedBy));
    }

    private static Event as(String id, Event event) {
        return new Event(id, event.type(), event.orderId(), event.occurredAt(), event.body());
    }

    private static Message only(List<Message> messages) {
        assertThat(messages).hasSize(1);
        return messages.get(0);
    }

    /** What the order's page says of messages. */
    private List<String> told() {
        return ((List<?>) view.read(order.toString()).get("timeline"))
                .stream()
                        .map(org.orderway.orders.Timeline.Entry.class::cast)
                        .map(entry -> entry.event() + " " + entry.detail())
                        .toList();
    }
}
