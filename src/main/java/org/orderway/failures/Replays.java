package org.orderway.failures;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.orderway.messages.Outbox;
import org.orderway.orders.Decision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Replays all open letters of one kind, in batches that grow while things go well. All of its state is in tables: it goes on
 * after a restart, and on whichever instance comes first.
 *
 * <p>A batch is decided when each of its messages is: handled, when its queue was done with it (noted by the consumer before
 * it acknowledges); failed, when it came back as a dead letter of the next round. Silence is neither: a batch that is not
 * decided in good time stops the replay, for nobody knows how it went.
 */
@Component("replays")
public class Replays {

    private static final Logger log = LoggerFactory.getLogger(Replays.class);

    private final JdbcClient jdbc;
    private final DeadLetters letters;
    private final DeadLetterView view;
    private final Settings settings;

    Replays(JdbcClient jdbc, DeadLetters letters, DeadLetterView view, Settings settings) {
        this.jdbc = jdbc;
        this.letters = letters;
        this.view = view;
        this.settings = settings;
    }

    /**
     * Starts a replay of the letters that are open now; those that come later are not in it.
     *
     * @throws UnknownLetter when no letter of the kind is open
     * @throws LetterClosed  when a replay of the kind is running
     */
    @Transactional
    public Map<String, Object> start(JsonNode request) {
        String fingerprint = request.path("fingerprint").asText();
        Long open = jdbc.sql("select count(*) from dead_letters where fingerprint = ? and state = 'open'")
                .param(fingerprint)
                .query(Long.class)
                .single();
        if (open == 0) {
            throw new UnknownLetter("There is no open dead letter with the fingerprint " + fingerprint);
        }
        long id = jdbc.sql(
                        """
                        insert into replays (fingerprint) values (?)
                        on conflict (fingerprint) where state = 'running' do nothing returning id
                        """)
                .param(fingerprint)
                .query(Long.class)
                .optional()
                .orElseThrow(() -> new LetterClosed("A replay of " + fingerprint + " is running already"));
        jdbc.sql(
                        """
                        insert into replay_items (replay_id, letter_id)
                        select ?, id from dead_letters where fingerprint = ? and state = 'open'
                        """)
                .params(id, fingerprint)
                .update();
        letters.note(null, id, "started", Decision.of(request));
        return read(id);
    }

    /** How far a replay is. @throws UnknownLetter when there is none */
    @Transactional(readOnly = true)
    public Map<String, Object> read(long id) {
        Map<String, Object> progress = jdbc.sql("select * from replays where id = ?")
                .param(id)
                .query((rs, n) -> {
                    Map<String, Object> replay = new LinkedHashMap<>();
                    replay.put("id", id);
                    replay.put("fingerprint", rs.getString("fingerprint"));
                    replay.put("state", rs.getString("state"));
                    replay.put("because", rs.getString("ended_because"));
                    replay.put("batch", rs.getInt("batch"));
                    replay.put("startedAt", DeadLetterView.time(rs.getTimestamp("started_at")));
                    replay.put("endedAt", DeadLetterView.time(rs.getTimestamp("ended_at")));
                    return replay;
                })
                .optional()
                .orElseThrow(() -> new UnknownLetter("There is no replay " + id));
        Map<String, Long> counts = new LinkedHashMap<>();
        List.of("waiting", "sent", "handled", "failed", "skipped").forEach(outcome -> counts.put(outcome, 0L));
        jdbc.sql("select outcome, count(*) as letters from replay_items where replay_id = ? group by outcome")
                .param(id)
                .query((rs, n) -> counts.put(rs.getString("outcome"), rs.getLong("letters")))
                .list();
        progress.put(
                "letters", counts.values().stream().mapToLong(Long::longValue).sum());
        progress.putAll(counts);
        progress.put("actions", view.actions("replay_id", id));
        return progress;
    }

    /** How far the latest replay of a kind is, if there was one. */
    @Transactional(readOnly = true)
    public Optional<Map<String, Object>> latestOf(String fingerprint) {
        return jdbc.sql("select max(id) from replays where fingerprint = ? having max(id) is not null")
                .param(fingerprint)
                .query(Long.class)
                .optional()
                .map(this::read);
    }

    /**
     * Stops a replay; what was sent goes its way, the other letters stay open.
     *
     * @throws UnknownLetter when there is none
     * @throws LetterClosed  when it has ended
     */
    @Transactional
    public Map<String, Object> stop(long id, JsonNode request) {
        String state = jdbc.sql("select state from replays where id = ? for update")
                .param(id)
                .query(String.class)
                .optional()
                .orElseThrow(() -> new UnknownLetter("There is no replay " + id));
        if (!state.equals("running")) {
            throw new LetterClosed("The replay " + id + " is " + state + " already");
        }
        end(id, "stopped", "stopped by a person");
        letters.note(null, id, "stopped", Decision.of(request));
        return read(id);
    }

    /** Carries each running replay a step on, unless another instance is at it. What is to be sent is in the outbox then. */
    @Transactional
    public List<Outbox.Entry> drive() {
        List<Running> due = jdbc.sql(
                        """
                        select id, batch, left_in_batch,
                            batch_at < now() - make_interval(secs => ?) as overdue
                        from replays where state = 'running' and due_at <= now() order by id
                        for update skip locked
                        """)
                .param(settings.patience().toMillis() / 1000.0)
                .query((rs, n) -> new Running(
                        rs.getLong("id"), rs.getInt("batch"), rs.getInt("left_in_batch"), rs.getBoolean("overdue")))
                .list();
        List<Outbox.Entry> entries = new ArrayList<>();
        due.forEach(replay -> entries.addAll(drive(replay)));
        return entries;
    }

    private record Running(long id, int batch, int left, boolean overdue) {}

    private List<Outbox.Entry> drive(Running replay) {
        if (replay.left() > 0) {
            return send(replay.id(), replay.batch(), replay.left());
        }
        if (replay.batch() > 0) {
            Batch batch = decide(replay);
            if (batch.open() > 0) {
                if (replay.overdue()) {
                    end(replay.id(), "stopped", "nothing was heard of " + batch.open() + " messages of the last batch");
                }
                return List.of();
            }
            if (batch.failed() > settings.mostFailures() * (batch.failed() + batch.handled())) {
                end(replay.id(), "stopped", batch.failed() + " messages of the last batch failed again");
                return List.of();
            }
        }
        int next = replay.batch() + 1;
        List<Integer> sizes = settings.batches();
        return send(replay.id(), next, sizes.get(Math.min(next, sizes.size()) - 1));
    }

    private record Batch(long open, long handled, long failed) {}

    /** What became of the messages of the last batch. */
    private Batch decide(Running replay) {
        jdbc.sql(
                        """
                        update replay_items i set outcome = case when again.id is not null then 'failed' else 'handled' end
                        from dead_letters d left join dead_letters again
                            on again.queue = d.queue and again.message_id = d.message_id and again.round = d.round + 1
                        where i.replay_id = ? and i.batch = ? and i.outcome = 'sent' and d.id = i.letter_id
                            and (again.id is not null or d.handled_at is not null)
                        """)
                .params(replay.id(), replay.batch())
                .update();
        return jdbc.sql(
                        """
                        select count(*) filter (where outcome = 'sent') as open,
                            count(*) filter (where outcome = 'handled') as handled,
                            count(*) filter (where outcome = 'failed') as failed
                        from replay_items where replay_id = ? and batch = ?
                        """)
                .params(replay.id(), replay.batch())
                .query((rs, n) -> new Batch(rs.getLong("open"), rs.getLong("handled"), rs.getLong("failed")))
                .single();
    }

    /** Sends as many of a batch as the rate permits at once; the rest waits until a second has passed. */
    private List<Outbox.Entry> send(long replayId, int batch, int left) {
        List<Long> next = jdbc.sql(
                        """
                        select letter_id from replay_items where replay_id = ? and outcome = 'waiting'
                        order by letter_id limit ?
                        """)
                .params(replayId, Math.min(left, settings.perSecond()))
                .query(Long.class)
                .list();
        if (next.isEmpty()) {
            boolean sentSome = jdbc.sql("update replays set left_in_batch = 0 where id = ? and left_in_batch > 0")
                            .param(replayId)
                            .update()
                    > 0;
            if (!sentSome) {
                end(replayId, "done", null);
            }
            return List.of();
        }
        List<Outbox.Entry> entries = new ArrayList<>();
        for (long letterId : next) {
            DeadLetter letter = letters.lock(letterId);
            boolean open = letter.state().equals("open");
            if (open) {
                entries.add(letters.send(letter));
            }
            jdbc.sql("update replay_items set outcome = ?, batch = ? where replay_id = ? and letter_id = ?")
                    .params(open ? "sent" : "skipped", batch, replayId, letterId)
                    .update();
        }
        jdbc.sql(
                        """
                        update replays set batch = ?, left_in_batch = ?, batch_at = now(),
                            due_at = now() + make_interval(secs => ?)
                        where id = ?
                        """)
                .params(batch, left - next.size(), (double) next.size() / settings.perSecond(), replayId)
                .update();
        return entries;
    }

    private void end(long id, String state, String because) {
        jdbc.sql(
                        """
                        update replays set state = ?, ended_at = now(), ended_because = ?, left_in_batch = 0 where id = ?
                        """)
                .params(state, because, id)
                .update();
        if (because == null) {
            log.info("The replay {} is done", id);
        } else {
            log.warn("The replay {} is stopped: {}", id, because);
        }
    }

    /**
     * How a group is replayed.
     *
     * @param batches      sizes of the batches, the last one repeating
     * @param perSecond    messages sent in a second at most
     * @param mostFailures share of a batch that may fail again, 0 to 1; above it the replay stops
     * @param patience     how long a batch may be undecided
     */
    @ConfigurationProperties("orderway.failures.replay")
    record Settings(List<Integer> batches, int perSecond, double mostFailures, Duration patience) {}
}
