package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.qpid.server.SystemLauncher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.orderway.testing.Certificate;
import org.orderway.testing.ChildJvm;
import org.orderway.testing.Readme;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.QueueBuilder;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.amqp.RabbitAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** A broker that speaks TLS and nothing else, reached by the settings that the README names. */
class BrokerTlsTest {

    @TempDir
    private static Path folder;

    private static Certificate certificate;
    private static SystemLauncher broker;
    private static int port;

    @BeforeAll
    static void startTheBroker() throws Exception {
        certificate = Certificate.of("localhost");
        port = ChildJvm.freePort();
        broker = new SystemLauncher();
        Path configuration = folder.resolve("broker.json");
        new ObjectMapper().writeValue(configuration.toFile(), configuration());
        broker.startup(Map.of(
                "type",
                "Memory",
                "initialConfigurationLocation",
                configuration.toUri().toString(),
                "startupLoggedToSystemOut",
                "false",
                "context",
                Map.of("qpid.work_dir", folder.toString())));
    }

    @AfterAll
    static void stopTheBroker() {
        broker.shutdown();
    }

    @Test
    void messagesComeAndGoEncrypted() throws Exception {
        try (ConfigurableApplicationContext room = open("localhost", settings(certificate))) {
            room.getBean(AmqpAdmin.class)
                    .declareQueue(QueueBuilder.durable("secret_queue").build());
            RabbitTemplate rabbit = room.getBean(RabbitTemplate.class);

            rabbit.convertAndSend("secret_queue", "not for everybody");

            assertThat(rabbit.receiveAndConvert("secret_queue", 5000)).isEqualTo("not for everybody");
        }
    }

    @Test
    void aBrokerOfAnotherAuthorityIsNotTrusted() throws Exception {
        refused("localhost", settings(Certificate.of("localhost")));
    }

    @Test
    void aBrokerOfAnotherNameIsNotTrusted() throws Exception {
        refused("127.0.0.1", settings(certificate));
    }

    @Test
    void aBrokerIsNotSpokenToInTheClearInstead() throws Exception {
        refused("localhost", Map.of());
    }

    private static void refused(String host, Map<String, String> settings) throws IOException {
        try (ConfigurableApplicationContext room = open(host, settings)) {
            AmqpAdmin admin = room.getBean(AmqpAdmin.class);

            assertThatThrownBy(() -> admin.getQueueInfo("secret_queue")).isInstanceOf(AmqpException.class);
        }
    }

    private static Map<String, String> settings(Certificate authority) throws IOException {
        Map<String, String> settings = new TreeMap<>(Readme.settings("### TLS"));
        settings.keySet().removeIf(name -> !name.contains("BROKER") && !name.contains("RABBITMQ"));
        settings.replaceAll((name, value) ->
                value.replace("/path/ca.pem", authority.certificate().toString()));
        assertThat(settings).containsEntry("ORDERWAY_RABBITMQ_ADDRESSES", "host:5671");
        return settings;
    }

    private static ConfigurableApplicationContext open(String host, Map<String, String> settings) {
        Map<String, String> here = new TreeMap<>(settings);
        here.put("ORDERWAY_RABBITMQ_ADDRESSES", host + ":" + port);
        return new SpringApplicationBuilder(Beans.class)
                .web(WebApplicationType.NONE)
                .profiles("rabbitmq")
                .initializers(
                        context -> context.getEnvironment().getPropertySources().addFirst(Readme.environment(here)))
                .run();
    }

    private static Map<String, Object> configuration() throws IOException {
        return Map.of(
                "name",
                "tls",
                "modelVersion",
                "9.0",
                "authenticationproviders",
                List.of(Map.of(
                        "name",
                        "plain",
                        "type",
                        "Plain",
                        "users",
                        List.of(Map.of("name", "guest", "type", "managed", "password", "guest")))),
                "keystores",
                List.of(Map.of(
                        "name",
                        "ours",
                        "type",
                        "FileKeyStore",
                        "keyStoreType",
                        "PKCS12",
                        "storeUrl",
                        certificate.store().toString(),
                        "password",
                        Certificate.STORE_PASSWORD)),
                "ports",
                List.of(Map.of(
                        "name",
                        "amqps",
                        "port",
                        port,
                        "bindingAddress",
                        "127.0.0.1",
                        "transports",
                        List.of("SSL"),
                        "keyStore",
                        "ours",
                        "protocols",
                        List.of("AMQP_0_9_1"),
                        "authenticationProvider",
                        "plain",
                        "virtualhostaliases",
                        List.of(Map.of("name", "defaultAlias", "type", "defaultAlias")))),
                "virtualhostnodes",
                List.of(Map.of(
                        "name",
                        "default",
                        "defaultVirtualHostNode",
                        "true",
                        "type",
                        "Memory",
                        "virtualHostInitialConfiguration",
                        "{\"type\": \"ProvidedStore\"}")));
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({RabbitAutoConfiguration.class, SslAutoConfiguration.class})
    static class Beans {}
}
