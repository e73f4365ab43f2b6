package org.orderway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.orderway.embedded.CaughtMails;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The journeys with broker, database and mail server inside the JVM, as on a first run. */
@ActiveProfiles("embedded")
class EmbeddedOrderJourneyIT extends OrderJourneys {

    @Autowired
    private CaughtMails mails;

    @DynamicPropertySource
    static void embedded(DynamicPropertyRegistry registry) throws IOException {
        // Under target: what sweeps the system's temporary folder would take the database away, and its log is at hand.
        Path data = Files.createTempDirectory(Path.of("target"), "journey-");
        registry.add("orderway.embedded.data", data::toString);
        registry.add("orderway.embedded.broker.port", () -> 0);
        registry.add("orderway.embedded.broker.store", () -> "memory");
        registry.add("orderway.embedded.database.port", () -> 0);
        registry.add("orderway.embedded.mail.port", () -> 0);
    }

    @Override
    List<Letter> letters() {
        return mails.list().stream()
                .map(mail -> new Letter(mail.id(), String.join(",", mail.to()), mail.attachments()))
                .toList();
    }
}
