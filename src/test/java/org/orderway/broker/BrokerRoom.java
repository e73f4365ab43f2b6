package org.orderway.broker;

import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.component.springrabbit.springboot.SpringRabbitMQComponentAutoConfiguration;
import org.apache.camel.component.springrabbit.springboot.SpringRabbitMQComponentConverter;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.orderway.messages.OutgoingMessage;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.MetricsAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.amqp.RabbitAutoConfiguration;
import org.springframework.boot.autoconfigure.jackson.JacksonAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** This room alone over a real RabbitMQ, with the settings that are shipped and retries of milliseconds. */
class BrokerRoom {

    static final String ADDRESS = "ORDERWAY_TEST_RABBITMQ";

    private BrokerRoom() {}

    static ConfigurableApplicationContext open(String... settings) {
        return openAt(address().toString(), settings);
    }

    static ConfigurableApplicationContext openAt(String address, String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "--spring.rabbitmq.addresses=" + address,
                "--spring.profiles.active=broker-room",
                "--camel.main.routes-include-pattern=classpath:no-routes/*.camel.yaml",
                "--orderway.topology.retry-delays=200ms,400ms",
                "--orderway.publisher.confirm-timeout=1s",
                "--orderway.broker.depth-poll=1h"));
        all.addAll(List.of(settings));
        return new SpringApplicationBuilder(Beans.class)
                .web(WebApplicationType.NONE)
                .run(all.toArray(String[]::new));
    }

    static URI address() {
        return URI.create(System.getenv(ADDRESS));
    }

    /** The address through a proxy on this machine. */
    static String through(BrokerProxy proxy) {
        return "amqp://" + address().getUserInfo() + "@127.0.0.1:" + proxy.port();
    }

    static BrokerProxy proxy() throws Exception {
        return new BrokerProxy(address().getHost(), address().getPort());
    }

    static OutgoingMessage message(String exchange, String key, String id) {
        return new OutgoingMessage(
                exchange,
                key,
                id,
                "order.tested",
                "order-1",
                Instant.parse("2026-11-20T10:15:30Z"),
                "application/json",
                Map.of("retries", 1),
                "{}".getBytes());
    }

    @TestConfiguration(proxyBeanMethods = false)
    @EnableConfigurationProperties({Topology.class, QueueFigures.Settings.class, Migration.Settings.class})
    @Import({
        Declarations.class,
        Publisher.class,
        ListenerContainers.class,
        ConsumedQueueConverter.class,
        FailureReasons.class,
        Following.class,
        QueueDepths.class,
        BrokerLook.class,
        SavedTopology.class,
        TopologyPlan.class,
        Migration.class
    })
    @ImportAutoConfiguration({
        JacksonAutoConfiguration.class,
        RabbitAutoConfiguration.class,
        MetricsAutoConfiguration.class,
        CompositeMeterRegistryAutoConfiguration.class,
        SimpleMetricsExportAutoConfiguration.class,
        CamelAutoConfiguration.class,
        SpringRabbitMQComponentConverter.class,
        SpringRabbitMQComponentAutoConfiguration.class
    })
    static class Beans {

        @Bean
        Clock clock() {
            return Clock.systemUTC();
        }
    }
}
