package org.orderway.announcements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.orderway.announcements.Announcements.Progress;
import org.orderway.announcements.Sends.Due;
import org.orderway.announcements.Sends.Send;
import org.orderway.messages.OutgoingMessage;
import org.orderway.messages.Unreadable;
import org.orderway.orders.Customers;
import org.orderway.orders.KeyTaken;
import org.orderway.simulators.TextsSimulator;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

class AnnouncementsDatabaseTest extends DatabaseTest {

    @Autowired
    private Announcements announcements;

    @Autowired
    private Sends sends;

    @Autowired
    private Customers customers;

    @Autowired
    private TextsSimulator texts;

    @Test
    void anAnnouncementUnderOneKeyIsOneAndItsMessageTellsNothingButItsKind() {
        JsonNode sale = said("promotion", "All lamps");

        var first = announcements.announce(Map.of("Idempotency-Key", "k"), sale);
        var again = announcements.announce(Map.of("Idempotency-Key", "k"), sale);

        assertThat(again.id()).isEqualTo(first.id());
        assertThat(again.entries()).isEmpty();
        assertThat(count("outbox")).isEqualTo(1);
        OutgoingMessage message = first.entries().get(0).message();
        assertThat(message.exchange()).isEqualTo("announcements");
        assertThat(new String(message.body()))
                .contains(first.id().toString(), "promotion")
                .doesNotContain("lamps", "Sale");
        assertThatThrownBy(() -> announcements.announce(Map.of("Idempotency-Key", "k"), said("promotion", "Other")))
                .isInstanceOf(KeyTaken.class);
        announcements.announce(Map.of(), sale);
        assertThat(announcements.announce(Map.of(), sale).entries()).hasSize(1);
    }

    @Test
    void theReceiversAreWrittenDownInStepsAndARestartGoesOnWhereTheLastOneEnded() {
        IntStream.rangeClosed(1, 5).forEach(n -> customer("c-" + n, n + "@example.org"));
        JsonNode message = announced("service");

        Progress first = announcements.expand(announcements.begin(message, "mail"));
        assertThat(first.more()).isTrue();
        assertThat(receivers()).containsExactly("c-1", "c-2");

        // It comes again, as after a crash.
        Progress progress = announcements.begin(message, "mail");
        for (int steps = 0; progress.more(); steps++) {
            assertThat(steps).isLessThan(2);
            progress = announcements.expand(progress);
        }
        assertThat(receivers()).containsExactly("c-1", "c-2", "c-3", "c-4", "c-5");
        assertThat(announcements.begin(message, "mail").more()).isFalse();
        assertThat(announcements.begin(message, "sms").more()).isTrue();
    }

    @Test
    void anAnnouncementNobodyMadeIsUnreadable() {
        JsonNode forged = mapper.valueToTree(Map.of("announcementId", UUID.randomUUID()));

        assertThatThrownBy(() -> announcements.begin(forged, "mail")).isInstanceOf(Unreadable.class);
    }

    @Test
    void aPromotionLeavesThoseAloneWhoWantNoneAndServiceReachesThem() {
        customer("keen", "keen@example.org");
        customer("tired", "tired@example.org");
        customers.prefer("tired", json("{\"promotions\": false}"));

        expand(announced("promotion"), "mail");
        assertThat(receivers()).containsExactly("keen");

        jdbc.sql("truncate announcement_sends").update();
        expand(announced("service"), "mail");
        assertThat(receivers()).containsExactly("keen", "tired");
    }

    @Test
    void aChannelReachesThoseWhoChoseItAtTheirLatestAddress() {
        customer("c-1", "old@example.org");
        customer("c-1", "new@example.org");
        customer("c-1", null);
        customer("guest", null);
        customers.prefer("guest", json("{\"channels\": {\"app\": {\"deviceToken\": \"device-1\"}}}"));
        customer("silent", "silent@example.org");
        customers.prefer("silent", json("{\"channels\": {\"mail\": false, \"sms\": {\"phone\": \"+447700900123\"}}}"));

        assertThat(customers.address("c-1", "mail", true)).hasValue("new@example.org");
        assertThat(customers.address("c-1", "sms", true)).isEmpty();
        assertThat(customers.address("guest", "mail", false)).isEmpty();
        assertThat(customers.address("guest", "app", true)).hasValue("device-1");
        assertThat(customers.address("silent", "mail", false)).isEmpty();
        assertThat(customers.address("silent", "sms", false)).hasValue("+447700900123");
    }

    @Test
    void preferencesAreReplacedAndShownAsTheyWereGiven() {
        assertThat(mapper.<JsonNode>valueToTree(customers.preferences("c-1")))
                .isEqualTo(json("{\"customer\": \"c-1\", \"promotions\": true, \"channels\": {\"mail\": true}}"));
        customers.prefer(
                "c-1",
                json("{\"channels\": {\"sms\": {\"phone\": \"+447700900123\"}, \"app\": {\"deviceToken\": \"d\"}}}"));
        assertThat(mapper.<JsonNode>valueToTree(customers.preferences("c-1")).path("channels"))
                .isEqualTo(
                        json(
                                "{\"mail\": true, \"sms\": {\"phone\": \"+447700900123\"}, \"app\": {\"deviceToken\": \"d\"}}"));
        assertThat(customers.prefer("c-1", json("{\"promotions\": false, \"channels\": {\"mail\": false}}")))
                .isEqualTo(Map.of("customer", "c-1", "promotions", false, "channels", Map.of("mail", false)));
    }

    @Test
    void ofTwoInstancesOneSendsAndAfterACrashItIsSentAgainUnderTheSameKey() throws Exception {
        customer("c-1", "ada@example.org");
        expand(announced("service"), "mail");
        Due due = sends.due().get(0);
        Callable<Object> intend = () -> sends.intend(due);

        List<Object> both = together(List.of(intend, intend));

        assertThat(both).containsOnlyOnce((Object) null);
        Send send = (Send) both.stream().filter(s -> s != null).findFirst().orElseThrow();
        assertThat(send.to()).isEqualTo("ada@example.org");
        assertThat(send.html()).isEqualTo("<p>All &lt;lamps&gt;<br>today</p>");
        assertThat(sends.due()).isEmpty();
        // Nothing was recorded: after a while it comes again.
        jdbc.sql("update announcement_sends set due_at = now()").update();
        assertThat(sends.intend(due)).isEqualTo(send);
        sends.sent(send);
        jdbc.sql("update announcement_sends set due_at = now()").update();
        assertThat(sends.due()).isEmpty();
        assertThat(sends.intend(due)).isNull();
    }

    @Test
    void whoOptsOutMeanwhileIsNotSentToAndWhatFailsForLongIsGivenUp() {
        customer("c-1", "ada@example.org");
        customer("c-2", "bob@example.org");
        expand(announced("promotion"), "mail");
        customers.prefer("c-1", json("{\"promotions\": false}"));
        jdbc.sql("update announcement_sends set added_at = now() - interval '3 days' where customer_id = 'c-2'")
                .update();

        assertThat(sends.due()).hasSize(2).allSatisfy(due -> assertThat(sends.intend(due))
                .isNull());

        assertThat(jdbc.sql("select customer_id || ' ' || state from announcement_sends order by 1")
                        .query(String.class)
                        .list())
                .containsExactly("c-1 not_wanted", "c-2 given_up");
    }

    @Test
    void theSimulatedProviderTakesAMessageOnceUnderAKey() {
        JsonNode message = json("{\"to\": \"+447700900123\", \"text\": \"Hello\"}");

        texts.keep("sms", "key-1", message);
        texts.keep("sms", "key-1", message);

        assertThat(jdbc.sql("select channel || ' ' || receiver || ' ' || text from simulators.texts")
                        .query(String.class)
                        .list())
                .containsExactly("sms +447700900123 Hello");
    }

    private void expand(JsonNode message, String channel) {
        Progress progress = announcements.begin(message, channel);
        while (progress.more()) {
            progress = announcements.expand(progress);
        }
    }

    private JsonNode announced(String kind) {
        UUID id = announcements
                .announce(Map.of(), said(kind, "All <lamps>\ntoday"))
                .id();
        return mapper.valueToTree(Map.of("announcementId", id, "kind", kind));
    }

    private JsonNode said(String kind, String text) {
        return mapper.valueToTree(Map.of("kind", kind, "subject", "Sale", "text", text));
    }

    /** One more order of a customer. */
    private void customer(String id, String mail) {
        UUID order = placed("W-" + UUID.randomUUID());
        jdbc.sql("update orders set customer_id = ?, customer_email = ? where id = ?")
                .params(id, mail, order)
                .update();
    }

    private List<String> receivers() {
        return jdbc.sql("select customer_id from announcement_sends order by 1")
                .query(String.class)
                .list();
    }

    private JsonNode json(String text) {
        try {
            return mapper.readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
