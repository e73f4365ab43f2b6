package org.orderway.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.orderway.examples.Episodes.Sign.BAD;
import static org.orderway.examples.Episodes.Sign.GOOD;
import static org.orderway.examples.Episodes.Sign.NEITHER;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.orderway.examples.Episodes.Sign;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

class EpisodesDatabaseTest extends DatabaseTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    @Autowired
    private Episodes episodes;

    @Test
    void oneMessageOfAnEpisodeTellsHoweverManyThereAre() {
        assertThat(note("m-1", 0, BAD)).isTrue();
        assertThat(note("m-2", 1, BAD)).isFalse();
        assertThat(note("m-3", 2, NEITHER)).isFalse();
        assertThat(note("m-4", 3, BAD)).as("it wavered").isFalse();
        assertThat(note("m-5", 4, GOOD)).isFalse();
        assertThat(note("m-6", 5, NEITHER)).as("not bad enough to begin").isFalse();
        assertThat(note("m-7", 6, BAD)).as("begins anew").isTrue();
        assertThat(episodes.note("another", "m-8", NOON, BAD, null)).isTrue();
    }

    @Test
    void theMessageThatBeganItTellsAgainAfterACrashUntilSomebodyWasTold() {
        assertThat(note("m-1", 0, BAD)).isTrue();
        assertThat(note("m-2", 1, BAD)).isFalse();
        assertThat(note("m-1", 0, BAD)).as("delivered again").isTrue();

        episodes.told(mail("m-0"));
        assertThat(note("m-1", 0, BAD)).as("another message's mail").isTrue();
        episodes.told(mail("m-1"));

        assertThat(note("m-1", 0, BAD)).isFalse();
        assertThat(note("m-3", 2, BAD)).isFalse();
    }

    @Test
    void aMessageThatWasOvertakenChangesNothing() {
        note("m-1", 10, GOOD);

        assertThat(note("m-2", 5, BAD)).isFalse();
        assertThat(note("m-3", 11, BAD)).isTrue();
        assertThat(note("m-4", 9, GOOD)).isFalse();
        assertThat(note("m-5", 12, BAD)).as("still the same episode").isFalse();
    }

    @Test
    void anEpisodeMayEndByTime() {
        Duration longest = Duration.ofSeconds(60);

        assertThat(episodes.note("s", "m-1", NOON, BAD, longest)).isTrue();
        assertThat(episodes.note("s", "m-2", NOON.plusSeconds(59), BAD, longest))
                .isFalse();
        assertThat(episodes.note("s", "m-3", NOON.plusSeconds(60), BAD, longest))
                .isTrue();
    }

    @Test
    void ofManyAtTheSameMomentOneTells() throws Exception {
        List<Callable<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String message = "m-" + i;
            all.add(() -> note(message, 0, BAD));
        }

        assertThat(together(all)).containsOnlyOnce(true);
    }

    private boolean note(String message, int second, Sign sign) {
        return episodes.note("s", message, NOON.plusSeconds(second), sign, null);
    }

    private static EpisodeMail mail(String beganWith) {
        return EpisodeMail.of("s", beganWith, "o@example.org", "s", "t", "shop");
    }
}
