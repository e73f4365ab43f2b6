package org.orderway.simulators;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.testing.DatabaseTest;

class CarrierSimulatorDatabaseTest extends DatabaseTest {

    private final Map<String, Object> address = Map.of("country", "GB");

    private CarrierSimulator carrier;

    @BeforeEach
    void aCarrierThatTakesTwentySeconds() {
        carrier = delivering(Duration.ofSeconds(20));
        carrier.ship("prepaid", mapper.valueToTree(Map.of("shipTo", address)));
        carrier.ship(
                "cod",
                mapper.valueToTree(Map.of(
                        "shipTo", address, "collect", Map.of("amount", new BigDecimal("7.50"), "currency", "GBP"))));
    }

    @Test
    void reportsAParcelOnItsWayAndThenItsDeliveryWithWhatItCollected() {
        assertThat(carrier.toReport()).isEmpty();

        later(11);
        assertThat(carrier.toReport()).hasSize(2).allSatisfy(report -> assertThat(report)
                .containsEntry("status", "out_for_delivery")
                .doesNotContainKey("collected"));
        assertThat(carrier.toReport()).as("until it is taken").hasSize(2);
        carrier.toReport().forEach(carrier::reported);
        assertThat(carrier.toReport()).isEmpty();

        later(10);
        assertThat(carrier.toReport())
                .hasSize(2)
                .allSatisfy(report -> assertThat(report).containsEntry("status", "delivered"))
                .filteredOn(report -> report.containsKey("collected"))
                .singleElement()
                .satisfies(report -> assertThat(mapper.<JsonNode>valueToTree(report)
                                .at("/collected/amount")
                                .decimalValue())
                        .isEqualByComparingTo("7.5"));
        carrier.toReport().forEach(carrier::reported);
        later(100);
        assertThat(carrier.toReport()).isEmpty();
    }

    @Test
    void deliversNothingWhereThatIsSwitchedOff() {
        later(10_000);

        assertThat(delivering(Duration.ZERO).toReport()).isEmpty();
    }

    private CarrierSimulator delivering(Duration after) {
        return new CarrierSimulator(
                jdbc, Clock.systemUTC(), new SimulatorMood.Settings(0, Duration.ZERO, 0, Duration.ZERO, after));
    }

    private void later(int seconds) {
        jdbc.sql("update simulators.shipments set at = at - make_interval(secs => ?)")
                .param(seconds)
                .update();
    }
}
