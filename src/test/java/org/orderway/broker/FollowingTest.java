package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.Test;
import org.mockito.stubbing.Answer;
import org.orderway.messages.DeliveryHeaders;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageBuilder;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class FollowingTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";
    private static final String ORDER = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final OpenTelemetrySdk telemetry = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .build();

    /** As {@code ORDERWAY_LOG_FORMAT=ecs} has it: what this setting comes to writes the line. */
    @Test
    void aLineOfTheLogTellsOrderAndTraceAsJsonWhereThatIsAskedFor() throws Throwable {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("asked", Map.of("ORDERWAY_LOG_FORMAT", "ecs")));
        ConfigDataEnvironmentPostProcessor.applyTo(environment);
        Logger log = (Logger) LoggerFactory.getLogger("org.orderway.tests.following");
        LoggerContext logging = log.getLoggerContext();
        logging.putObject(Environment.class.getName(), environment);
        StructuredLogEncoder lines = new StructuredLogEncoder();
        lines.setContext(logging);
        lines.setCharset(StandardCharsets.UTF_8);
        lines.setFormat(environment.getProperty("logging.structured.format.console"));
        lines.start();
        ListAppender<ILoggingEvent> written = new ListAppender<>();
        written.start();
        log.addAppender(written);

        following(telemetry).invoke(delivery(ORDER, () -> log.warn("Seen on the way")));

        log.detachAppender(written);
        JsonNode line = new ObjectMapper().readTree(lines.encode(written.list.get(0)));
        assertThat(line.path("message").asText()).isEqualTo("Seen on the way");
        assertThat(line.path("orderId").asText()).isEqualTo(ORDER);
        assertThat(line.path("traceId").asText()).isEqualTo(TRACE);
        assertThat(line.path("@timestamp").asText()).isNotBlank();
        assertThat(line.at("/log/level").asText()).isEqualTo("WARN");
        assertThat(line.at("/service/name").asText()).isEqualTo("orderway");
    }

    @Test
    void logsAreLinesForPeopleUnlessAskedOtherwise() {
        StandardEnvironment environment = new StandardEnvironment();
        ConfigDataEnvironmentPostProcessor.applyTo(environment);

        assertThat(environment.getProperty("logging.structured.format.console")).isEmpty();
    }

    @Test
    void aDeliveryIsASpanOfTheTraceItsMessageBelongsTo() throws Throwable {
        following(telemetry).invoke(delivery(ORDER, () -> {}));

        assertThat(spans.getFinishedSpanItems()).singleElement().satisfies(span -> {
            assertThat(span.getTraceId()).isEqualTo(TRACE);
            assertThat(span.getParentSpanId()).isEqualTo(PARENT);
            assertThat(span.getName()).isEqualTo("shipping_queue process");
        });
    }

    @Test
    void aFailureIsToldByItsKindAlone() throws Exception {
        MethodInvocation fails = delivery(ORDER, () -> {
            throw new IllegalStateException("Ada Lovelace, 12 St James's Square");
        });

        assertThatThrownBy(() -> following(telemetry).invoke(fails)).isInstanceOf(IllegalStateException.class);

        SpanData span = spans.getFinishedSpanItems().get(0);
        assertThat(span.getStatus().getDescription()).isEqualTo("IllegalStateException");
        assertThat(span.toString()).doesNotContain("Ada");
        assertThat(MDC.get("orderId")).isNull();
        assertThat(MDC.get("traceId")).isNull();
    }

    @Test
    void anIdOfAStrangersMakingIsKeptOutOfTheLog() throws Throwable {
        following(OpenTelemetry.noop()).invoke(delivery("ada@example.org", () -> assertThat(MDC.get("orderId"))
                .isNull()));
    }

    @Test
    void theOrderIsToldWithoutTracesToo() throws Throwable {
        following(OpenTelemetry.noop()).invoke(delivery(ORDER, () -> {
            assertThat(MDC.get("orderId")).isEqualTo(ORDER);
        }));
    }

    private static Following following(OpenTelemetry telemetry) {
        return new Following(
                new StaticListableBeanFactory(Map.of("telemetry", telemetry)).getBeanProvider(OpenTelemetry.class));
    }

    private static MethodInvocation delivery(String order, Runnable work) throws Exception {
        Message message = MessageBuilder.withBody("{}".getBytes(StandardCharsets.UTF_8))
                .setCorrelationId(order)
                // As bytes, as some brokers hand it over.
                .setHeader(
                        DeliveryHeaders.TRACE_PARENT,
                        ("00-" + TRACE + "-" + PARENT + "-01").getBytes(StandardCharsets.UTF_8))
                .build();
        message.getMessageProperties().setConsumerQueue("shipping_queue");
        MethodInvocation invocation = mock(MethodInvocation.class);
        when(invocation.getArguments()).thenReturn(new Object[] {null, message});
        Answer<Object> works = call -> {
            work.run();
            return null;
        };
        try {
            when(invocation.proceed()).thenAnswer(works);
        } catch (Throwable never) {
            throw new IllegalStateException(never);
        }
        return invocation;
    }
}
