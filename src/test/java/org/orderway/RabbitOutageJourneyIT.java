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
    void everyMailArrivesOnceAfterAMailServerWasAway() {
        mailNetwork.refuse();
        List<String> ids = placeThirty("cod");
        awaitOutage("smtp", "notification-tell");
        awaitEnded(ids);
        await("the outage lasts").atMost(SHORT.plusSeconds(30)).during(SHORT).until(() -> deadLetters(ids)
                .isEmpty());
        mailNetwork.pass();

        awaitNoOutage();
        for (String id : ids) {
            await("the mails of " + id).atMost(PATIENCE).untilAsserted(() -> assertThat(lettersOf(id))
                    .as("payment, parcel and confirmation, told once each")
                    .hasSizeGreaterThanOrEqualTo(2)
                    .doesNotHaveDuplicates()
                    .hasSize(mailsOf(id)));
        }
        assertThat(deadLetters(ids)).isEmpty();
    }

    @Test
    void aDatabaseThatIsKilledInTheMiddleOfTheDayCostsNothing() {
        List<String> ids = placeWhateverHappens(60, () -> {
            postgres.kill();
            awaitOutage("database", "inventory-reserve", "audit-append", "shipping-ship");
            letTimePass(outage());
            postgres.start();
        });

        awaitAllIsWell(ids);
    }

    @Test
    void aDatabaseThatHangsInTheMiddleOfTheDayCostsNothing() {
        List<String> ids = placeWhateverHappens(60, () -> {
            postgres.freeze();
            awaitOutage("database", "inventory-reserve", "audit-append", "shipping-ship");
            letTimePass(SHORT);
            postgres.thaw();
        });

        awaitAllIsWell(ids);
    }

    @Test
    @Order(Integer.MAX_VALUE)
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

    private void awaitAllIsWell(List<String> ids) {
        awaitNoOutage();
        awaitEnded(ids);
        assertThat(deadLetters(ids)).isEmpty();
        await("audit has it all").atMost(PATIENCE).untilAsserted(() -> assertThat(
                        rows(
                                """
                        select o.number from orders o where not exists (
                            select 1 from audit_events a where a.order_id = o.id and a.type = 'order.shipped')
                        """))
                .isEmpty());
        assertTheBooksAreRight();
    }

    @Override
    Duration outage() {
        return FULL ? Duration.ofMinutes(5) : super.outage();
    }

    private static void letTimePass(Duration outage) {
        await("the outage lasts")
                .pollDelay(outage)
                .atMost(outage.plusSeconds(10))
                .until(() -> true);
    }

    /** The ids of the mails that reached the customer of an order. */
    private List<String> lettersOf(String id) {
        String customer = rows("select customer_email from orders where id = '" + id + "'")
                .get(0);
        return Stream.of(mailServer.getReceivedMessagesForDomain(customer))
                .map(mail -> {
                    try {
                        return mail.getMessageID();
                    } catch (MessagingException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }

    /** How many mails the journal says the order's customer was sent. */
    private int mailsOf(String id) {
        return rows("select key from effects where kind = 'mail' and order_id = '" + id
                        + "' and known_at is not null and (result ->> 'sent')::boolean")
                .size();
    }
}
