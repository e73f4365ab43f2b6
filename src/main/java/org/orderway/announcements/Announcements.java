package org.orderway.announcements;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.orderway.messages.Events;
import org.orderway.messages.Outbox;
import org.orderway.messages.Unreadable;
import org.orderway.orders.Customers;
import org.orderway.orders.KeyTaken;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Announcements to all customers. The message that goes to the channels carries the id and the kind alone: who gets it is
 * written down by each channel, customer by customer.
 */
@Component("announcements")
public class Announcements {

    private final JdbcClient jdbc;
    private final Customers customers;
    private final Events events;
    private final Outbox outbox;
    private final String exchange;
    private final int batch;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    Announcements(
            JdbcClient jdbc,
            Customers customers,
            Events events,
            Outbox outbox,
            @Value("${orderway.exchange.announcements}") String exchange,
            @Value("${orderway.announcements.customers-per-step}") int batch) {
        this.jdbc = jdbc;
        this.customers = customers;
        this.events = events;
        this.outbox = outbox;
        this.exchange = exchange;
        this.batch = batch;
    }

    /**
     * An announcement that is accepted.
     *
     * @param entries the outbox rows of what has to be told, none when it was announced before
     */
    public record Accepted(UUID id, String kind, List<Outbox.Entry> entries) {

        /** The answer to the shop. */
        public Map<String, Object> answer() {
            return Map.of("id", id, "kind", kind);
        }
    }

    /**
     * How far the receivers on a channel are written down.
     *
     * @param more whether some may be missing
     */
    public record Progress(UUID announcementId, String channel, boolean more) {}

    private record Announcement(UUID id, String kind, String subject, String text) {

        boolean isSaidBy(JsonNode request) {
            return kind.equals(request.path("kind").asText())
                    && subject.equals(request.path("subject").asText())
                    && text.equals(request.path("text").asText());
        }
    }

    /**
     * Announces to every channel.
     *
     * @param parameters {@code Idempotency-Key}, where there is one: a repeated request gets the first answer
     * @param request    {@code kind}, {@code subject} and {@code text}
     * @throws KeyTaken when the key belongs to another announcement
     */
    @Transactional
    public Accepted announce(Map<String, Object> parameters, JsonNode request) {
        UUID id = ids.generate();
        String key = (String) parameters.get("Idempotency-Key");
        String kind = request.path("kind").asText();
        boolean isNew = jdbc.sql(
                                """
                                insert into announcements (id, idempotency_key, kind, subject, text)
                                values (?, ?, ?, ?, ?) on conflict (idempotency_key) do nothing
                                """)
                        .params(
                                id,
                                key,
                                kind,
                                request.path("subject").asText(),
                                request.path("text").asText())
                        .update()
                == 1;
        if (!isNew) {
            Announcement first = ofKey(key);
            if (!first.isSaidBy(request)) {
                throw new KeyTaken();
            }
            return new Accepted(first.id(), first.kind(), List.of());
        }
        Outbox.Entry entry = outbox.add(events.about(
                id,
                exchange,
                "announcement.published",
                Map.of(),
                Map.of("announcementId", id.toString(), "kind", kind)));
        return new Accepted(id, kind, List.of(entry));
    }

    /**
     * Begins to write down who gets an announcement on a channel, or finds how far that is.
     *
     * @throws Unreadable when there is no such announcement
     */
    @Transactional
    public Progress begin(JsonNode message, String channel) {
        UUID id = UUID.fromString(message.path("announcementId").asText());
        boolean isThere = jdbc.sql("select exists (select 1 from announcements where id = ?)")
                .param(id)
                .query(Boolean.class)
                .single();
        if (!isThere) {
            throw new Unreadable("There is no such announcement");
        }
        jdbc.sql("insert into announcement_channels (announcement_id, channel) values (?, ?) on conflict do nothing")
                .params(id, channel)
                .update();
        return progress(id, channel);
    }

    /** Writes the next customers down who want it, in a transaction of their own, so that a restart goes on from there. */
    @Transactional
    public Progress expand(Progress known) {
        Progress now = progress(known.announcementId(), known.channel());
        if (!now.more()) {
            return now;
        }
        String upTo = jdbc.sql("select up_to from announcement_channels where announcement_id = ? and channel = ?")
                .params(now.announcementId(), now.channel())
                .query(String.class)
                .single();
        boolean promotion = isPromotion(now.announcementId());
        List<String> next = customers.after(upTo, batch);
        for (String customer : next) {
            if (customers.address(customer, now.channel(), promotion).isPresent()) {
                jdbc.sql(
                                """
                                insert into announcement_sends (announcement_id, channel, customer_id) values (?, ?, ?)
                                on conflict do nothing
                                """)
                        .params(now.announcementId(), now.channel(), customer)
                        .update();
            }
        }
        boolean complete = next.size() < batch;
        jdbc.sql(
                        """
                        update announcement_channels set up_to = ?, complete = ?
                        where announcement_id = ? and channel = ?
                        """)
                .params(
                        next.isEmpty() ? upTo : next.get(next.size() - 1),
                        complete,
                        now.announcementId(),
                        now.channel())
                .update();
        return new Progress(now.announcementId(), now.channel(), !complete);
    }

    private boolean isPromotion(UUID id) {
        return jdbc.sql("select kind = 'promotion' from announcements where id = ?")
                .param(id)
                .query(Boolean.class)
                .single();
    }

    /** Locks the channel: of two deliveries one goes on from where the other is. */
    private Progress progress(UUID id, String channel) {
        boolean complete = jdbc.sql(
                        """
                        select complete from announcement_channels where announcement_id = ? and channel = ? for update
                        """)
                .params(id, channel)
                .query(Boolean.class)
                .single();
        return new Progress(id, channel, !complete);
    }

    private Announcement ofKey(String key) {
        return jdbc.sql("select id, kind, subject, text from announcements where idempotency_key = ?")
                .param(key)
                .query(Announcement.class)
                .single();
    }

    /** What was announced, and how many of its sends are done. @param at when */
    public record Told(UUID id, String kind, String subject, Instant at, long sent, long waiting) {}

    /** The latest announcements, newest first. */
    @Transactional(readOnly = true)
    public List<Told> latest(int limit) {
        return jdbc.sql(
                        """
                        select a.id, a.kind, a.subject, a.announced_at,
                            count(*) filter (where s.state = 'sent') as sent,
                            count(*) filter (where s.state = 'waiting') as waiting
                        from (select * from announcements order by announced_at desc limit ?) a
                        left join announcement_sends s on s.announcement_id = a.id
                        group by a.id, a.kind, a.subject, a.announced_at order by a.announced_at desc
                        """)
                .param(limit)
                .query((rs, n) -> new Told(
                        rs.getObject("id", UUID.class),
                        rs.getString("kind"),
                        rs.getString("subject"),
                        rs.getTimestamp("announced_at").toInstant(),
                        rs.getLong("sent"),
                        rs.getLong("waiting")))
                .list();
    }
}
