package org.orderway;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.orderway.testing.NeedsRabbitMq;
import org.orderway.testing.RealRabbit;
import org.orderway.testing.TestDatabase;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Edits of routes over a real RabbitMQ and PostgreSQL. */
@NeedsRabbitMq
@ActiveProfiles({"rabbitmq", "simulators"})
class RabbitRouteEditJourneyIT extends RouteEditJourneys {

    @RegisterExtension
    static final TestDatabase database = TestDatabase.fresh();

    private static GreenMail mailServer;

    @DynamicPropertySource
    static void outside(DynamicPropertyRegistry registry) {
        mailServer = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mailServer.getUserManager().setAuthRequired(false);
        mailServer.start();
        int mailPort = mailServer.getSmtp().getPort();
        RealRabbit.current().register(registry);
        database.register(registry);
        registry.add("orderway.mail.port", () -> mailPort);
    }

    @AfterAll
    static void stopMailServer() {
        mailServer.stop();
    }

    @Override
    int turn() {
        return 1;
    }
}
