package org.orderway.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.attachment.AttachmentMessage;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.Papers;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({
    "notification-tell",
    "notification-confirm",
    "tell-fact",
    "pass-message-on",
    "send-messages",
    "send-message",
    "compose-mail",
    "mails-list"
})
class NotificationRouteTest extends RouteTest {

    private final Message mail = message("mail", "ada@example.org", null);
    private final Message sms = message("sms", "+447700900123", null);
    private final Message push = message("push", "device-1", null);

    @BeforeEach
    void theShipmentIsToldAndOtherSystemsMayAsk() {
        when(notification.tells("order.shipped")).thenReturn(true);
        when(requestedMessages.asks(argThat(type -> type != null && type.startsWith("order.notification."))))
                .thenReturn(true);
    }

    @Test
    void sendsOneMailWithNothingInItsHeadersButOurs() {
        when(notification.intend(any())).thenReturn(List.of(mail));

        Exchange done = deliver(
                "notification-tell",
                shipped()
                        .with("To", "everybody@example.org")
                        .with("Bcc", "x@example.org")
                        .with("Subject", "Win"));

        assertThat(done.getException()).isNull();
        assertThat(end("post-mail-smtp").getReceivedCounter()).isEqualTo(1);
        var sent = end("post-mail-smtp").getExchanges().get(0).getMessage();
        assertThat(sent.getHeaders())
                .containsOnly(
                        Map.entry("To", "ada@example.org"),
                        Map.entry("Subject", "On its way"),
                        Map.entry("Message-ID", "<message-1@shop>"),
                        Map.entry("CamelMailAlternativeBody", "plain"));
        assertThat(sent.getBody()).isEqualTo("<p>html</p>");
        assertThat(sent.getExchange().getMessage(AttachmentMessage.class).hasAttachments())
                .isFalse();
        verify(notification, times(1)).intend(argThat(event -> event.type().equals("order.shipped")));
        verify(notification, times(1)).sent(mail);
        assertThat(published()).isEmpty();
    }

    @Test
    void tellsAFactOnEveryChannelUnderTheKeyOfEach() {
        when(notification.intend(any())).thenReturn(List.of(sms, push, mail));

        Exchange done = deliver("notification-tell", shipped().with("Authorization", "of somebody"));

        assertThat(done.getException()).isNull();
        for (String channel : List.of("sms", "push")) {
            assertThat(end("post-" + channel + "-call").getReceivedCounter()).isEqualTo(1);
            var request = end("post-" + channel + "-call").getExchanges().get(0).getMessage();
            assertThat(request.getHeaders())
                    .containsOnly(
                            Map.entry("CamelHttpMethod", "POST"),
                            Map.entry("Content-Type", "application/json"),
                            Map.entry("Idempotency-Key", (channel.equals("sms") ? sms : push).key()));
            assertThat(request.getBody(String.class)).contains("\"text\":\"plain\"");
        }
        assertThat(end("post-mail-smtp").getReceivedCounter()).isEqualTo(1);
        List.of(sms, push, mail)
                .forEach(message -> verify(notification, times(1)).sent(message));
    }

    @Test
    void aChannelThatFailsHoldsNoOtherUpAndIsTriedAgainAlone() {
        when(notification.intend(any())).thenReturn(List.of(sms, push, mail), List.of(sms));
        end("post-sms-call").whenAnyExchangeReceived(failed -> {
            throw new HttpOperationFailedException("http://sms", 500, "x", null, Map.of(), "x");
        });

        Exchange done = deliver("notification-tell", shipped());

        assertThat(done.getException()).isNull();
        assertThat(end("post-push-call").getReceivedCounter()).isEqualTo(1);
        assertThat(end("post-mail-smtp").getReceivedCounter()).isEqualTo(1);
        assertThat(end("post-sms-call").getReceivedCounter()).isEqualTo(3);
        verify(notification, never()).sent(sms);
        verify(notification, times(1)).sent(push);
        verify(notification, times(1)).sent(mail);
        assertThat(published()).singleElement().satisfies(retry -> assertThat(retry.routingKey())
                .isEqualTo("notification_retry_5s_queue"));
    }

    @Test
    void theSameMessageInTwoHandsIsSentOnce() {
        // Both deliveries asked what is to be sent before either was known to be sent.
        when(notification.intend(any())).thenReturn(List.of(mail), List.of(mail));

        deliver("notification-tell", shipped());
        Exchange second = deliver("notification-tell", shipped());

        assertThat(second.getException()).isNull();
        assertThat(end("post-mail-smtp").getReceivedCounter()).isEqualTo(1);
        verify(notification, times(1)).sent(mail);
    }

    @Test
    void sendsAnInvoiceAlongWithItsMail() throws Exception {
        byte[] pdf = {'%', 'P', 'D', 'F'};
        when(notification.tells("order.invoiced")).thenReturn(true);
        when(notification.intend(any()))
                .thenReturn(List.of(message("mail", "ada@example.org", new Papers.Paper("2026-000001", pdf))));

        Exchange done = deliver("notification-tell", Incoming.event("notification_queue", "order.invoiced", orderId));

        assertThat(done.getException()).isNull();
        var attached = end("post-mail-smtp")
                .getExchanges()
                .get(0)
                .getMessage(AttachmentMessage.class)
                .getAttachments();
        assertThat(attached).containsOnlyKeys("2026-000001.pdf");
        assertThat(attached.get("2026-000001.pdf").getContentType()).isEqualTo("application/pdf");
        assertThat(attached.get("2026-000001.pdf").getInputStream()).hasBinaryContent(pdf);
    }

    @Test
    void confirmsAnOrderWhenItsDelayIsOver() {
        when(notification.intend(any())).thenReturn(List.of(mail));

        Exchange done = deliver("notification-confirm", Incoming.event("confirmation_queue", "order.created", orderId));

        assertThat(done.getException()).isNull();
        assertThat(end("post-mail-smtp").getReceivedCounter()).isEqualTo(1);
        verify(notification, times(1)).intend(argThat(event -> event.type().equals("order.created")));
        verify(notification, times(1)).sent(mail);
    }

    @ParameterizedTest
    @ValueSource(strings = {"order.created", "order.inventory_checked", "order.never_heard_of", ""})
    void leavesOtherFactsAlone(String type) {
        Exchange done = deliver("notification-tell", Incoming.raw("notification_queue", type, "no json"));

        assertThat(done.getException()).isNull();
        verify(notification, never()).intend(any());
        verify(requestedMessages, never()).intend(any(), any());
        assertThat(end("post-mail-smtp").getReceivedCounter()).isZero();
        assertThat(published()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"mail, post-mail-smtp", "sms, post-sms-call", "push, post-push-call"})
    void sendsWhatAnotherSystemAsksFor(String channel, String end) {
        Message asked = message(channel, "somebody", null);
        when(requestedMessages.intend(any(), any())).thenReturn(List.of(asked));

        Exchange done = deliver(
                "notification-tell", Incoming.event("notification_queue", "order.notification." + channel, orderId));

        assertThat(done.getException()).isNull();
        assertThat(end(end).getReceivedCounter()).isEqualTo(1);
        verify(requestedMessages, times(1))
                .intend(
                        argThat(delivery -> delivery.type().equals("order.notification." + channel)),
                        argThat(body -> body.path("text").asText().equals("Which colour?")));
        verify(notification, times(1)).sent(asked);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mail | no json",
                "mail | {\"subject\": \"S\", \"text\": \"T\"}",
                "mail | {\"to\": \"ada@example.org\", \"text\": \"no subject\"}",
                "mail | {\"to\": \"ada\", \"subject\": \"S\", \"text\": \"T\"}",
                "mail | {\"to\": \"ada@example.org\", \"subject\": \"S\\r\\nBcc: x@example.org\", \"text\": \"T\"}",
                "mail | {\"orderId\": \"7\", \"subject\": \"S\", \"text\": \"T\"}",
                "mail | {\"to\": \"ada@example.org\", \"subject\": \"S\", \"text\": \"T\", \"kind\": \"promotion\"}",
                "mail | {\"to\": \"ada@example.org\", \"subject\": \"S\", \"text\": \"T\", \"kind\": \"joke\"}",
                "sms  | {\"to\": \"ada@example.org\", \"text\": \"T\"}",
                "sms  | {\"to\": \"+447700900123\", \"text\": \" \"}",
                "push | {\"to\": \"device-1\", \"text\": \"no subject\"}",
                "fax  | {\"to\": \"+447700900123\", \"subject\": \"S\", \"text\": \"T\"}",
                "fax.now | {\"to\": \"+447700900123\", \"subject\": \"S\", \"text\": \"T\"}",
            })
    void whatCannotBeReadIsADeadLetterAtOnce(String channel, String body) {
        Exchange done =
                deliver("notification-tell", Incoming.raw("notification_queue", "order.notification." + channel, body));

        assertThat(done.getException()).isNull();
        verify(requestedMessages, never()).intend(any(), any());
        assertThat(published())
                .filteredOn(message -> message.exchange().equals("order_dead"))
                .extracting(OutgoingMessage::routingKey)
                .containsExactly("notification_dlq");
    }

    @Test
    void sendsNoSecondMailAndNoneWithoutAnAddress() {
        when(notification.intend(any())).thenReturn(List.of());

        Exchange done = deliver("notification-tell", shipped());

        assertThat(done.getException()).isNull();
        verify(notification, times(1)).intend(any());
        verify(notification, never()).sent(any());
        assertThat(end("post-mail-smtp").getReceivedCounter()).isZero();
    }

    @Test
    void doesNotTakeAMailForSentThatTheServerRefused() {
        when(notification.intend(any())).thenReturn(List.of(mail));
        end("post-mail-smtp").whenAnyExchangeReceived(refused -> {
            throw new jakarta.mail.MessagingException("ada@example.org: 451");
        });

        Exchange done = deliver("notification-tell", shipped());

        assertThat(done.getException()).isNull();
        assertThat(end("post-mail-smtp").getReceivedCounter()).isEqualTo(3);
        verify(notification, never()).sent(any());
        assertThat(published()).singleElement().satisfies(retry -> {
            assertThat(retry.routingKey()).isEqualTo("notification_retry_5s_queue");
            assertThat(retry.headers().get("failure-reason")).isEqualTo("MessagingException");
        });
        assertThat(published()).extracting(OutgoingMessage::exchange).containsExactly("order_retry");
    }

    @Test
    void listsCaughtMails() throws Exception {
        when(mails.list())
                .thenReturn(List.of(new Mails.CaughtMail(
                        "1", "ada@example.org", "Hello", "2026-11-20T10:00:00Z", "t", "h", List.of())));

        JsonNode answer = new ObjectMapper()
                .readTree(call("listMails", null, Map.of()).getMessage().getBody(String.class));

        assertThat(answer.get(0).get("subject").asText()).isEqualTo("Hello");
        verify(mails, times(1)).list();
    }

    @Test
    void saysThatMailsAreNotCaughtHere() {
        when(mails.list()).thenThrow(new Mails.NoCaughtMails());

        assertThat(call("listMails", null, Map.of()).getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE))
                .isEqualTo(404);
    }

    private static Message message(String channel, String to, Papers.Paper paper) {
        return new Message(
                channel + "-" + UUID.randomUUID(),
                channel,
                "order.shipped",
                "<message-1@shop>",
                to,
                channel.equals("sms") ? null : "On its way",
                "plain",
                channel.equals("mail") ? "<p>html</p>" : null,
                paper);
    }

    private Incoming shipped() {
        return Incoming.event("notification_queue", "order.shipped", orderId);
    }
}
