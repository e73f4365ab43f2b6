package org.orderway.examples;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Times in which something is wrong. The message that begins one tells a person of it; however many follow, nobody is told
 * again until it is over and begins anew.
 */
@Component("episodes")
public class Episodes {

    private final JdbcClient jdbc;

    Episodes(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** What a message says of its subject. Neither changes nothing, so that what wavers is one episode and not many. */
    public enum Sign {
        BAD,
        NEITHER,
        GOOD
    }

    private record Row(boolean open, Instant beganAt, String beganWith, boolean told, Instant lastAt) {}

    /**
     * Takes note of a message about a subject. One that was overtaken by a later one changes nothing.
     *
     * @param at      when what it tells happened
     * @param longest after which an episode is over by itself; null: only a good sign ends it
     * @return whether this message has to tell somebody: it began an episode, and it is not known that somebody was told
     */
    @Transactional
    public boolean note(String subject, String messageId, Instant at, Sign sign, Duration longest) {
        jdbc.sql("insert into example_episodes (subject) values (?) on conflict do nothing")
                .param(subject)
                .update();
        Row row = jdbc.sql("select * from example_episodes where subject = ? for update")
                .param(subject)
                .query(Episodes::row)
                .single();
        if (messageId.equals(row.beganWith())) {
            return !row.told();
        }
        if (row.lastAt() != null && at.isBefore(row.lastAt())) {
            return false;
        }
        boolean open =
                row.open() && (longest == null || at.isBefore(row.beganAt().plus(longest)));
        boolean begins = sign == Sign.BAD && !open;
        jdbc.sql("update example_episodes set open = ?, last_at = ? where subject = ?")
                .params(sign == Sign.BAD || open && sign == Sign.NEITHER, Timestamp.from(at), subject)
                .update();
        if (begins) {
            jdbc.sql("update example_episodes set began_at = ?, began_with = ?, told_at = null where subject = ?")
                    .params(Timestamp.from(at), messageId, subject)
                    .update();
        }
        return begins;
    }

    /** Somebody was told. */
    @Transactional
    public void told(EpisodeMail mail) {
        jdbc.sql("update example_episodes set told_at = now() where subject = ? and began_with = ?")
                .params(mail.about(), mail.beganWith())
                .update();
    }

    private static Row row(ResultSet rs, int n) throws SQLException {
        return new Row(
                rs.getBoolean("open"),
                instant(rs.getTimestamp("began_at")),
                rs.getString("began_with"),
                rs.getTimestamp("told_at") != null,
                instant(rs.getTimestamp("last_at")));
    }

    private static Instant instant(Timestamp time) {
        return time == null ? null : time.toInstant();
    }
}
