package org.orderway;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Traces of orders, sent to whoever collects them by OTLP. Switched off, which it is unless asked for, nothing of it is made. */
@Configuration(proxyBeanMethods = false)
class Tracing {

    @Bean(destroyMethod = "close")
    @ConditionalOnProperty("orderway.tracing.enabled")
    OpenTelemetrySdk openTelemetry(Settings settings, ObjectProvider<SpanExporter> exporters) {
        SpanExporter exporter = exporters.getIfAvailable(() ->
                OtlpHttpSpanExporter.builder().setEndpoint(settings.endpoint()).build());
        return OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setResource(Resource.getDefault()
                                .merge(Resource.create(
                                        Attributes.of(AttributeKey.stringKey("service.name"), "orderway"))))
                        // Whoever began a trace has decided whether it is recorded.
                        .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.share())))
                        .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
                        .build())
                .build();
    }

    @Bean
    @ConditionalOnProperty(name = "orderway.tracing.enabled", havingValue = "false", matchIfMissing = true)
    OpenTelemetry noTracing() {
        return OpenTelemetry.noop();
    }

    /**
     * Settings of tracing.
     *
     * @param endpoint where spans are sent, OTLP over HTTP
     * @param share    of the traces that begin here, 0 to 1
     */
    @ConfigurationProperties("orderway.tracing")
    record Settings(boolean enabled, String endpoint, double share) {}
}
