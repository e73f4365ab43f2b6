package org.orderway.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.orderway.examples.Episodes.Sign;
import org.orderway.messages.Delivery;
import org.orderway.messages.EventReader;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** What other programs log. What they say goes to a person at most, never into a log or a metric of ours. */
@Component("logEntries")
public class LogEntries {

    private static final Set<String> LEVELS = Set.of("error", "warning", "info");
    private static final Set<String> USER_EVENTS = Set.of("user.created", "user.deleted");
    private static final int LONGEST_SUBJECT = 120;

    private final EventReader reader;
    private final Episodes episodes;
    private final MeterRegistry meters;
    private final Clock clock;
    private final Duration mailEvery;
    private final String operator;
    private final String mailDomain;

    LogEntries(
            EventReader reader,
            Episodes episodes,
            MeterRegistry meters,
            Clock clock,
            @Value("${orderway.examples.error-mail-every}") Duration mailEvery,
            @Value("${orderway.failures.operator}") String operator,
            @Value("${orderway.mail.domain}") String mailDomain) {
        this.reader = reader;
        this.episodes = episodes;
        this.meters = meters;
        this.clock = clock;
        this.mailEvery = mailEvery;
        this.operator = operator;
        this.mailDomain = mailDomain;
    }

    /** An entry. @param level one of {@link #LEVELS}, or other */
    public record Entry(String service, String level, String message) {}

    /** A JSON object that satisfies the schema {@code log.entry}, or the bare text of the tutorials, whose key is its level. */
    public Entry read(Delivery delivery) {
        String text = new String(reader.bytes(delivery), StandardCharsets.UTF_8).strip();
        if (!text.startsWith("{")) {
            return new Entry("unknown", level(delivery.type()), text);
        }
        JsonNode entry = reader.documentAs(delivery, "log.entry");
        return new Entry(
                entry.path("service").asText(),
                level(entry.path("level").asText()),
                entry.path("message").asText());
    }

    /** The mail this error must send, or null: of one service in a while there is one. */
    public EpisodeMail alarm(Delivery delivery) {
        Entry entry = read(delivery);
        String about = "errors of " + entry.service();
        boolean begins = episodes.note(about, delivery.id(), clock.instant(), Sign.BAD, mailEvery);
        if (!begins || operator.isBlank()) {
            return null;
        }
        String subject = "Error in " + entry.service() + ": " + entry.message();
        return EpisodeMail.of(
                about,
                delivery.id(),
                operator,
                subject.substring(0, Math.min(subject.length(), LONGEST_SUBJECT)),
                "%s says:%n%n%s%n%nYou will hear of further errors of it after %d minutes.%n"
                        .formatted(entry.service(), entry.message(), mailEvery.toMinutes()),
                mailDomain);
    }

    /** Counts an entry by its level, {@code orderway_log_entries_total}. */
    public void count(Delivery delivery) {
        meters.counter("orderway.log.entries", "level", read(delivery).level()).increment();
    }

    /** Counts what happened to a user, {@code orderway_user_events_total}. What the event says of the user is not looked at. */
    public void user(Delivery delivery) {
        String event = USER_EVENTS.contains(delivery.type()) ? delivery.type() : "other";
        meters.counter("orderway.user.events", "event", event).increment();
    }

    private static String level(String word) {
        return LEVELS.contains(word) ? word : "other";
    }
}
