package org.orderway.announcements;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.orderway.messages.EventIds;
import org.orderway.messages.PlainText;
import org.orderway.orders.Customers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The journal of what announcements send. The intent is committed before each attempt and puts the next one off, so that a
 * crash between is followed by a repetition under the same key, and nobody is asked twice at a time.
 */
@Component("announcementSends")
public class Sends {

    private static final Logger log = LoggerFactory.getLogger(Sends.class);

    private final JdbcClient jdbc;
    private final Customers customers;
    private final Settings settings;
    private final String mailDomain;

    Sends(
            JdbcClient jdbc,
            Customers customers,
            Settings settings,
            @Value("${orderway.mail.domain}") String mailDomain) {
        this.jdbc = jdbc;
        this.customers = customers;
        this.settings = settings;
        this.mailDomain = mailDomain;
    }

    /** An announcement to one customer on one channel. */
    public record Due(UUID announcementId, String channel, String customerId) {}

    /**
     * What is sent now.
     *
     * @param key the same at each attempt: idempotency key, and left side of the Message-ID
     * @param to  the one address it goes to
     */
    public record Send(Due due, String key, String messageId, String to, String subject, String text, String html) {

        /** {@code mail}, {@code sms} or {@code app}. */
        public String channel() {
            return due.channel();
        }

        /** The body of a text message or a message in the app. */
        public Map<String, Object> request() {
            return Map.of("to", to, "subject", subject, "text", text);
        }
    }

    /** What waits to be sent, the longest first. */
    @Transactional(readOnly = true)
    public List<Due> due() {
        return jdbc.sql(
                        """
                        select announcement_id, channel, customer_id from announcement_sends
                        where state = 'waiting' and due_at <= now() order by due_at limit ?
                        """)
                .param(settings.sendsPerLook())
                .query(Due.class)
                .list();
    }

    /**
     * Commits the intent to send, and puts the next attempt off.
     *
     * @return null when another instance sends it, when it was tried for too long, or when the customer does not want it any
     *     more
     */
    @Transactional
    public Send intend(Due due) {
        Optional<Boolean> tooLate = jdbc.sql(
                        """
                        update announcement_sends set attempts = attempts + 1,
                            due_at = now() + make_interval(secs => least(? * power(2, least(attempts, 20)), ?))
                        where announcement_id = ? and channel = ? and customer_id = ?
                            and state = 'waiting' and due_at <= now()
                        returning added_at < now() - make_interval(secs => ?)
                        """)
                .params(
                        seconds(settings.retryAfter()),
                        seconds(settings.longestRetry()),
                        due.announcementId(),
                        due.channel(),
                        due.customerId(),
                        seconds(settings.giveUpAfter()))
                .query(Boolean.class)
                .optional();
        if (tooLate.isEmpty()) {
            return null;
        }
        if (tooLate.get()) {
            log.warn("Announcement {} could not be sent on {} and is given up", due.announcementId(), due.channel());
            end(due, "given_up");
            return null;
        }
        Send send = compose(due);
        if (send == null) {
            end(due, "not_wanted");
        }
        return send;
    }

    private Send compose(Due due) {
        return jdbc.sql("select kind = 'promotion' as promotion, subject, text from announcements where id = ?")
                .param(due.announcementId())
                .query((rs, n) -> {
                    String key = EventIds.of(due.announcementId(), due.channel(), due.customerId());
                    String subject = rs.getString("subject");
                    String text = rs.getString("text");
                    return customers
                            .address(due.customerId(), due.channel(), rs.getBoolean("promotion"))
                            .map(to -> new Send(
                                    due,
                                    key,
                                    "<" + key + "@" + mailDomain + ">",
                                    to,
                                    subject,
                                    text,
                                    PlainText.html(text)));
                })
                .single()
                .orElse(null);
    }

    /** The other side took it. */
    @Transactional
    public void sent(Send send) {
        end(send.due(), "sent");
    }

    private void end(Due due, String state) {
        jdbc.sql(
                        """
                        update announcement_sends set state = ?
                        where announcement_id = ? and channel = ? and customer_id = ?
                        """)
                .params(state, due.announcementId(), due.channel(), due.customerId())
                .update();
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    /**
     * How announcements are sent.
     *
     * @param sendsPerLook customers one look takes
     * @param retryAfter   the wait before the second attempt, doubling from there; longer than an attempt takes
     * @param longestRetry up to this
     * @param giveUpAfter  how long it is tried
     */
    @ConfigurationProperties("orderway.announcements")
    record Settings(int sendsPerLook, Duration retryAfter, Duration longestRetry, Duration giveUpAfter) {}
}
