package org.orderway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.orderway.messages.EventIds;
import org.orderway.testing.ChildJvm;
import org.orderway.testing.Mqtt;
import org.orderway.testing.NeedsRabbitMq;
import org.orderway.testing.OnEachVersion;
import org.orderway.testing.RealRabbit;
import org.orderway.testing.Shop;
import org.orderway.testing.Tap;
import org.orderway.testing.TestDatabase;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.util.FileSystemUtils;

/** The journeys over a real RabbitMQ, a PostgreSQL and a mail server, as in production. */
@NeedsRabbitMq
@ActiveProfiles({"rabbitmq", "simulators"})
class RabbitOrderJourneyIT extends OrderJourneys {

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
    List<Letter> letters() {
        return Stream.of(mailServer.getReceivedMessages())
                .map(RabbitOrderJourneyIT::letter)
                .toList();
    }

    @Test
    @OnEachVersion
    void everyQueueIsReplicatedAndEveryMessageIsPersistent(RealRabbit rabbit) {
        awaitStatus(shop.place(line(form("prepaid", "tok_ok"), stocked(1), 1, "1")), "SHIPPED");

        List<String> found = StreamSupport.stream(
                        rabbit.ask("/api/queues/{vhost}").spliterator(), false)
                .map(queue -> queue.path("name").asText())
                .filter(name -> !name.startsWith(Tap.PREFIX))
                .toList();
        assertThat(found).containsExactlyInAnyOrderElementsOf(queues());
        assertThat(queues()).allSatisfy(name -> assertThat(rabbit.queue(name).orElseThrow())
                .satisfies(queue -> assertThat(queue.durable()).isTrue())
                .satisfies(queue -> assertThat(queue.type()).isEqualTo("quorum")));
        assertThat(rabbit.ask("/api/exchanges/{vhost}"))
                .filteredOn(exchange ->
                        exchange.path("user_who_performed_action").asText().equals(rabbit.user())
                                && !exchange.path("name").asText().matches("|amq\\..*"))
                .hasSizeGreaterThan(8)
                .allSatisfy(exchange -> assertThat(exchange.path("durable").asBoolean())
                        .as(exchange.path("name").asText())
                        .isTrue())
                .filteredOn(exchange -> !exchange.path("name").asText().equals("unroutable"))
                .allSatisfy(exchange -> assertThat(
                                exchange.at("/arguments/alternate-exchange").asText())
                        .as(exchange.path("name").asText())
                        .isEqualTo("unroutable"));
        assertThat(tap.heard(m -> "orderway".equals(m.properties().getAppId())))
                .isNotEmpty()
                .allSatisfy(m -> assertThat(m.properties().getDeliveryMode())
                        .as(m.routingKey())
                        .isEqualTo(2));
        // What came in transient is kept no less safely once it failed.
        tap.publish("order_events", "order.normal.in", "{\"transient\"");
        assertThat(tap.awaitHeard(
                                "a dead letter",
                                m -> m.text().equals("{\"transient\"")
                                        && m.exchange().equals("order_dead"))
                        .properties()
                        .getDeliveryMode())
                .isEqualTo(2);
    }

    @Test
    @EnabledIfEnvironmentVariable(
            named = "ORDERWAY_TEST_MQTT",
            matches = ".+",
            disabledReason = "need a RabbitMQ with the MQTT plugin")
    void aSensorThatSpeaksMqttIsHeard(RealRabbit rabbit) throws IOException {
        String sensor = "mqtt-" + System.nanoTime();
        String reading = "{\"sensor\": \"%s\", \"value\": 12, \"at\": \"2026-11-20T10:00:00Z\"}".formatted(sensor);

        try (Mqtt device = new Mqtt(
                System.getenv("ORDERWAY_TEST_MQTT"), rabbit.virtualHost() + ":" + rabbit.user(), rabbit.password())) {
            device.publish("warehouse/sensors/" + sensor, reading);
        }

        awaitTold(
                "sensor " + sensor,
                EventIds.ofContent("warehouse.sensors." + sensor, reading.getBytes(StandardCharsets.UTF_8)));
    }

    /** One instance does it all, then two more come that only ship; the carrier's answer takes most of the time. */
    @Test
    @EnabledIfSystemProperty(named = "orderway.test.full", matches = "true")
    void twoMoreInstancesShipFasterAndEachParcelOnce(RealRabbit rabbit, @TempDir Path folder) throws IOException {
        Duration alone = shipments(80);
        for (String name : List.of("application.yml", "routes-yaml", "samples")) {
            FileSystemUtils.copyRecursively(Path.of(name), folder.resolve(name));
        }
        try (ChildJvm second = shipper(rabbit, folder);
                ChildJvm third = shipper(rabbit, folder)) {
            for (ChildJvm instance : List.of(second, third)) {
                instance.awaitHttp("/actuator/health/readiness");
            }

            Duration together = shipments(80);

            assertThat(together).isLessThan(alone.multipliedBy(2).dividedBy(3));
            for (ChildJvm instance : List.of(second, third)) {
                assertThat(new String(new Shop(instance.base().getPort())
                                .file("/actuator/prometheus")
                                .content()))
                        .as("its share of the parcels")
                        .containsPattern(
                                "camel_exchanges_succeeded_total\\{[^}]*routeId=\"shipping-ship\"[^}]*} [1-9]");
            }
        }
    }

    /** Two instances with different roles: this one does all but ship, the other only ships. */
    @Test
    @EnabledIfSystemProperty(named = "orderway.test.full", matches = "true")
    void whatOneInstanceHasSwitchedOffAnotherThatHasTheRoleDoes(RealRabbit rabbit, @TempDir Path folder)
            throws Exception {
        for (String name : List.of("application.yml", "routes-yaml", "samples")) {
            FileSystemUtils.copyRecursively(Path.of(name), folder.resolve(name));
        }
        slowCarrier(250);
        String sku = stocked(12);
        shop.role("shipping", "stop");
        try (ChildJvm other = shipper(rabbit, folder)) {
            List<String> ids = several(12, () -> line(form("cod", null, "SLOWLY"), sku, 1, "1"));
            other.awaitHttp("/actuator/health/readiness");

            await("all of them shipped").atMost(Duration.ofMinutes(2)).until(() -> inStatus(ids, "SHIPPED") == 12);

            assertOnceEach(ids);
            assertThat(ids).allSatisfy(id -> assertThat(bookings(id)).isEqualTo(1));
        } finally {
            shop.role("shipping", "start");
        }
    }

    /** How long it takes to ship so many orders that all wait for it, each of them once. */
    private Duration shipments(int orders) {
        slowCarrier(1000); // so that the wait outweighs what the machine has to do for more instances
        String sku = stocked(orders);
        List<String> ids = several(orders, () -> line(form("cod", null, "SLOWLY"), sku, 1, "1"));
        Instant begun = Instant.now();
        await("all of them shipped").atMost(Duration.ofMinutes(2)).until(() -> inStatus(ids, "SHIPPED") == orders);
        Duration took = Duration.between(begun, Instant.now());
        assertOnceEach(ids);
        assertThat(ids).allSatisfy(id -> assertThat(bookings(id)).isEqualTo(1));
        return took;
    }

    private ChildJvm shipper(RealRabbit rabbit, Path folder) {
        return ChildJvm.orderway(folder, ChildJvm.freePort())
                .environment("ORDERWAY_CARD_KEY", "the-cards-key")
                .argument("--spring.profiles.active=rabbitmq")
                .argument("--orderway.roles=shipping")
                .argument("--orderway.topology.max-retries=" + MAX_RETRIES)
                .argument("--orderway.topology.retry-delays=200ms,300ms")
                .argument("--orderway.notification.confirmation-delay=1s")
                .argument("--orderway.examples.regional-desk=true")
                .argument("--spring.rabbitmq.addresses=" + rabbit.host() + ":" + rabbit.port())
                .argument("--spring.rabbitmq.virtual-host=" + rabbit.virtualHost())
                .argument("--spring.rabbitmq.username=" + rabbit.user())
                .argument("--spring.rabbitmq.password=" + rabbit.password())
                .argument("--spring.datasource.url=" + database.jdbcUrl())
                .argument("--spring.datasource.username=" + database.user())
                .argument("--spring.datasource.password=" + database.password())
                .argument("--orderway.shipping.carrier.url=" + carrierUrl())
                .argument("--orderway.payment.gateway.url=" + carrierUrl())
                .start();
    }

    private static List<String> attachments(Part part) throws MessagingException, IOException {
        List<String> names = new ArrayList<>();
        if (part.getContent() instanceof Multipart parts) {
            for (int i = 0; i < parts.getCount(); i++) {
                names.addAll(attachments(parts.getBodyPart(i)));
            }
        } else if (part.getFileName() != null) {
            names.add(part.getFileName());
        }
        return names;
    }

    private static Letter letter(MimeMessage mail) {
        try {
            return new Letter(
                    mail.getMessageID().replaceAll("[<>]", ""),
                    mail.getRecipients(RecipientType.TO)[0].toString(),
                    attachments(mail));
        } catch (MessagingException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
