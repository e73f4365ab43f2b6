package org.orderway.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.attachment.AttachmentMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.Papers;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({"notification-tell", "notification-confirm", "send-mail", "compose-mail", "mails-list"})
class NotificationRouteTest extends RouteTest {

    private final Mail mail =
            new Mail("mail-1", "<message-1@shop>", "ada@example.org", "On its way", "plain", "<p>html</p>", null);

    @BeforeEach
    void onlyTheShipmentIsTold() {
        when(notification.tells("order.shipped")).thenReturn(true);
    }

    @Test
    void sendsOneMailWithNothingInItsHeadersButOurs() {
        when(notification.intend(any())).thenReturn(mail);

        Exchange done = deliver(
                "notification-tell",
                shipped()
                        .with("To", "everybody@example.org")
                        .with("Bcc", "x@example.org")
                        .with("Subject", "Win"));

        assertThat(done.getException()).isNull();
        assertThat(end("send-mail-smtp").getReceivedCounter()).isEqualTo(1);
        var sent = end("send-mail-smtp").getExchanges().get(0).getMessage();
        assertThat(sent.getHeaders())
                .containsOnly(
                        Map.entry("To", "ada@example.org"),
                        Map.entry("Subject", "On its way"),
                        Map.entry("Message-ID", "<message-1@shop>"),
                        Map.entry("CamelMailAlternativeBody", "plain"));
        assertThat(sent.getBody()).isEqualTo("<p>html</p>");
        verify(notification, times(1))
                .sent(eq(mail), argThat(event -> event.type().equals("order.shipped")));
        assertThat(published()).isEmpty();
    }

    @Test
    void sendsAnInvoiceAlongWithItsMail() throws Exception {
        byte[] pdf = {'%', 'P', 'D', 'F'};
        when(notification.tells("order.invoiced")).thenReturn(true);
        when(notification.intend(any()))
                .thenReturn(new Mail(
                        "mail-2",
                        "<message-2@shop>",
                        "ada@example.org",
                        "Your invoice",
                        "plain",
                        "<p>html</p>",
                        new Papers.Paper("2026-000001", pdf)));

        Exchange done = deliver("notification-tell", Incoming.event("notification_queue", "order.invoiced", orderId));

        assertThat(done.getException()).isNull();
        var attached = end("send-mail-smtp")
                .getExchanges()
                .get(0)
                .getMessage(AttachmentMessage.class)
                .getAttachments();
        assertThat(attached).containsOnlyKeys("2026-000001.pdf");
        assertThat(attached.get("2026-000001.pdf").getContentType()).isEqualTo("application/pdf");
        assertThat(attached.get("2026-000001.pdf").getInputStream()).hasBinaryContent(pdf);
    }

    @Test
    void confirmsAnOrderByMailWhenItsDelayIsOver() {
        when(notification.intend(any())).thenReturn(mail);

        Exchange done = deliver("notification-confirm", Incoming.event("confirmation_queue", "order.created", orderId));

        assertThat(done.getException()).isNull();
        assertThat(end("send-mail-smtp").getReceivedCounter()).isEqualTo(1);
        verify(notification, times(1))
                .sent(eq(mail), argThat(event -> event.type().equals("order.created")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"order.created", "order.inventory_checked", "order.never_heard_of", ""})
    void leavesOtherFactsAlone(String type) {
        Exchange done = deliver("notification-tell", Incoming.raw("notification_queue", type, "no json"));

        assertThat(done.getException()).isNull();
        verify(notification, never()).intend(any());
        assertThat(end("send-mail-smtp").getReceivedCounter()).isZero();
        assertThat(published()).isEmpty();
    }

    @Test
    void sendsNoSecondMailAndNoneWithoutAnAddress() {
        when(notification.intend(any())).thenReturn(null);

        Exchange done = deliver("notification-tell", shipped());

        assertThat(done.getException()).isNull();
        verify(notification, times(1)).intend(any());
        verify(notification, never()).sent(any(), any());
        assertThat(end("send-mail-smtp").getReceivedCounter()).isZero();
    }

    @Test
    void doesNotTakeAMailForSentThatTheServerRefused() {
        when(notification.intend(any())).thenReturn(mail);
        end("send-mail-smtp").whenAnyExchangeReceived(refused -> {
            throw new jakarta.mail.MessagingException("ada@example.org: 451");
        });

        Exchange done = deliver("notification-tell", shipped());

        assertThat(done.getException()).isNull();
        assertThat(end("send-mail-smtp").getReceivedCounter()).isEqualTo(3);
        verify(notification, never()).sent(any(), any());
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

    private Incoming shipped() {
        return Incoming.event("notification_queue", "order.shipped", orderId);
    }
}
