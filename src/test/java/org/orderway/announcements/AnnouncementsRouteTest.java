package org.orderway.announcements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orderway.announcements.Announcements.Progress;
import org.orderway.announcements.Sends.Due;
import org.orderway.announcements.Sends.Send;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.orderway.messages.Unreadable;
import org.orderway.orders.KeyTaken;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({
    "announcements-accept",
    "preferences-put",
    "preferences-read",
    "announcements-mail",
    "announcements-sms",
    "announcements-app",
    "write-receivers",
    "announcement-sends",
    "send-announcement",
    "post-message",
    "post-mail",
    "post-sms",
    "post-push",
    "compose-text"
})
class AnnouncementsRouteTest extends RouteTest {

    private static final String SALE = "{\"kind\": \"promotion\", \"subject\": \"Sale\", \"text\": \"All lamps\"}";

    private final UUID id = UUID.fromString("0193a5c0-0000-7000-8000-0000000000a1");

    @Test
    void acceptsAnAnnouncementAndHandsItToTheOutbox() {
        var entry = new Outbox.Entry(1, message("order.created"));
        when(announcements.announce(any(), any()))
                .thenReturn(new Announcements.Accepted(id, "promotion", List.of(entry)));

        Exchange answer = call("announce", bytes(SALE), Map.of("Idempotency-Key", "key-1", "To", "x@example.org"));

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo("202");
        assertThat(answer.getMessage().getBody(String.class)).contains(id.toString());
        verify(announcements, times(1))
                .announce(
                        eq(Map.of("Idempotency-Key", "key-1")),
                        argThat(said -> said.path("subject").asText().equals("Sale")));
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isEqualTo(1);
    }

    @Test
    void refusesAKeyOfAnotherAnnouncementAndWhatIsNone() {
        when(announcements.announce(any(), any())).thenThrow(new KeyTaken());

        assertThat(status(call("announce", bytes(SALE), Map.of()))).isEqualTo(422);
        assertThat(status(call("announce", bytes(SALE.replace("promotion", "joke")), Map.of())))
                .isEqualTo(400);
        assertThat(status(call("announce", bytes(SALE.replace("All lamps", "l".repeat(5001))), Map.of())))
                .isEqualTo(400);
        verify(announcements, times(1)).announce(any(), any());
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    @Test
    void keepsAndShowsWhatACustomerWants() {
        when(customers.prefer(eq("c-7"), any())).thenReturn(Map.of("customer", "c-7"));
        when(customers.preferences("c-7")).thenReturn(Map.of("promotions", false));

        Exchange put = call(
                "putPreferences",
                bytes("{\"channels\": {\"sms\": {\"phone\": \"+447700900123\"}}}"),
                Map.of("id", "c-7"));
        Exchange wrong =
                call("putPreferences", bytes("{\"channels\": {\"sms\": {\"phone\": \"0\"}}}"), Map.of("id", "c-7"));
        Exchange wrongToo = call("putPreferences", bytes("{\"locale\": \"German, please\"}"), Map.of("id", "c-7"));
        Exchange read = call("readPreferences", null, Map.of("id", "c-7"));

        assertThat(put.getMessage().getBody(String.class)).isEqualTo("{\"customer\":\"c-7\"}");
        assertThat(status(wrong)).isEqualTo(400);
        assertThat(status(wrongToo)).isEqualTo(400);
        assertThat(read.getMessage().getBody(String.class)).isEqualTo("{\"promotions\":false}");
        verify(customers, times(1)).prefer(any(), any());
    }

    @ParameterizedTest
    @CsvSource({"announcements-mail, mail", "announcements-sms, sms", "announcements-app, app"})
    void writesTheReceiversDownStepByStepUntilNoneIsMissing(String route, String channel) {
        when(announcements.begin(any(), eq(channel))).thenReturn(new Progress(id, channel, true));
        when(announcements.expand(any())).thenReturn(new Progress(id, channel, true), new Progress(id, channel, false));

        Exchange done = deliver(route, published(channel));

        assertThat(done.getException()).isNull();
        verify(announcements, times(1))
                .begin(argThat(said -> said.path("announcementId").asText().equals(id.toString())), eq(channel));
        verify(announcements, times(2)).expand(argThat(known -> known.channel().equals(channel)));
        assertThat(published()).isEmpty();
    }

    @Test
    void writesNobodyDownTwiceAndParksWhatIsNoAnnouncement() {
        when(announcements.begin(any(), any())).thenReturn(new Progress(id, "mail", false));
        deliver("announcements-mail", published("mail"));
        verify(announcements, never()).expand(any());

        when(announcements.begin(any(), any())).thenThrow(new Unreadable("There is no such announcement"));
        deliver("announcements-mail", published("mail"));
        deliver("announcements-mail", Incoming.raw("email_announcement_queue", "announcement.published", "{}"));

        assertThat(published())
                .filteredOn(message -> message.exchange().equals("order_dead"))
                .extracting(OutgoingMessage::routingKey)
                .containsExactly("email_announcement_dlq", "email_announcement_dlq");
        verify(announcements, times(2)).begin(any(), any());
    }

    @Test
    void sendsAMailToOneCustomerAloneAndRecordsIt() {
        Send send = due("mail", "ada@example.org");

        call("announcement-sends", null, Map.of("Bcc", "x@example.org"));

        assertThat(end("post-mail-smtp").getReceivedCounter()).isEqualTo(1);
        var mail = end("post-mail-smtp").getExchanges().get(0).getMessage();
        assertThat(mail.getHeaders())
                .containsOnly(
                        Map.entry("To", "ada@example.org"),
                        Map.entry("Subject", "Sale"),
                        Map.entry("Message-ID", "<key-mail@shop>"),
                        Map.entry("CamelMailAlternativeBody", "All lamps"));
        verify(announcementSends, times(1)).sent(send);
    }

    @ParameterizedTest
    @CsvSource({"sms, post-sms-call", "app, post-push-call"})
    void sendsATextUnderItsKeyAndRecordsIt(String channel, String end) {
        Send send = due(channel, "+447700900123");

        call("announcement-sends", null, Map.of("Authorization", "of somebody"));

        assertThat(end("post-sms-call").getReceivedCounter()
                        + end("post-push-call").getReceivedCounter())
                .isEqualTo(1);
        var request = end(end).getExchanges().get(0).getMessage();
        assertThat(request.getHeaders())
                .containsOnly(
                        Map.entry("CamelHttpMethod", "POST"),
                        Map.entry("Content-Type", "application/json"),
                        Map.entry("Idempotency-Key", "key-" + channel));
        assertThat(request.getBody(String.class)).contains("+447700900123", "All lamps");
        verify(announcementSends, times(1)).sent(send);
    }

    @Test
    void goesOnWithTheNextWhenOneFailsOrIsNotWanted() {
        Due failing = new Due(id, "mail", "c-1");
        Due unwanted = new Due(id, "mail", "c-2");
        Due last = new Due(id, "mail", "c-3");
        when(announcementSends.due()).thenReturn(List.of(failing, unwanted, last));
        Send failed = send(failing, "no@example.org");
        Send sent = send(last, "ada@example.org");
        when(announcementSends.intend(failing)).thenReturn(failed);
        when(announcementSends.intend(unwanted)).thenReturn(null);
        when(announcementSends.intend(last)).thenReturn(sent);
        end("post-mail-smtp").whenExchangeReceived(1, refused -> {
            throw new jakarta.mail.MessagingException("no@example.org: 550");
        });

        call("announcement-sends", null, Map.of());

        assertThat(end("post-mail-smtp").getReceivedCounter()).isEqualTo(2);
        verify(announcementSends, never()).sent(failed);
        verify(announcementSends, times(1)).sent(sent);
    }

    private Send due(String channel, String to) {
        Due due = new Due(id, channel, "c-1");
        Send send = send(due, to);
        when(announcementSends.due()).thenReturn(List.of(due));
        when(announcementSends.intend(due)).thenReturn(send);
        return send;
    }

    private static Send send(Due due, String to) {
        String key = "key-" + due.channel();
        return new Send(due, key, "<" + key + "@shop>", to, "Sale", "All lamps", "<p>All lamps</p>");
    }

    private Incoming published(String channel) {
        String queue = (channel.equals("mail") ? "email" : channel) + "_announcement_queue";
        return Incoming.raw(
                queue, "announcement.published", "{\"announcementId\": \"" + id + "\", \"kind\": \"promotion\"}");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Object status(Exchange answer) {
        return answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE);
    }
}
