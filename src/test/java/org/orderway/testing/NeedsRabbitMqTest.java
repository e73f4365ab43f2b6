package org.orderway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NeedsRabbitMqTest {

    @Test
    void skipsWithoutAnAddress() {
        assertThat(RealRabbitExtension.decide(false, false).isDisabled()).isTrue();
        assertThat(RealRabbitExtension.decide(true, false).isDisabled()).isFalse();
    }

    @Test
    void doesNotSkipWhereRabbitMqIsRequired() {
        assertThat(RealRabbitExtension.decide(false, true).isDisabled()).isFalse();
    }
}
