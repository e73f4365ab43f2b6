package org.orderway.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.IllegalTransactionStateException;

class OutboxDatabaseTest extends DatabaseTest {

    @Autowired
    private Outbox outbox;

    @Test
    void aMessageLivesAndDiesWithItsCause() {
        assertThatThrownBy(() -> outbox.add(message("1"))).isInstanceOf(IllegalTransactionStateException.class);
        transaction.executeWithoutResult(t -> {
            outbox.add(message("1"));
            t.setRollbackOnly();
        });

        assertThat(count("outbox")).isZero();
    }

    @Test
    void aFreshMessageIsLeftToItsFirstPublisher() {
        add("1");

        assertThat(outbox.takeOverdue()).isEmpty();
    }

    @Test
    void overdueMessagesComeOldestFirstInSmallPortionsAndEachIsLeftAloneForAWhile() {
        Outbox.Entry first = add("1");
        add("2");
        add("3");
        letTheGraceTimePass();

        List<Outbox.Entry> portion = outbox.takeOverdue();
        assertThat(portion).extracting(e -> e.message().id()).containsExactly("1", "2");
        assertThat(portion.get(0)).usingRecursiveComparison().isEqualTo(first);
        assertThat(outbox.takeOverdue()).extracting(e -> e.message().id()).containsExactly("3");
        assertThat(outbox.takeOverdue()).as("taken, but not confirmed yet").isEmpty();

        outbox.confirmed(first);
        outbox.confirmed(first);
        letTheGraceTimePass();
        assertThat(outbox.takeOverdue()).extracting(e -> e.message().id()).containsExactly("2", "3");
        assertThat(count("outbox")).isEqualTo(2);
    }

    private void letTheGraceTimePass() {
        jdbc.sql("update outbox set taken_at = taken_at - interval '11 seconds'")
                .update();
    }

    @Test
    void isFullAboveItsLimitAndNoLongerWhenMessagesWent() {
        add("1");
        add("2");
        add("3");
        outbox.measure();
        assertThat(outbox.isFull()).isFalse();

        Outbox.Entry fourth = add("4");
        outbox.measure();
        assertThat(outbox.isFull()).isTrue();

        outbox.confirmed(fourth);
        outbox.measure();
        assertThat(outbox.isFull()).isFalse();
    }

    private Outbox.Entry add(String id) {
        return transaction.execute(t -> outbox.add(message(id)));
    }

    private static OutgoingMessage message(String id) {
        return new OutgoingMessage(
                "order_events",
                "order.normal.gb.other",
                id,
                "order.placed",
                "o-1",
                Instant.parse("2026-11-20T10:00:00.123Z"),
                "application/json",
                Map.of("retries", 1),
                "{\"a\":  1.50}".getBytes());
    }
}
