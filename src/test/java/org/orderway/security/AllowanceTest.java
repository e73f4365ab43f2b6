package org.orderway.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AllowanceTest {

    private final AtomicLong nanos = new AtomicLong();

    @Test
    void givesSoMuchAtOnceAndThenTellsHowLongToWait() {
        Allowance allowance = new Allowance(2, Duration.ofSeconds(1), nanos::get);

        assertThat(allowance.take("a")).isZero();
        assertThat(allowance.take("a")).isZero();
        assertThat(allowance.take("a")).isEqualTo(Duration.ofMillis(500));
        assertThat(allowance.waitOf("a")).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void fillsUpEvenlyAndNeverBeyondItsSize() {
        Allowance allowance = new Allowance(2, Duration.ofSeconds(1), nanos::get);
        allowance.take("a");
        allowance.take("a");

        nanos.addAndGet(Duration.ofMillis(500).toNanos());
        assertThat(allowance.take("a")).isZero();
        assertThat(allowance.take("a")).isPositive();

        nanos.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(allowance.take("a")).isZero();
        assertThat(allowance.take("a")).isZero();
        assertThat(allowance.take("a")).isPositive();
    }

    @Test
    void keepsEachCallersOwn() {
        Allowance allowance = new Allowance(1, Duration.ofSeconds(1), nanos::get);
        allowance.take("a");

        assertThat(allowance.take("a")).isPositive();
        assertThat(allowance.take("b")).isZero();
    }

    @Test
    void askingCostsNothing() {
        Allowance allowance = new Allowance(1, Duration.ofSeconds(1), nanos::get);

        allowance.waitOf("a");
        allowance.waitOf("a");

        assertThat(allowance.take("a")).isZero();
    }

    @Test
    void withoutALimitNobodyWaits() {
        Allowance allowance = new Allowance(0, Duration.ofSeconds(1), nanos::get);

        for (int i = 0; i < 1000; i++) {
            assertThat(allowance.take("a")).isZero();
        }
    }
}
