package org.orderway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Edits of routes with broker, database and mail server inside the JVM. */
@ActiveProfiles("embedded")
class EmbeddedRouteEditJourneyIT extends RouteEditJourneys {

    @DynamicPropertySource
    static void embedded(DynamicPropertyRegistry registry) throws IOException {
        Path data = Files.createTempDirectory(Path.of("target"), "route-edit-");
        registry.add("orderway.embedded.data", data::toString);
        registry.add("orderway.embedded.broker.port", () -> 0);
        registry.add("orderway.embedded.broker.store", () -> "memory");
        registry.add("orderway.embedded.database.port", () -> 0);
        registry.add("orderway.embedded.mail.port", () -> 0);
    }

    @Override
    int turn() {
        return 0;
    }
}
