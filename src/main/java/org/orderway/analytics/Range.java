package org.orderway.analytics;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;

/**
 * The time a report is about, and its unit.
 *
 * @param from the beginning
 * @param to   the end, not in it any more
 * @param by   minutes, hours or days
 */
record Range(Instant from, Instant to, ChronoUnit by) {

    /**
     * As it is asked for; without an end until now, without a beginning as many units as a report may have, without a unit in
     * days.
     *
     * @throws BadRange when it ends before it begins, or has more units than that
     */
    static Range of(Map<String, Object> parameters, Clock clock, int mostRows) {
        ChronoUnit by =
                switch ((String) parameters.getOrDefault("by", "day")) {
                    case "minute" -> ChronoUnit.MINUTES;
                    case "hour" -> ChronoUnit.HOURS;
                    default -> ChronoUnit.DAYS;
                };
        Duration most = by.getDuration().multipliedBy(mostRows);
        Instant to = time(parameters, "to", clock.instant());
        Instant from = time(parameters, "from", to.minus(most));
        if (!from.isBefore(to)) {
            throw new BadRange("from is not before to");
        }
        if (Duration.between(from, to).compareTo(most) > 0) {
            throw new BadRange("From " + from + " to " + to + " is more than " + mostRows + " "
                    + by.toString().toLowerCase(Locale.ROOT));
        }
        return new Range(from, to, by);
    }

    /** The unit as the contract and PostgreSQL call it. */
    String unit() {
        return switch (by) {
            case MINUTES -> "minute";
            case HOURS -> "hour";
            default -> "day";
        };
    }

    private static Instant time(Map<String, Object> parameters, String name, Instant otherwise) {
        String told = (String) parameters.get(name);
        return told == null ? otherwise : OffsetDateTime.parse(told).toInstant();
    }
}
