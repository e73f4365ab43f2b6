package org.orderway;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.orderway.embedded.CaughtMails;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The journeys with broker, database and mail server inside the JVM, as on a first run. */
@ActiveProfiles("embedded")
class EmbeddedOrderJourneyIT extends OrderJourneys {

    @TempDir
    static Path data;

    @Autowired
    private CaughtMails mails;

    @DynamicPropertySource
    static void embedded(DynamicPropertyRegistry registry) {
        registry.add("orderway.embedded.data", data::toString);
        registry.add("orderway.embedded.broker.port", () -> 0);
        registry.add("orderway.embedded.broker.store", () -> "memory");
        registry.add("orderway.embedded.database.port", () -> 0);
        registry.add("orderway.embedded.mail.port", () -> 0);
    }

    @Override
    List<Letter> letters() {
        return mails.list().stream()
                .map(mail -> new Letter(mail.id(), String.join(",", mail.to())))
                .toList();
    }
}
