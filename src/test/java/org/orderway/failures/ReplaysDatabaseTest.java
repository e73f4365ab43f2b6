package org.orderway.failures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orderway.messages.DeadDelivery;
import org.orderway.messages.Delivery;
import org.orderway.messages.Outbox;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Replays of all letters of a kind, driven by hand: a step is what the timer would do. */
class ReplaysDatabaseTest extends DatabaseTest {

    private static final String REASON = "HTTP 500 from carrier";
    private static final String FINGERPRINT =
            Fingerprint.of("shipping_queue", REASON).id();

    @Autowired
    private DeadLetters letters;

    @Autowired
    private DeadLetterView view;

    @Autowired
    private Decisions decisions;

    @Autowired
    private JdbcClient sql;

    private Replays replays;

    @BeforeEach
    void fastReplays() {
        replays = replays(20);
    }

    /** With the batches that are shipped. */
    private Replays replays(int perSecond) {
        return new Replays(
                sql, letters, view, new Replays.Settings(List.of(1, 2, 5, 20), perSecond, 0.2, Duration.ofMinutes(15)));
    }

    @Test
    void theSelectionIsFrozenAndItsBatchesGrowWhileAllGoesWell() {
        collect(30);
        long id = start();
        collect("late");

        List<Integer> batches = new ArrayList<>();
        for (List<Outbox.Entry> sent = step(); !sent.isEmpty(); sent = step()) {
            batches.add(sent.size());
            assertThat(step()).as("nothing before the batch is decided").isEmpty();
            sent.forEach(this::handled);
        }

        assertThat(batches).containsExactly(1, 2, 5, 20, 2);
        assertThat(replays.read(id))
                .containsEntry("state", "done")
                .containsEntry("letters", 30L)
                .containsEntry("handled", 30L)
                .containsEntry("waiting", 0L);
        assertThat(open()).as("the late one").isEqualTo(1);
        assertThat(replays.read(id).get("actions").toString()).contains("action=started, by=Ada, reason=healed");
    }

    @Test
    void sendsTheSameMessagesAsASingleReplay() {
        collect(1);
        start();

        assertThat(step()).singleElement().satisfies(entry -> {
            assertThat(entry.message().exchange()).isEqualTo("order_return");
            assertThat(entry.message().routingKey()).isEqualTo("shipping_queue");
            assertThat(entry.message().headers()).isEqualTo(Map.of("retries", 0, "replay-round", 1));
        });
    }

    @ParameterizedTest(name = "{0} of the batch of five fail: {1}")
    @CsvSource({"1, running", "2, stopped", "5, stopped"})
    void stopsByItselfWhenTooManyOfABatchFail(int failing, String state) {
        collect(30);
        long id = start();
        step().forEach(this::handled);
        step().forEach(this::handled);
        List<Outbox.Entry> five = step();
        assertThat(five).hasSize(5);

        five.subList(0, failing).forEach(this::failedAgain);
        five.subList(failing, 5).forEach(this::handled);
        List<Outbox.Entry> next = step();

        assertThat(replays.read(id)).containsEntry("state", state).containsEntry("failed", (long) failing);
        assertThat(next).hasSize(state.equals("running") ? 20 : 0);
        assertThat(step()).isEmpty();
    }

    @Test
    void theVeryFirstThatFailsStopsIt() {
        collect(10);
        long id = start();

        step().forEach(this::failedAgain);
        step();

        assertThat(replays.read(id))
                .containsEntry("state", "stopped")
                .containsEntry("because", "1 messages of the last batch failed again")
                .containsEntry("waiting", 9L);
        assertThat(open()).as("nine, and the one that failed again").isEqualTo(10);
    }

    @Test
    void silenceIsNoSuccess() {
        collect(10);
        long id = start();
        step();
        sql.sql("update replays set batch_at = now() - interval '14 minutes'").update();
        assertThat(step()).isEmpty();
        assertThat(replays.read(id)).containsEntry("state", "running");

        sql.sql("update replays set batch_at = now() - interval '16 minutes'").update();
        assertThat(step()).isEmpty();

        assertThat(replays.read(id)).containsEntry("state", "stopped").containsEntry("sent", 1L);
        assertThat(replays.read(id).get("because").toString()).startsWith("nothing was heard of 1 messages");
    }

    @Test
    void sendsNoMoreInASecondThanIsPermitted() {
        replays = replays(3);
        collect(10);
        start();
        step().forEach(this::handled);
        step().forEach(this::handled);

        List<Outbox.Entry> first = step();
        assertThat(first).hasSize(3);
        assertThat(replays.drive()).as("within the same second").isEmpty();
        assertThat(step()).as("the rest of the five").hasSize(2);
    }

    @Test
    void goesOnAfterARestartWhereItWas() {
        collect(8);
        long id = start();
        step().forEach(this::handled);
        List<Outbox.Entry> two = step();

        replays = replays(20);
        assertThat(step()).as("what was sent is not sent again").isEmpty();
        two.forEach(this::handled);

        assertThat(step()).hasSize(5);
        assertThat(sql.sql("select count(*) from outbox").query(Long.class).single())
                .isEqualTo(8);
        assertThat(replays.read(id)).containsEntry("batch", 3);
    }

    @Test
    void oneInstanceAtATimeDrivesIt() throws Exception {
        collect(8);
        long id = start();
        Callable<Integer> drive = () -> replays.drive().size();
        Callable<Integer> inTransaction = () -> transaction.execute(status -> {
            try {
                return drive.call();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });

        assertThat(together(List.of(inTransaction, inTransaction, inTransaction)).stream()
                        .mapToInt(Integer::intValue)
                        .sum())
                .isEqualTo(1);
        assertThat(replays.read(id))
                .containsEntry("batch", 1)
                .containsEntry("sent", 1L)
                .containsEntry("waiting", 7L)
                .containsEntry("skipped", 0L);
    }

    @Test
    void whatAPersonDecidedMeanwhileIsSkipped() {
        collect(3);
        long id = start();
        step().forEach(this::handled);
        decisions.discard(letterId("m-1"), by());

        List<Outbox.Entry> sent = step();

        assertThat(sent).extracting(entry -> entry.message().id()).containsExactly("m-2");
        sent.forEach(this::handled);
        step();
        assertThat(replays.read(id))
                .containsEntry("state", "done")
                .containsEntry("handled", 2L)
                .containsEntry("skipped", 1L);
    }

    @Test
    void aPersonStopsItAndItSendsNothingMore() {
        collect(10);
        long id = start();
        step().forEach(this::handled);

        stop(id);

        assertThat(step()).isEmpty();
        assertThat(replays.read(id)).containsEntry("state", "stopped").containsEntry("waiting", 9L);
        assertThat(replays.read(id).get("actions").toString()).contains("action=stopped, by=Ada");
        assertThat(open()).isEqualTo(9);
        assertThatThrownBy(() -> stop(id)).isInstanceOf(LetterClosed.class);
        // What is left can be replayed by another.
        assertThat(replays.read(start())).containsEntry("letters", 9L);
    }

    @Test
    void thereIsOneReplayOfAKindAtATimeAndNoneOfNothing() {
        assertThatThrownBy(this::start).isInstanceOf(UnknownLetter.class);
        assertThatThrownBy(() -> replays.read(1)).isInstanceOf(UnknownLetter.class);
        assertThatThrownBy(() -> stop(1)).isInstanceOf(UnknownLetter.class);
        collect(2);
        start();

        assertThatThrownBy(this::start).isInstanceOf(LetterClosed.class);
    }

    // --- by hand

    private void collect(int letters) {
        IntStream.range(0, letters).forEach(n -> collect("m-" + n));
    }

    private void collect(String id) {
        letters.collect(new DeadDelivery(delivery(id, 0), true, Map.of()));
    }

    private static Delivery delivery(String id, int round) {
        return new Delivery(
                "shipping_queue",
                "shipping_queue",
                id,
                "order.payment_success",
                null,
                Instant.parse("2026-11-20T10:00:00Z"),
                "application/json",
                3,
                Map.of("failure-reason", REASON, "replay-round", round),
                "{}".getBytes(StandardCharsets.UTF_8));
    }

    private long start() {
        ObjectNode request = by().put("fingerprint", FINGERPRINT);
        return (long) transaction.execute(status -> replays.start(request)).get("id");
    }

    private void stop(long id) {
        transaction.executeWithoutResult(status -> replays.stop(id, by()));
    }

    /** The timer comes by when the rate permits the next messages. */
    private List<Outbox.Entry> step() {
        sql.sql("update replays set due_at = now() - interval '1 second'").update();
        return transaction.execute(status -> replays.drive());
    }

    private void handled(Outbox.Entry entry) {
        letters.handled(delivery(entry.message().id(), 1));
    }

    private void failedAgain(Outbox.Entry entry) {
        letters.collect(new DeadDelivery(delivery(entry.message().id(), 1), true, Map.of()));
    }

    private ObjectNode by() {
        return mapper.createObjectNode().put("by", "Ada").put("reason", "healed");
    }

    private long letterId(String messageId) {
        return sql.sql("select id from dead_letters where message_id = ?")
                .param(messageId)
                .query(Long.class)
                .single();
    }

    private long open() {
        return sql.sql("select count(*) from dead_letters where state = 'open'")
                .query(Long.class)
                .single();
    }
}
