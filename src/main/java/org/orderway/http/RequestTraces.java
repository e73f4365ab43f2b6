package org.orderway.http;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** The first span of what a request sets going; it goes on with the trace of its sender, if that has one. */
@Component
@ConditionalOnProperty("orderway.tracing.enabled")
@Order(Ordered.HIGHEST_PRECEDENCE + 5)
class RequestTraces extends OncePerRequestFilter {

    private static final int FAULT = 500;

    private static final TextMapGetter<HttpServletRequest> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(HttpServletRequest request) {
            return Collections.list(request.getHeaderNames());
        }

        @Override
        public String get(HttpServletRequest request, String name) {
            return request == null ? null : request.getHeader(name);
        }
    };

    private final Tracer tracer;

    RequestTraces(OpenTelemetry telemetry) {
        this.tracer = telemetry.getTracer("org.orderway.http");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Span span = tracer.spanBuilder(request.getMethod())
                .setSpanKind(SpanKind.SERVER)
                .setParent(W3CTraceContextPropagator.getInstance().extract(Context.root(), request, HEADERS))
                .setAttribute("http.request.method", request.getMethod())
                .setAttribute("url.path", request.getRequestURI())
                .startSpan();
        try (Scope current = span.makeCurrent();
                MDC.MDCCloseable traceId =
                        MDC.putCloseable("traceId", span.getSpanContext().getTraceId())) {
            chain.doFilter(request, response);
        } finally {
            span.setAttribute("http.response.status_code", response.getStatus());
            if (response.getStatus() >= FAULT) {
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        }
    }
}
