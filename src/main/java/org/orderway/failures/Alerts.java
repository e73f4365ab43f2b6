package org.orderway.failures;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Tells the operator of technical failures: one mail for a kind of failure in a while, so that a storm is one mail. */
@Component("alerts")
public class Alerts {

    /** How long a mail is left to the instance that began to send it. */
    private static final Duration CLAIM = Duration.ofSeconds(30);

    private final JdbcClient jdbc;
    private final Settings settings;
    private final String mailDomain;

    Alerts(JdbcClient jdbc, Settings settings, @Value("${orderway.mail.domain}") String mailDomain) {
        this.jdbc = jdbc;
        this.settings = settings;
        this.mailDomain = mailDomain;
    }

    /**
     * A mail to the operator.
     *
     * @param count how often it happened, this mail told
     */
    public record Alert(String fingerprint, long count, String to, String subject, String text, String messageId) {}

    /**
     * Claims the failures that the operator should hear of. A claim whose mail was not sent runs out, and the mail is
     * sent later.
     */
    @Transactional
    public List<Alert> due() {
        if (settings.operator().isBlank()) {
            return List.of();
        }
        return jdbc.sql(
                        """
                        update failures set claimed_at = now() where fingerprint in (
                            select fingerprint from failures
                            where technical and count > alerted_count
                                and (alerted_at is null or alerted_at < now() - make_interval(secs => ?))
                                and (claimed_at is null or claimed_at < now() - make_interval(secs => ?))
                            order by last_at limit ? for update skip locked)
                        returning *
                        """)
                .params(settings.alertEvery().toMillis() / 1000.0, CLAIM.toSeconds(), settings.alerts())
                .query((rs, n) -> {
                    String fingerprint = rs.getString("fingerprint");
                    long count = rs.getLong("count");
                    String subject = String.format(
                            Locale.ROOT, "Orderway: %s fails: %s", rs.getString("queue"), rs.getString("cause"));
                    String text =
                            """
                            Messages that %s gave up on: %d since %s, the last one at %s.

                            %s

                            They are dead letters now: GET /ops/dead-letters?fingerprint=%s
                            You will hear of this again when it goes on for another %d minutes.
                            """
                                    .formatted(
                                            rs.getString("queue"),
                                            count - rs.getLong("alerted_count"),
                                            rs.getTimestamp(
                                                            rs.getLong("alerted_count") == 0
                                                                    ? "first_at"
                                                                    : "alerted_at")
                                                    .toInstant(),
                                            rs.getTimestamp("last_at").toInstant(),
                                            rs.getString("reason"),
                                            fingerprint,
                                            settings.alertEvery().toMinutes());
                    return new Alert(
                            fingerprint,
                            count,
                            settings.operator(),
                            subject,
                            text,
                            "<" + fingerprint + "-" + count + "@" + mailDomain + ">");
                })
                .list();
    }

    /** The mail server took it. */
    @Transactional
    public void sent(Alert alert) {
        jdbc.sql(
                        """
                        update failures set alerted_at = now(), alerted_count = ?, claimed_at = null
                        where fingerprint = ?
                        """)
                .params(alert.count(), alert.fingerprint())
                .update();
    }

    /**
     * Who hears of failures, and how often.
     *
     * @param operator   the operator's mail address; empty when nobody should get a mail
     * @param alertEvery time between two mails about one kind of failure
     * @param alerts     mails of one look at most
     */
    @ConfigurationProperties("orderway.failures")
    record Settings(String operator, Duration alertEvery, int alerts) {}
}
