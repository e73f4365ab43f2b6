package org.orderway.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.orderway.testing.DatabaseTest;

class IntakeDatabaseTest extends DatabaseTest {

    private static final List<OrderLine> LINES = List.of(line(1, "A", 2), line(2, "B", 1));

    @Test
    void anAcceptedOrderIsThereWithTheMessageThatSetsItGoing() {
        Intake.Acceptance accepted = intake.accept(request("S-1"), LINES, "normal", "k-1");

        assertThat(accepted.replayed()).isFalse();
        assertThat(accepted.entry().message().routingKey()).isEqualTo("order.normal.gb.other");
        assertThat(accepted.entry().message().correlationId())
                .isEqualTo(accepted.id().toString());
        assertThat(count("orders")).isEqualTo(1);
        assertThat(count("order_lines")).isEqualTo(2);
        assertThat(count("outbox")).isEqualTo(1);
        assertThat(statusOf(accepted.id())).isEqualTo("RECEIVED");
        assertThat(new String(accepted.entry().message().body()))
                .doesNotContain("Ada", "ada@example.org", "High St", "tok_ok");
    }

    @Test
    void aRepetitionGetsTheFirstAnswerAndMakesNothing() {
        Intake.Acceptance first = intake.accept(request("S-1"), LINES, "normal", "k-1");

        for (String key : new String[] {"k-1", "k-2", null, ""}) {
            Intake.Acceptance again = intake.accept(request("S-1"), LINES, "normal", key);
            assertThat(again.replayed()).isTrue();
            assertThat(again.entry()).isNull();
            assertThat(again.answer()).isEqualTo(first.answer());
        }
        assertThat(count("orders")).isEqualTo(1);
        assertThat(count("outbox")).isEqualTo(1);
    }

    @Test
    void anotherOrderUnderTheSameNumberOrKeyIsRefused() {
        intake.accept(request("S-1"), LINES, "normal", "k-1");
        OrderRequest other = new OrderRequest(
                "S-1",
                true,
                request("S-1").customer(),
                request("S-1").shipTo(),
                request("S-1").payment(),
                "GBP",
                request("S-1").lines());

        assertThatThrownBy(() -> intake.accept(other, LINES, "priority", null)).isInstanceOf(NumberTaken.class);
        assertThatThrownBy(() -> intake.accept(request("S-2"), LINES, "normal", "k-1"))
                .isInstanceOf(KeyTaken.class);
        assertThat(count("orders")).isEqualTo(1);
        assertThat(count("outbox")).isEqualTo(1);
    }

    @Test
    void manyAtTheSameMomentMakeOneOrder() throws Exception {
        Callable<Intake.Acceptance> byNumber = () -> intake.accept(request("S-1"), LINES, "normal", null);
        Callable<Intake.Acceptance> byKey = () -> intake.accept(request(null), LINES, "normal", "k-1");

        List<Intake.Acceptance> ofNumber = together(Collections.nCopies(8, byNumber));
        List<Intake.Acceptance> ofKey = together(Collections.nCopies(8, byKey));

        for (List<Intake.Acceptance> all : List.of(ofNumber, ofKey)) {
            assertThat(all)
                    .extracting(Intake.Acceptance::id)
                    .containsOnly(all.get(0).id());
            assertThat(all).filteredOn(a -> !a.replayed()).hasSize(1);
        }
        assertThat(count("orders")).isEqualTo(2);
        assertThat(count("outbox")).isEqualTo(2);
    }

    @Test
    void anOrderWhoseMessageIsAtHandNeedsNoOutbox() {
        Intake.Acceptance first = intake.acceptDelivered(request(null), LINES, "normal", "m-1");
        Intake.Acceptance again = intake.acceptDelivered(request(null), LINES, "normal", "m-1");

        assertThat(again.id()).isEqualTo(first.id());
        assertThat(first.number()).isEqualTo(first.id().toString());
        assertThat(count("orders")).isEqualTo(1);
        assertThat(count("outbox")).isZero();
    }

    @Test
    void laterOrdersHaveGreaterIds() {
        UUID first = placed("S-1", line(1, "A", 1));
        UUID second = placed("S-2", line(1, "A", 1));

        assertThat(first.toString()).isLessThan(second.toString());
    }
}
