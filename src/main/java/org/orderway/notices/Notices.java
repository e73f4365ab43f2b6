package org.orderway.notices;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.orderway.messages.Event;
import org.orderway.messages.EventIds;
import org.orderway.messages.Events;
import org.orderway.messages.Outbox;
import org.orderway.messages.PlainText;
import org.orderway.messages.Unreadable;
import org.orderway.orders.KeyTaken;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Notices to departments. Who gets one is told by its headers, and by the queues that look at them. */
@Component("notices")
public class Notices {

    private final JdbcClient jdbc;
    private final Events events;
    private final Outbox outbox;
    private final String exchange;
    private final String mailDomain;
    private final Map<String, String> departments;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    Notices(
            JdbcClient jdbc,
            Events events,
            Outbox outbox,
            Settings settings,
            @Value("${orderway.exchange.notices}") String exchange,
            @Value("${orderway.mail.domain}") String mailDomain) {
        this.jdbc = jdbc;
        this.events = events;
        this.outbox = outbox;
        this.departments = settings.departments();
        this.exchange = exchange;
        this.mailDomain = mailDomain;
    }

    /**
     * A notice that is accepted.
     *
     * @param entries the outbox rows of what has to be told, none when it was given before
     */
    public record Accepted(UUID id, String department, String type, List<Outbox.Entry> entries) {

        /** The answer to whoever gave it. */
        public Map<String, Object> answer() {
            return Map.of("id", id, "department", department, "type", type);
        }
    }

    /** The mail of a notice to a department, not known to be sent. */
    public record NoticeMail(
            UUID noticeId, String department, String messageId, String to, String subject, String text, String html) {}

    private record Notice(UUID id, String department, String type, String subject, String text) {

        boolean isSaidBy(JsonNode request) {
            return department.equals(request.path("department").asText())
                    && type.equals(request.path("type").asText())
                    && subject.equals(request.path("subject").asText())
                    && text.equals(request.path("text").asText());
        }
    }

    /**
     * Gives notice.
     *
     * @param parameters {@code Idempotency-Key}, where there is one: a repeated request gets the first answer
     * @param request    {@code department}, {@code type}, {@code subject} and {@code text}
     * @throws UnknownDepartment when the settings have no address of it
     * @throws KeyTaken          when the key belongs to another notice
     */
    @Transactional
    public Accepted give(Map<String, Object> parameters, JsonNode request) {
        String department = request.path("department").asText();
        String type = request.path("type").asText();
        if (!departments.containsKey(department)) {
            throw new UnknownDepartment(new TreeMap<>(departments).keySet());
        }
        UUID id = ids.generate();
        String key = (String) parameters.get("Idempotency-Key");
        boolean isNew = jdbc.sql(
                                """
                                insert into notices (id, idempotency_key, department, type, subject, text)
                                values (?, ?, ?, ?, ?, ?) on conflict (idempotency_key) do nothing
                                """)
                        .params(
                                id,
                                key,
                                department,
                                type,
                                request.path("subject").asText(),
                                request.path("text").asText())
                        .update()
                == 1;
        if (!isNew) {
            Notice first = where("idempotency_key = ?", key).get(0);
            if (!first.isSaidBy(request)) {
                throw new KeyTaken();
            }
            return new Accepted(first.id(), first.department(), first.type(), List.of());
        }
        Map<String, String> headers = Map.of("department", department, "type", type);
        Outbox.Entry entry = outbox.add(events.about(
                id,
                exchange,
                "notice.given",
                headers,
                Map.of("noticeId", id.toString(), "department", department, "type", type)));
        return new Accepted(id, department, type, List.of(entry));
    }

    /**
     * Gives the finance department notice of an event about money that a person has to look at.
     *
     * @return the outbox rows of it, none when it was given before
     */
    @Transactional
    public List<Outbox.Entry> ofMoney(Event event) {
        String order = event.orderId().toString();
        String amount = event.body().path("amount").asText() + " " + event.text("currency");
        String text =
                switch (event.type()) {
                    case "payment.chargeback" ->
                        "A bank took " + amount + " back that order " + order + " had paid (chargeback "
                                + event.text("chargebackId") + ").";
                    case "order.refund_due" ->
                        amount + " are owed to the customer of order " + order
                                + ", who paid at the door. Pay it out, and say so at /ops/payouts.";
                    default ->
                        "Of order " + order + ": " + event.text("rule") + ". Expected " + event.text("expected")
                                + ", found " + event.text("found") + ".";
                };
        ObjectNode request = JsonNodeFactory.instance
                .objectNode()
                .put("department", "finance")
                .put("type", "urgent")
                .put("subject", event.type() + " of order " + order)
                .put("text", text);
        return give(Map.of("Idempotency-Key", "event-" + event.id()), request).entries();
    }

    /**
     * Commits the intent to mail a notice to a department. An open intent is sent again, under the same Message-ID.
     *
     * @param department whose address it goes to, which need not be the one it is about
     * @return null when it was sent before
     * @throws Unreadable when there is no such notice
     */
    @Transactional
    public NoticeMail intend(JsonNode message, String department) {
        Notice notice = where("id = ?", UUID.fromString(message.path("noticeId").asText())).stream()
                .findFirst()
                .orElseThrow(() -> new Unreadable("There is no such notice"));
        jdbc.sql("insert into notice_mails (notice_id, department) values (?, ?) on conflict do nothing")
                .params(notice.id(), department)
                .update();
        boolean isSent = jdbc.sql(
                        "select sent_at is not null from notice_mails where notice_id = ? and department = ? for update")
                .params(notice.id(), department)
                .query(Boolean.class)
                .single();
        if (isSent) {
            return null;
        }
        String to = departments.get(department);
        if (to == null) {
            throw new IllegalStateException("There is no address in orderway.notices.departments." + department);
        }
        return new NoticeMail(
                notice.id(),
                department,
                "<" + EventIds.of(notice.id(), "mail", department) + "@" + mailDomain + ">",
                to,
                "[" + notice.department() + ", " + notice.type() + "] " + notice.subject(),
                notice.text(),
                PlainText.html(notice.text()));
    }

    /** The mail server took it. */
    @Transactional
    public void sent(NoticeMail mail) {
        jdbc.sql("update notice_mails set sent_at = now() where notice_id = ? and department = ?")
                .params(mail.noticeId(), mail.department())
                .update();
    }

    private List<Notice> where(String condition, Object value) {
        return jdbc.sql("select id, department, type, subject, text from notices where " + condition)
                .param(value)
                .query(Notice.class)
                .list();
    }

    /**
     * Who gets notices.
     *
     * @param departments the mail address of each
     */
    @ConfigurationProperties("orderway.notices")
    record Settings(Map<String, String> departments) {}
}
