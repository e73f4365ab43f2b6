package org.orderway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.orderway.embedded.CaughtMail;
import org.orderway.embedded.CaughtMails;
import org.orderway.testing.ChildJvm;
import org.orderway.testing.OwnPostgres;
import org.orderway.testing.TcpProxy;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.DependsOn;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The outages with the broker inside the JVM, and a database and a way to the mail server that can be taken away. */
@ActiveProfiles("embedded")
@Import(EmbeddedOutageJourneyIT.Outside.class)
class EmbeddedOutageJourneyIT extends OutageJourneys {

    private static OwnPostgres postgres;
    private static TcpProxy mailNetwork;

    @Autowired
    private CaughtMails mails;

    @DynamicPropertySource
    static void embedded(DynamicPropertyRegistry registry) throws IOException {
        Path data = Files.createTempDirectory(Path.of("target"), "outage-");
        int mailPort = ChildJvm.freePort();
        postgres = OwnPostgres.in(data);
        mailNetwork = TcpProxy.to("127.0.0.1", mailPort);
        registry.add("orderway.embedded.data", data.resolve("data")::toString);
        registry.add("orderway.embedded.broker.port", () -> 0);
        registry.add("orderway.embedded.broker.store", () -> "memory");
        registry.add("orderway.embedded.database.port", () -> 0);
        registry.add("orderway.embedded.mail.port", () -> mailPort);
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Outside {

        @Bean
        @Primary
        JdbcConnectionDetails databaseThatGoesAway() {
            return new JdbcConnectionDetails() {
                @Override
                public String getUsername() {
                    return OwnPostgres.USER;
                }

                @Override
                public String getPassword() {
                    return "";
                }

                @Override
                public String getJdbcUrl() {
                    return postgres.jdbcUrl();
                }
            };
        }

        /** The embedded mail server gives its own address first. */
        @Bean
        @DependsOn("embeddedMail")
        PropertySource<?> wayToTheMailServer(ConfigurableEnvironment environment) {
            PropertySource<?> way = new MapPropertySource(
                    "wayToTheMailServer",
                    Map.of(
                            "orderway.mail.port",
                            mailNetwork.port(),
                            "orderway.mail.url",
                            "smtp://127.0.0.1:" + mailNetwork.port()));
            environment.getPropertySources().addFirst(way);
            return way;
        }
    }

    @AfterAll
    static void stopServers() {
        mailNetwork.close();
        postgres.close();
    }

    @Override
    Duration outageOfTheCarrier() {
        return LONGEST;
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
        return mails.list().stream()
                .filter(mail -> mail.to().contains(address))
                .map(CaughtMail::id)
                .toList();
    }
}
