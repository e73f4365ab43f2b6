package org.orderway;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.orderway.messages.EventIds;
import org.orderway.testing.Mqtt;
import org.orderway.testing.NeedsRabbitMq;
import org.orderway.testing.RealRabbit;
import org.orderway.testing.Tap;
import org.orderway.testing.TestDatabase;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

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
