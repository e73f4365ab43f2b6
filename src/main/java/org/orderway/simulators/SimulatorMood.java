package org.orderway.simulators;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/** How the simulated gateway and carrier feel today: slow, or failing now and then, or always for certain orders. */
@Component("simulatorMood")
@Profile("simulators")
public class SimulatorMood {

    private final Settings settings;

    SimulatorMood(Settings settings) {
        this.settings = settings;
    }

    /** Lets the gateway be itself: {@code tok_error} fails before anything is charged. */
    public void gateway(JsonNode request) throws InterruptedException {
        be(settings.gatewayLatency(), request.path("token").asText().equals("tok_error"), settings.gatewayErrorRate());
    }

    /** Lets the carrier be itself: the postcode {@code CARRIER-500} fails before anything is booked. */
    public void carrier(JsonNode request) throws InterruptedException {
        be(
                settings.carrierLatency(),
                request.path("shipTo").path("postcode").asText().equals("CARRIER-500"),
                settings.carrierErrorRate());
    }

    private static void be(Duration latency, boolean fails, double errorRate) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(latency.toMillis());
        if (fails || ThreadLocalRandom.current().nextDouble() < errorRate) {
            throw new SimulatedFailure();
        }
    }

    /** What the other side answers with 500. */
    public static class SimulatedFailure extends RuntimeException {

        SimulatedFailure() {
            super("Simulated failure");
        }
    }

    /**
     * Settings of the simulators.
     *
     * @param gatewayErrorRate share of charges answered with 500, 0 to 1
     * @param gatewayLatency   time each charge takes
     * @param carrierErrorRate share of shipments answered with 500, 0 to 1
     * @param carrierLatency   time each shipment takes
     * @param deliveredAfter   time from its booking until a parcel is delivered; 0 for never
     */
    @ConfigurationProperties("orderway.simulators")
    record Settings(
            double gatewayErrorRate,
            Duration gatewayLatency,
            double carrierErrorRate,
            Duration carrierLatency,
            Duration deliveredAfter) {}
}
