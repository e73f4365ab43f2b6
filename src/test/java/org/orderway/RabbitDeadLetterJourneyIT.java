package org.orderway;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.orderway.testing.NeedsRabbitMq;
import org.orderway.testing.OnEachVersion;
import org.orderway.testing.RealRabbit;
import org.orderway.testing.TestDatabase;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Dead letters over a real RabbitMQ, a PostgreSQL and a mail server, as in production. */
@NeedsRabbitMq
@ActiveProfiles({"rabbitmq", "simulators"})
@OnEachVersion
class RabbitDeadLetterJourneyIT extends DeadLetterJourneys {

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
    List<Letter> mails() {
        return Stream.of(mailServer.getReceivedMessages())
                .map(RabbitDeadLetterJourneyIT::letter)
                .toList();
    }

    private static Letter letter(MimeMessage mail) {
        try {
            return new Letter(
                    mail.getRecipients(RecipientType.TO)[0].toString(), mail.getSubject(), GreenMailUtil.getBody(mail));
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }
}
