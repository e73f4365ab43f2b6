package org.orderway.embedded;

import java.util.List;
import java.util.Map;
import org.orderway.broker.BrokerAtHand;
import org.orderway.broker.FoundTopology;
import org.orderway.broker.QueueFigures;
import org.orderway.notification.Mails;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.amqp.RabbitConnectionDetails;
import org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Starts broker, database and mail server in the JVM, for a first run and for tests.
 *
 * <p>Who connects to one of them gets its address from a bean made of that server, so each is up before and goes down after
 * those who use it.
 */
@Configuration(proxyBeanMethods = false)
@Profile("embedded")
class EmbeddedServers {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedServers.class);

    @Bean
    DataFolder dataFolder(EmbeddedSettings settings) {
        LOG.info("Embedded broker, database and mail server are for trying out and for tests;"
                + " for production use the profile rabbitmq");
        return new DataFolder(settings.data());
    }

    @Bean
    EmbeddedBroker embeddedBroker(EmbeddedSettings settings, DataFolder data) {
        return new EmbeddedBroker(settings.broker(), data.resolve("broker"));
    }

    @Bean
    BrokerAtHand brokerAtHand(EmbeddedBroker broker) {
        return new BrokerAtHand() {
            @Override
            public List<QueueFigures.Counts> counts() {
                return broker.counts();
            }

            @Override
            public FoundTopology found() {
                return broker.found();
            }
        };
    }

    @Bean
    EmbeddedDatabase embeddedDatabase(EmbeddedSettings settings, DataFolder data) {
        return new EmbeddedDatabase(settings.database(), data.resolve("postgres"));
    }

    @Bean
    CaughtMails caughtMails(EmbeddedSettings settings) {
        return new CaughtMails(settings.mail().keep());
    }

    @Bean
    Mails.Caught mailsToShow(CaughtMails caught) {
        return () -> caught.list().stream()
                .map(mail -> new Mails.CaughtMail(
                        mail.id(),
                        String.join(", ", mail.to()),
                        mail.subject(),
                        mail.sentAt().toString(),
                        mail.text(),
                        mail.html(),
                        mail.attachments()))
                .toList();
    }

    /** Routes find the mail server under {@code orderway.mail}, as they would a real one. */
    @Bean
    EmbeddedMail embeddedMail(EmbeddedSettings settings, CaughtMails caught, ConfigurableEnvironment environment) {
        var mail = new EmbeddedMail(settings.mail(), caught);
        Map<String, Object> address = Map.of(
                "orderway.mail.host",
                Ports.LOOPBACK,
                "orderway.mail.port",
                mail.port(),
                "orderway.mail.url",
                "smtp://" + Ports.LOOPBACK + ":" + mail.port());
        environment.getPropertySources().addFirst(new MapPropertySource("embeddedMail", address));
        return mail;
    }

    @Bean
    RabbitConnectionDetails rabbitConnectionDetails(EmbeddedBroker broker, EmbeddedSettings settings) {
        return new RabbitConnectionDetails() {
            @Override
            public String getUsername() {
                return settings.broker().username();
            }

            @Override
            public String getPassword() {
                return settings.broker().password();
            }

            @Override
            public List<Address> getAddresses() {
                return List.of(new Address(Ports.LOOPBACK, broker.port()));
            }
        };
    }

    @Bean
    JdbcConnectionDetails jdbcConnectionDetails(EmbeddedDatabase database) {
        return new JdbcConnectionDetails() {
            @Override
            public String getUsername() {
                return EmbeddedDatabase.USER;
            }

            @Override
            public String getPassword() {
                return "";
            }

            @Override
            public String getJdbcUrl() {
                return database.jdbcUrl();
            }
        };
    }
}
