package org.orderway.notices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
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
