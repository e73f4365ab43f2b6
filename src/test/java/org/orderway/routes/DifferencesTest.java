package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DifferencesTest {

    private final Differences differences = new Differences();

    @Test
    void theSameWayIsNoDifference() {
        add("1", walk("read", "hold", "publish"), walk("read", "hold", "publish"));
        add("2", failing("Slip", "read"), failing("Slip", "read"));

        assertThat(says(2)).isEmpty();
    }

    @Test
    void whatHappensToTheSameOrdersIsToldInOneSentence() {
        for (int i = 0; i < 5; i++) {
            add("" + i, walk("read", "screen", "judge", "publish"), walk("read", "large", "publish"));
        }
        for (int i = 5; i < 8; i++) {
            add(
                    "" + i,
                    walk("read", "screen", "judge", "publish"),
                    walk("read", "large", "screen", "judge", "publish"));
        }

        assertThat(says(8))
                .containsExactly(
                        "5 of 8 orders would skip `screen`, `judge`", "8 of 8 orders would newly pass `large`");
    }

    @Test
    void whichOrderCameFirstDecidesNothingOfWhatIsToldFirst() {
        add("1", walk("read", "publish"), walk("read", "large", "publish"));
        add("2", walk("read", "publish"), walk("read", "large"));
        add("3", walk("read", "publish"), failing("Slip", "read", "large"));

        assertThat(says(3))
                .containsExactly(
                        "1 of 3 orders would fail at `large`: Slip",
                        "1 of 3 orders would skip `publish`",
                        "2 of 3 orders would newly pass `large`");
    }

    @Test
    void anOrderThatComesSeveralTimesIsCountedOnce() {
        add("1", walk("read", "hold"), walk("read"));
        add("1", walk("read", "hold"), walk("read"));

        assertThat(says(1)).containsExactly("1 of 1 order would skip `hold`");
    }

    @Test
    void whatComesAfterAFailureIsNotSkipped() {
        add("1", walk("read", "hold", "publish"), failing("Slip", "read", "count"));

        assertThat(says(1)).containsExactly("1 of 1 order would fail at `count`: Slip");
    }

    @Test
    void aFailureThatEndsIsTold() {
        add("1", failing("Slip", "read", "count"), walk("read", "count", "publish"));

        assertThat(says(1)).containsExactly("1 of 1 order would no longer fail at `count`: Slip");
    }

    @Test
    void anotherFailureIsAnotherEnd() {
        add("1", failing("Slip", "read"), failing("Fall", "read"));

        assertThat(says(1))
                .containsExactly(
                        "1 of 1 order would fail at `read`: Fall", "1 of 1 order would no longer fail at `read`: Slip");
    }

    @Test
    void whatOnlyMovedIsToldAsSuch() {
        add("1", walk("read", "hold", "count", "publish"), walk("read", "count", "hold", "publish"));

        assertThat(says(1))
                .containsExactly(
                        "1 of 1 order would pass in another order, or another number of times, `hold`, `count`");
    }

    @Test
    void aStepOfAnotherNameIsSkippedUnderTheOneAndPassedUnderTheOther() {
        add("1", walk("read", "hold"), walk("read", "keep"));

        assertThat(says(1)).containsExactly("1 of 1 order would skip `hold`", "1 of 1 order would newly pass `keep`");
    }

    @Test
    void ofManyStepsTheFirstAreNamed() {
        add("1", walk(IntStream.range(0, 9).mapToObj(i -> "s" + i).toArray(String[]::new)), walk());

        assertThat(says(1))
                .containsExactly("1 of 1 order would skip `s0`, `s1`, `s2`, `s3`, `s4`, `s5` and 3 steps more");
    }

    private void add(String order, Walk before, Walk after) {
        differences.add(order, "a_queue", before, after);
    }

    private List<String> says(int orders) {
        return differences.inWords(orders, id -> "`" + id + "`");
    }

    private static Walk walk(String... nodes) {
        return new Walk(List.of(nodes), null);
    }

    private static Walk failing(String error, String... nodes) {
        return new Walk(List.of(nodes), error);
    }
}
