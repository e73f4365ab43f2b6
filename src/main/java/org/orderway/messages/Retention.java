package org.orderway.messages;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Lets go of what can no longer be asked for: recorded outcomes and idempotency keys past their time, and notices of waits long over. */
@Component("retention")
public class Retention {

    private static final Logger log = LoggerFactory.getLogger(Retention.class);

    private final JdbcClient jdbc;
    private final Settings settings;

    Retention(JdbcClient jdbc, Settings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    /** Deletes one batch of each. */
    @Transactional
    public void cleanUp() {
        int outcomes = delete("outcomes", "recorded_at", settings.outcomes());
        int keys = delete("idempotency_keys", "created_at", settings.idempotencyKeys());
        delete("retries", "due_at", settings.waits());
        if (outcomes + keys > 0) {
            log.info("Let go of {} outcomes and {} idempotency keys past their time", outcomes, keys);
        }
    }

    private int delete(String table, String column, Duration kept) {
        return jdbc.sql("delete from " + table + " where ctid in (select ctid from " + table + " where " + column
                        + " < now() - make_interval(secs => ?) order by " + column + " limit ?)")
                .params(kept.toSeconds(), settings.batch())
                .update();
    }

    /**
     * How long things are kept.
     *
     * @param outcomes        longer than any message may wait for its retry or as a dead letter
     * @param idempotencyKeys how long a repeated request gets its first answer
     * @param waits           how long after its time the notice of a wait is kept whose message came another way
     * @param batch           rows one clean-up takes of each
     */
    @ConfigurationProperties("orderway.retention")
    record Settings(Duration outcomes, Duration idempotencyKeys, Duration waits, int batch) {}
}
