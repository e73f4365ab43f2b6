package org.orderway.notices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orderway.messages.OutgoingMessage;
import org.orderway.messages.Unreadable;
import org.orderway.notices.Notices.NoticeMail;
import org.orderway.orders.KeyTaken;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

class NoticesDatabaseTest extends DatabaseTest {

    private static final Map<String, Object> KEY = Map.of("Idempotency-Key", "k");

    @Autowired
    private Notices notices;

    @Test
    void aNoticeIsSaidByItsHeadersAndItsTextStaysHere() {
        var accepted = notices.give(KEY, said("finance", "It is late"));

        OutgoingMessage message = accepted.entries().get(0).message();
        assertThat(message.exchange()).isEqualTo("notices");
        assertThat(message.headers()).isEqualTo(Map.of("department", "finance", "type", "urgent"));
        assertThat(new String(message.body())).doesNotContain("late", "Payout");
        assertThat(notices.give(KEY, said("finance", "It is late")).id()).isEqualTo(accepted.id());
        assertThat(count("outbox")).isEqualTo(1);
        assertThatThrownBy(() -> notices.give(KEY, said("finance", "Another"))).isInstanceOf(KeyTaken.class);
        assertThatThrownBy(() -> notices.give(Map.of(), said("kitchen", "Hot")))
                .isInstanceOf(UnknownDepartment.class)
                .hasMessageContaining("finance, operations");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            payment.chargeback     | A bank took 5 GBP back that order %s had paid (chargeback cb-1).
            order.refund_due       | 5 GBP are owed to the customer of order %s, who paid at the door.
            order.alarm.collection | Of order %s: What is collected at the door is what is due. Expected 17.85 GBP, found 10.00 GBP.
            """)
    void financeAndOperationsHearOnceOfMoneyThatAPersonHasToLookAt(String type, String text) {
        UUID order = UUID.fromString("0193a5c0-0000-7000-8000-000000000001");

        var entries = notices.ofMoney(event(type, order, Map.of("amount", 5)));

        assertThat(entries).hasSize(1);
        assertThat(entries.get(0).message().headers()).isEqualTo(Map.of("department", "finance", "type", "urgent"));
        assertThat(notices.ofMoney(event(type, order, Map.of("amount", 5))))
                .as("again")
                .isEmpty();
        assertThat(jdbc.sql("select text from notices").query(String.class).single())
                .startsWith(text.formatted(order));
    }

    @Test
    void aDepartmentGetsOneMailAndTheSameOneAfterACrash() {
        UUID id = notices.give(Map.of(), said("finance", "<b>late</b>")).id();
        JsonNode message = mapper.valueToTree(Map.of("noticeId", id));

        NoticeMail mail = notices.intend(message, "finance");
        assertThat(mail.to()).isEqualTo("finance@example.invalid");
        assertThat(mail.subject()).isEqualTo("[finance, urgent] Payout");
        assertThat(mail.html()).isEqualTo("<p>&lt;b&gt;late&lt;/b&gt;</p>");
        assertThat(notices.intend(message, "finance")).isEqualTo(mail);
        notices.sent(mail);

        assertThat(notices.intend(message, "finance")).isNull();
        assertThat(notices.intend(message, "operations").to()).isEqualTo("operations@example.invalid");
        assertThatThrownBy(() -> notices.intend(mapper.valueToTree(Map.of("noticeId", UUID.randomUUID())), "finance"))
                .isInstanceOf(Unreadable.class);
    }

    private JsonNode said(String department, String text) {
        return mapper.valueToTree(
                Map.of("department", department, "type", "urgent", "subject", "Payout", "text", text));
    }
}
