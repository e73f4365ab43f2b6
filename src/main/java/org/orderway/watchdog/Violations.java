package org.orderway.watchdog;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.orderway.messages.Events;
import org.orderway.messages.Outbox;
import org.orderway.watchdog.Invariant.About;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Broken rules on record: seen once they are a suspicion, seen again a while later they are told. */
@Component
class Violations {

    private static final Logger log = LoggerFactory.getLogger(Violations.class);
    private static final int MOST_EVIDENCE = 100;
    private static final int MOST_ANNOUNCED = 20;
    private static final long NOT_LOOKED_YET = -1;

    private final JdbcClient jdbc;
    private final JdbcTemplate batch;
    private final Outbox outbox;
    private final Events events;
    private final Map<Invariant, Long> counts = new ConcurrentHashMap<>();
    private volatile boolean brokerTold;

    Violations(JdbcClient jdbc, JdbcTemplate batch, Outbox outbox, Events events, MeterRegistry meters) {
        this.jdbc = jdbc;
        this.batch = batch;
        this.outbox = outbox;
        this.events = events;
        for (Invariant invariant : Invariant.values()) {
            Gauge.builder("orderway.invariant.violations", counts, all -> all.getOrDefault(invariant, NOT_LOOKED_YET))
                    .description(
                            "Articles, orders or things on the broker that break the rule; -1 before the first look")
                    .tag("invariant", invariant.label())
                    .register(meters);
        }
    }

    /** The subjects on record, those first that were looked at longest ago. */
    List<String> subjects(About about, int most) {
        List<String> labels = new ArrayList<>();
        for (Invariant invariant : Invariant.values()) {
            if (invariant.about() == about) {
                labels.add(invariant.label());
            }
        }
        return jdbc.sql("select subject from violations where invariant = any(?) group by subject"
                        + " order by min(seen_at) limit ?")
                .params(labels.toArray(String[]::new), most)
                .query(String.class)
                .list();
    }

    /** Records what was found, and confirms what is found again after the time it takes to be sure. */
    void found(Collection<Violation> found, Duration confirmAfter) {
        batch.batchUpdate(
                """
                insert into violations as v (invariant, subject, expected, found) values (?, ?, ?, ?)
                on conflict (invariant, subject) do update set expected = excluded.expected, found = excluded.found,
                    seen_at = now(), confirmed_at = coalesce(v.confirmed_at,
                        case when v.since <= now() - make_interval(secs => ?) then now() end)
                """,
                found.stream()
                        .map(v -> new Object[] {
                            v.invariant().label(),
                            v.subject(),
                            v.expected(),
                            v.found(),
                            confirmAfter.toMillis() / 1000.0
                        })
                        .toList());
    }

    /** Strikes out what was looked at in this transaction and not found any more; null for whatever there is. */
    void gone(Invariant invariant, Collection<String> lookedAt) {
        String among = lookedAt == null ? "" : " and subject = any(:subjects)";
        JdbcClient.StatementSpec delete = jdbc.sql(
                        "delete from violations where invariant = :invariant and seen_at < now()" + among
                                + " returning subject, announced_at is not null as announced")
                .param("invariant", invariant.label());
        if (lookedAt != null) {
            delete = delete.param("subjects", lookedAt.toArray(String[]::new));
        }
        delete.query(rs -> {
            if (rs.getBoolean("announced")) {
                log.info("{} holds again for {}", invariant.label(), rs.getString("subject"));
            }
        });
    }

    /** Whether anything is on record that was not found in this transaction. */
    boolean isAnythingUnseen() {
        return jdbc.sql("select exists (select 1 from violations where seen_at < now())")
                .query(Boolean.class)
                .single();
    }

    /** Tells what was confirmed, once and not too much at a time; gives the events that were written into the outbox. */
    List<Outbox.Entry> announce() {
        return jdbc
                .sql(
                        """
                        update violations set announced_at = now() where (invariant, subject) in (
                            select invariant, subject from violations
                            where confirmed_at is not null and announced_at is null order by since limit ?)
                        returning invariant, subject, expected, found, since
                        """)
                .param(MOST_ANNOUNCED)
                .query((rs, n) -> new Told(
                        new Violation(
                                Invariant.of(rs.getString("invariant")),
                                rs.getString("subject"),
                                rs.getString("expected"),
                                rs.getString("found")),
                        rs.getTimestamp("since").toInstant()))
                .list()
                .stream()
                .map(this::announce)
                .toList();
    }

    private Outbox.Entry announce(Told told) {
        Violation broken = told.violation();
        Invariant invariant = broken.invariant();
        log.error(
                "{} is broken for {} since {}: expected {}, found {}",
                invariant.label(),
                broken.subject(),
                told.since(),
                broken.expected(),
                broken.found());
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("rule", invariant.rule());
        details.put("subject", broken.subject());
        details.put("expected", broken.expected());
        details.put("found", broken.found());
        details.put("since", told.since().toString());
        UUID orderId = invariant.about() == About.ORDER ? UUID.fromString(broken.subject()) : null;
        return outbox.add(events.alarm(invariant.label(), broken.subject(), orderId, told.since(), details));
    }

    private record Told(Violation violation, Instant since) {}

    /** This instance could look at the broker: from now on it knows of drift, or that there is none. */
    void brokerTold() {
        brokerTold = true;
    }

    /** Counts what is confirmed, for the metrics of this instance. */
    void measure() {
        Map<Invariant, Long> now = new EnumMap<>(Invariant.class);
        for (Invariant invariant : Invariant.values()) {
            now.put(invariant, invariant.about() == About.BROKER && !brokerTold ? NOT_LOOKED_YET : 0L);
        }
        jdbc.sql("select invariant, count(*) as n from violations where confirmed_at is not null group by 1")
                .query(rs -> {
                    now.put(Invariant.of(rs.getString("invariant")), rs.getLong("n"));
                });
        counts.putAll(now);
    }

    /** Each rule with what breaks it, the oldest first. */
    List<Map<String, Object>> report() {
        Map<Invariant, List<Map<String, Object>>> evidence = new EnumMap<>(Invariant.class);
        jdbc.sql(
                        """
                        select * from (
                            select v.*, row_number() over (partition by invariant order by since, subject) as no
                            from violations v where confirmed_at is not null) numbered
                        where no <= ? order by since, subject
                        """)
                .param(MOST_EVIDENCE)
                .query(rs -> {
                    Invariant invariant = Invariant.of(rs.getString("invariant"));
                    Map<String, Object> one = new LinkedHashMap<>();
                    one.put(invariant.about().key(), rs.getString("subject"));
                    one.put("expected", rs.getString("expected"));
                    one.put("found", rs.getString("found"));
                    one.put("since", rs.getTimestamp("since").toInstant().toString());
                    evidence.computeIfAbsent(invariant, i -> new ArrayList<>()).add(one);
                });
        measure();
        List<Map<String, Object>> report = new ArrayList<>();
        for (Invariant invariant : Invariant.values()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("invariant", invariant.label());
            one.put("rule", invariant.rule());
            one.put("violations", counts.get(invariant));
            one.put("evidence", evidence.getOrDefault(invariant, List.of()));
            report.add(one);
        }
        return report;
    }
}
