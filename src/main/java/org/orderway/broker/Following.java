package org.orderway.broker;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Map;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.orderway.messages.DeliveryHeaders;
import org.orderway.messages.TraceParent;
import org.slf4j.MDC;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** Follows an order through its deliveries: a span of its trace for each, and its id beside whatever is logged meanwhile. */
@Component
class Following implements MethodInterceptor {

    private static final int LONGEST_ID = 64;

    private final Tracer tracer;

    Following(ObjectProvider<OpenTelemetry> telemetry) {
        this.tracer = telemetry.getIfAvailable(OpenTelemetry::noop).getTracer("org.orderway.broker");
    }

    @Override
    public Object invoke(MethodInvocation delivery) throws Throwable {
        if (delivery.getArguments().length < 2 || !(delivery.getArguments()[1] instanceof Message message)) {
            return delivery.proceed();
        }
        MessageProperties properties = message.getMessageProperties();
        Span span = tracer.spanBuilder(properties.getConsumerQueue() + " process")
                .setSpanKind(SpanKind.CONSUMER)
                .setParent(parent(properties))
                .setAttribute("messaging.system", "rabbitmq")
                .setAttribute("messaging.destination.name", properties.getConsumerQueue())
                .startSpan();
        String order = order(properties);
        if (order != null) {
            span.setAttribute("orderway.order", order);
            MDC.put("orderId", order);
        }
        if (span.getSpanContext().isValid()) {
            MDC.put("traceId", span.getSpanContext().getTraceId());
        }
        try (Scope current = span.makeCurrent()) {
            return delivery.proceed();
        } catch (Throwable failed) {
            // Its kind alone: a message may quote a customer's data.
            span.setStatus(StatusCode.ERROR, failed.getClass().getSimpleName());
            throw failed;
        } finally {
            MDC.remove("orderId");
            MDC.remove("traceId");
            span.end();
        }
    }

    private static Context parent(MessageProperties properties) {
        Object header = properties.getHeader(DeliveryHeaders.TRACE_PARENT);
        // Some brokers hand a text over as bytes.
        return header == null
                ? Context.root()
                : W3CTraceContextPropagator.getInstance()
                        .extract(
                                Context.root(),
                                Map.of(DeliveryHeaders.TRACE_PARENT, Deliveries.text(header)),
                                TraceParent.IN_HEADERS);
    }

    /** Ids are short and of letters and digits; anything else is a stranger's, and has no place in a log. */
    private static String order(MessageProperties properties) {
        String id = properties.getCorrelationId();
        return id != null && id.length() <= LONGEST_ID && id.matches("[A-Za-z0-9-]+") ? id : null;
    }
}
