package org.orderway;

import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;

class TracingTest {

    private final WireMockServer collector =
            new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));

    @BeforeEach
    void startCollector() {
        collector.start();
        collector.stubFor(post(urlEqualTo("/v1/traces")).willReturn(ok()));
    }

    @AfterEach
    void stopCollector() {
        collector.stop();
    }

    @Test
    void spansAreSentToTheCollectorOfTheSettings() {
        try (OpenTelemetrySdk telemetry = tracing(1.0)) {
            telemetry
                    .getTracer("test")
                    .spanBuilder("shipping_queue process")
                    .startSpan()
                    .end();
        }

        collector.verify(
                1,
                postRequestedFor(urlEqualTo("/v1/traces"))
                        .withHeader("Content-Type", containing("application/x-protobuf")));
        assertThat(new String(collector.getAllServeEvents().get(0).getRequest().getBody(), StandardCharsets.ISO_8859_1))
                .contains("shipping_queue process", "orderway");
    }

    @Test
    void noMoreThanTheirShareIsRecorded() {
        try (OpenTelemetrySdk telemetry = tracing(0)) {
            telemetry
                    .getTracer("test")
                    .spanBuilder("shipping_queue process")
                    .startSpan()
                    .end();
        }

        collector.verify(0, postRequestedFor(urlEqualTo("/v1/traces")));
    }

    @Test
    void switchedOffNothingIsMade() {
        assertThat(new Tracing().noTracing()).isSameAs(OpenTelemetry.noop());
    }

    private OpenTelemetrySdk tracing(double share) {
        return new Tracing()
                .openTelemetry(
                        new Tracing.Settings(true, collector.baseUrl() + "/v1/traces", share),
                        new StaticListableBeanFactory().getBeanProvider(SpanExporter.class));
    }
}
