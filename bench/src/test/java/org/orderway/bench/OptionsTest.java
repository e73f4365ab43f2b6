package org.orderway.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void whatIsNotAskedForIsAsBefore() {
        Options options = Options.of("--amqp", "amqp://x", "--management", "http://y");

        assertThat(options.mode()).isEqualTo(Options.MEASURE);
        assertThat(options.pipeline()).isEqualTo("orderway");
        assertThat(options.journey()).isEqualTo(Orderway.FULL);
        assertThat(options.queueType()).isEqualTo("quorum");
        assertThat(options.orders()).isEqualTo(2000);
    }

    @Test
    void aBacklogIsARunOfItsOwnOrPartOfTheCharts() {
        assertThat(Options.of("--backlog", "100000").mode()).isEqualTo(Options.BACKLOG);
        assertThat(Options.of("--charts", "--backlog", "5").mode()).isEqualTo(Options.CHARTS);
        assertThat(Options.of("--charts").backlog()).isEqualTo(20_000);
    }

    @Test
    void switchesTakeNoValueAndSettingsMayBeRepeated() {
        Options options = Options.of("--compare", "--rounds", "5", "--set", "a=1", "--profile", "--set", "b=2");

        assertThat(options.mode()).isEqualTo(Options.COMPARE);
        assertThat(options.rounds()).isEqualTo(5);
        assertThat(options.profile()).isTrue();
        assertThat(options.settings()).containsExactly("a=1", "b=2");
    }

    @Test
    void whatIsNoQueueTypeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Options.of("--queue-type", "quorom"));
        assertThatIllegalArgumentException().isThrownBy(() -> Options.of("--rounds"));
    }
}
