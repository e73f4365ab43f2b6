package org.orderway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.orderway.testing.NeedsRabbitMq;
import org.orderway.testing.OnEachVersion;
import org.orderway.testing.OwnPostgres;
import org.orderway.testing.RealRabbit;
import org.orderway.testing.TcpProxy;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The outages over a real RabbitMQ, a PostgreSQL and a mail server, each of which goes away too. */
@NeedsRabbitMq
@ActiveProfiles({"rabbitmq", "simulators"})
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RabbitOutageJourneyIT extends OutageJourneys {

    private static OwnPostgres postgres;
    private static GreenMail mailServer;
    private static TcpProxy mailNetwork;

    @DynamicPropertySource
    static void outside(DynamicPropertyRegistry registry) throws IOException {
        mailServer = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mailServer.getUserManager().setAuthRequired(false);
        mailServer.start();
        mailNetwork = TcpProxy.to("127.0.0.1", mailServer.getSmtp().getPort());
        postgres = OwnPostgres.in(Files.createTempDirectory(Path.of("target"), "outage-"));
        postgres.register(registry);
        RealRabbit.current().register(registry);
        registry.add("orderway.mail.port", () -> mailNetwork.port());
    }

    @AfterAll
    static void stopServers() {
        mailNetwork.close();
        mailServer.stop();
        postgres.close();
    }

    @Test
    @Order(Integer.MAX_VALUE)
    @OnEachVersion
    void aBrokerThatIsKilledInTheMiddleOfManyOrdersLosesAndRepeatsNone() {
        Assumptions.assumeTrue(RealRabbit.canBeKilled(), "this RabbitMQ was not started by ./verify");
        RealRabbit rabbit = RealRabbit.current();
        List<String> ids = placeWhateverHappens(FULL ? 2_000 : 300, () -> {
            RealRabbit.killServer();
            rabbit.startServer();
        });

        assertThat(ids).doesNotHaveDuplicates();
        await("all of them end")
                .atMost(Duration.ofMinutes(5))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(rows("select id::text from orders where status <> 'SHIPPED'"))
                        .doesNotContainAnyElementsOf(ids));
        assertTheBooksAreRight();
        assertThat(rows("select id::text from orders")).containsAll(ids);
    }

    @Override
    Duration outageOfTheDatabase() {
        return LONGEST;
    }

    @Override
    boolean goesThroughThemAll() {
        return true;
    }

    @Override
    OwnPostgres postgres() {
        return postgres;
    }

    @Override
    TcpProxy mailNetwork() {
        return mailNetwork;
    }

    @Override
    List<String> mailsTo(String address) {
        return Stream.of(mailServer.getReceivedMessagesForDomain(address))
                .map(mail -> {
                    try {
                        return mail.getMessageID();
                    } catch (MessagingException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }
}
