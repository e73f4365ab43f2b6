package org.orderway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NumbersTest {

    @Test
    void aMedianIsTheOneInTheMiddle() {
        assertThat(Numbers.median(List.of(3.0, 100.0, 1.0))).isEqualTo(3.0);
        assertThat(Numbers.median(List.of(3.0, 100.0, 1.0, 5.0))).isEqualTo(4.0);
    }

    @Test
    void aPercentileIsAValueThatOccurred() {
        double[] values = new double[200];
        for (int i = 0; i < 200; i++) {
            values[i] = 200 - i;
        }
        assertThat(Numbers.percentile(values, 50)).isEqualTo(100);
        assertThat(Numbers.percentile(values, 99)).isEqualTo(198);
        assertThat(Numbers.percentile(values, 100)).isEqualTo(200);
        assertThat(Numbers.percentile(new double[0], 50)).isNaN();
    }
}
