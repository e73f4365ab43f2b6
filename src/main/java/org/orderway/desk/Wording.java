package org.orderway.desk;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Pattern;

/** Numbers and times as people read them. */
public final class Wording {

    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY_AND_CLOCK =
            DateTimeFormatter.ofPattern("d MMM, HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final Pattern ISO = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
    private static final double SLOW = 10;

    private final Instant now;

    Wording(Instant now) {
        this.now = now;
    }

    /** The time of day, with the day where it is another one than today; UTC. A page's script makes it the reader's own. */
    public String time(Instant at) {
        if (at == null) {
            return "–";
        }
        boolean isToday = at.truncatedTo(ChronoUnit.DAYS).equals(now.truncatedTo(ChronoUnit.DAYS));
        return (isToday ? CLOCK : DAY_AND_CLOCK).format(at) + " UTC";
    }

    /** The same of ISO 8601. */
    public String time(String iso) {
        return time(iso == null ? null : Instant.parse(iso));
    }

    /** A sentence with the times in it as people read them. */
    public String sentence(String text) {
        return text == null ? "" : ISO.matcher(text).replaceAll(at -> time(at.group()));
    }

    /** How long ago it was. */
    public String ago(Instant at) {
        return at == null ? "never" : in(Duration.between(at, now)) + " ago";
    }

    /** The same of ISO 8601. */
    public String ago(String iso) {
        return ago(iso == null ? null : Instant.parse(iso));
    }

    private static String in(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min";
        }
        return seconds < 86_400 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
    }

    /** A count; a dash where it is not known. */
    public String count(Number count) {
        return count == null ? "–" : String.format(Locale.ENGLISH, "%,d", count.longValue());
    }

    /** Messages a second. */
    public String rate(Double rate) {
        if (rate == null) {
            return "–";
        }
        return rate == 0 ? "0" : String.format(Locale.ENGLISH, rate < SLOW ? "%.1f" : "%,.0f", rate);
    }

    /** Seconds that something took. */
    public String seconds(Double seconds) {
        if (seconds == null) {
            return "–";
        }
        return seconds < 1
                ? Math.round(seconds * 1000) + " ms"
                : String.format(Locale.ENGLISH, seconds < SLOW ? "%.1f s" : "%.0f s", seconds);
    }

    /** An amount with its currency. */
    public String money(Object amount, Object currency) {
        return amount == null ? "–" : new BigDecimal(amount.toString()).toPlainString() + " " + currency;
    }

    /** A word of ours for people: {@code PAYMENT_DUE} is payment due. */
    public String words(Object word) {
        return word == null
                ? ""
                : word.toString().toLowerCase(Locale.ROOT).replace('_', ' ').replace('-', ' ');
    }

    /** One thing or several of them. */
    public String several(long count, String one, String more) {
        return count(count) + " " + (count == 1 ? one : more);
    }
}
