package org.orderway.desk;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WordingTest {

    private final Wording say = new Wording(Instant.parse("2026-11-20T10:00:30Z"));

    @Test
    void tellsTheTimeOfDayAndTheDayWhereItIsAnother() {
        assertThat(say.time("2026-11-20T09:03:05.123Z")).isEqualTo("09:03:05 UTC");
        assertThat(say.time("2026-11-19T23:59:59Z")).isEqualTo("19 Nov, 23:59:59 UTC");
        assertThat(say.time((String) null)).isEqualTo("–");
        assertThat(say.sentence("shipping_queue waits until 2026-11-20T10:03:05Z (retry 1)"))
                .isEqualTo("shipping_queue waits until 10:03:05 UTC (retry 1)");
    }

    @Test
    void tellsHowLongAgoInOneUnit() {
        assertThat(say.ago("2026-11-20T10:00:30.900Z")).isEqualTo("0 s ago");
        assertThat(say.ago("2026-11-20T09:59:31Z")).isEqualTo("59 s ago");
        assertThat(say.ago("2026-11-20T09:00:31Z")).isEqualTo("59 min ago");
        assertThat(say.ago("2026-11-19T10:00:31Z")).isEqualTo("23 h ago");
        assertThat(say.ago("2026-11-17T10:00:30Z")).isEqualTo("3 d ago");
        assertThat(say.ago((Instant) null)).isEqualTo("never");
    }

    @Test
    void tellsNumbersWithAsManyDigitsAsMatter() {
        assertThat(say.count(1_234_567)).isEqualTo("1,234,567");
        assertThat(say.count(null)).isEqualTo("–");
        assertThat(say.rate(0.0)).isEqualTo("0");
        assertThat(say.rate(2.345)).isEqualTo("2.3");
        assertThat(say.rate(1234.5)).isEqualTo("1,235");
        assertThat(say.seconds(0.1234)).isEqualTo("123 ms");
        assertThat(say.seconds(2.345)).isEqualTo("2.3 s");
        assertThat(say.seconds(61.6)).isEqualTo("62 s");
        assertThat(say.money(new BigDecimal("1E+2"), "GBP")).isEqualTo("100 GBP");
        assertThat(say.several(1, "thing", "things")).isEqualTo("1 thing");
        assertThat(say.several(2, "thing", "things")).isEqualTo("2 things");
        assertThat(say.words("PAYMENT_DUE")).isEqualTo("payment due");
        assertThat(say.words("card-velocity")).isEqualTo("card velocity");
    }
}
