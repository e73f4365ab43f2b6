package org.orderway.examples;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import org.orderway.examples.Episodes.Sign;
import org.orderway.messages.Delivery;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Watches the sensors of a warehouse. There are two limits, so that a reading that wavers about one is one alarm. */
@Component("sensors")
public class Sensors {

    private final Episodes episodes;
    private final Clock clock;
    private final BigDecimal alarmAbove;
    private final BigDecimal calmBelow;
    private final String operator;
    private final String mailDomain;

    Sensors(
            Episodes episodes,
            Clock clock,
            @Value("${orderway.examples.sensor-alarm-above}") BigDecimal alarmAbove,
            @Value("${orderway.examples.sensor-calm-below}") BigDecimal calmBelow,
            @Value("${orderway.failures.operator}") String operator,
            @Value("${orderway.mail.domain}") String mailDomain) {
        if (calmBelow.compareTo(alarmAbove) > 0) {
            throw new IllegalArgumentException(
                    "orderway.examples.sensor-calm-below is above orderway.examples.sensor-alarm-above");
        }
        this.episodes = episodes;
        this.clock = clock;
        this.alarmAbove = alarmAbove;
        this.calmBelow = calmBelow;
        this.operator = operator;
        this.mailDomain = mailDomain;
    }

    /**
     * Takes a reading.
     *
     * @param reading {@code sensor}, {@code value} and {@code at}; a time to come counts as now
     * @return the mail this reading must send, or null
     */
    public EpisodeMail read(Delivery delivery, JsonNode reading) {
        String sensor = reading.path("sensor").asText();
        BigDecimal value = reading.path("value").decimalValue();
        Instant at = Instant.parse(reading.path("at").asText());
        Instant now = clock.instant();
        boolean begins =
                episodes.note("sensor " + sensor, delivery.id(), at.isAfter(now) ? now : at, sign(value), null);
        if (!begins || operator.isBlank()) {
            return null;
        }
        return EpisodeMail.of(
                "sensor " + sensor,
                delivery.id(),
                operator,
                "Sensor " + sensor + " reads " + value.toPlainString(),
                """
                The sensor %s of the warehouse read %s at %s; more than %s is too much.
                You will hear of it again when it has been below %s and rises again.
                """
                        .formatted(
                                sensor,
                                value.toPlainString(),
                                at,
                                alarmAbove.toPlainString(),
                                calmBelow.toPlainString()),
                mailDomain);
    }

    private Sign sign(BigDecimal value) {
        if (value.compareTo(alarmAbove) > 0) {
            return Sign.BAD;
        }
        return value.compareTo(calmBelow) < 0 ? Sign.GOOD : Sign.NEITHER;
    }
}
