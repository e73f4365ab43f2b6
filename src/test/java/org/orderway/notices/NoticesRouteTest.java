package org.orderway.notices;

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
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Outbox;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({"notices-accept", "notices-finance", "notices-urgent", "mail-notice", "notices-of-money"})
class NoticesRouteTest extends RouteTest {

    private static final String NOTICE =
            "{\"department\": \"finance\", \"type\": \"urgent\", \"subject\": \"Payout\", \"text\": \"It is late\"}";

    private final UUID id = UUID.fromString("0193a5c0-0000-7000-8000-0000000000b1");

    @Test
    void acceptsANoticeAndHandsItToTheOutbox() {
        var entry = new Outbox.Entry(1, message("order.created"));
        when(notices.give(any(), any())).thenReturn(new Notices.Accepted(id, "finance", "urgent", List.of(entry)));

        Exchange answer = call("giveNotice", NOTICE.getBytes(StandardCharsets.UTF_8), Map.of());

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo("202");
        assertThat(answer.getMessage().getBody(String.class)).contains(id.toString());
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isEqualTo(1);
    }

    @Test
    void refusesADepartmentThatThereIsNot() {
        when(notices.give(any(), any())).thenThrow(new UnknownDepartment(List.of("finance")));

        Exchange answer = call("giveNotice", NOTICE.getBytes(StandardCharsets.UTF_8), Map.of());

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(422);
        assertThat(answer.getMessage().getBody(String.class)).contains("the departments are finance");
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"payment.chargeback", "order.refund_due", "order.alarm.collection", "order.alarm.payment"})
    void givesNoticeOfMoneyThatAPersonHasToLookAt(String type) {
        var entry = new Outbox.Entry(1, message("notice.given"));
        when(notices.ofMoney(any())).thenReturn(List.of(entry));

        Exchange done = deliver("notices-of-money", Incoming.event("money_notice_queue", type, orderId));

        assertThat(done.getException()).isNull();
        verify(notices, times(1)).ofMoney(argThat(event -> event.type().equals(type)));
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"notices-finance, finance_notice_queue, finance", "notices-urgent, urgent_notice_queue, operations"})
    void mailsANoticeToItsDepartmentOnce(String route, String queue, String department) {
        var mail =
                new Notices.NoticeMail(id, department, "<m@shop>", "them@example.org", "Payout", "late", "<p>late</p>");
        when(notices.intend(any(), eq(department))).thenReturn(mail, (Notices.NoticeMail) null);

        Exchange done = deliver(route, given(queue).with("To", "everybody@example.org"));
        deliver(route, given(queue));

        assertThat(done.getException()).isNull();
        verify(notices, times(2))
                .intend(argThat(said -> said.path("noticeId").asText().equals(id.toString())), eq(department));
        assertThat(end("post-mail-smtp").getReceivedCounter()).isEqualTo(1);
        assertThat(end("post-mail-smtp").getExchanges().get(0).getMessage().getHeaders())
                .containsEntry("To", "them@example.org")
                .containsEntry("Message-ID", "<m@shop>");
        verify(notices, times(1)).sent(mail);
        assertThat(published()).isEmpty();
    }

    @Test
    void doesNotTakeANoticeForSentThatTheServerRefused() {
        when(notices.intend(any(), any()))
                .thenReturn(new Notices.NoticeMail(id, "finance", "<m@shop>", "f@example.org", "s", "t", "h"));
        end("post-mail-smtp").whenAnyExchangeReceived(refused -> {
            throw new jakarta.mail.MessagingException("451");
        });

        deliver("notices-finance", given("finance_notice_queue"));

        verify(notices, never()).sent(any());
        assertThat(published()).singleElement().satisfies(retry -> assertThat(retry.routingKey())
                .isEqualTo("finance_notice_retry_5s_queue"));
    }

    private Incoming given(String queue) {
        return Incoming.event(queue, "notice.given", id);
    }
}
