package org.orderway.routes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.LoggingLevel;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.bean.AmbiguousMethodCallException;
import org.apache.camel.component.bean.BeanComponent;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.ExplicitCamelContextNameStrategy;
import org.apache.camel.model.AggregateDefinition;
import org.apache.camel.model.DelayDefinition;
import org.apache.camel.model.DynamicRouterDefinition;
import org.apache.camel.model.EnrichDefinition;
import org.apache.camel.model.LogDefinition;
import org.apache.camel.model.Model;
import org.apache.camel.model.OnExceptionDefinition;
import org.apache.camel.model.PollDefinition;
import org.apache.camel.model.PollEnrichDefinition;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.RedeliveryPolicyDefinition;
import org.apache.camel.model.ResequenceDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RoutingSlipDefinition;
import org.apache.camel.model.ScriptDefinition;
import org.apache.camel.model.ThrottleDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.errorhandler.DefaultErrorHandlerDefinition;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.spi.ComponentResolver;
import org.apache.camel.spi.PropertyConfigurer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.DefaultProducer;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.apache.camel.util.ObjectHelper;
import org.orderway.broker.Deliveries;
import org.orderway.messages.Delivery;

/**
 * Some routes of one version, cut off from everything: messages come in by hand, no bean does anything ({@link ShadowBeans}), no
 * endpoint but a {@code direct} door is there, nothing is logged, nothing waits and nothing is tried again. What is left is the way
 * a message takes.
 */
final class ShadowFlow implements AutoCloseable {

    private static final String DOOR = "shadow-of-";
    private static final String DIRECT = "direct";

    /** Steps that would speak to somebody, wait or gather: they are passed, and do nothing. */
    private static final List<Class<?>> SILENT = List.of(
            AggregateDefinition.class,
            DelayDefinition.class,
            DynamicRouterDefinition.class,
            EnrichDefinition.class,
            LogDefinition.class,
            PollDefinition.class,
            PollEnrichDefinition.class,
            RecipientListDefinition.class,
            ResequenceDefinition.class,
            RoutingSlipDefinition.class,
            ScriptDefinition.class,
            ThrottleDefinition.class,
            ToDynamicDefinition.class);

    private final DefaultCamelContext camel;
    private final ProducerTemplate template;
    private final long end;

    private final List<String> nodes = new ArrayList<>();
    private Throwable failure;
    private int failedAfter;

    /** There was no time left to finish it. */
    static final class TimeIsUp extends RuntimeException {

        private static final long serialVersionUID = 1L;

        TimeIsUp() {
            super("the time for it was up");
        }
    }

    /** These routes could not be set up beside the live ones. */
    static final class NotSetUp extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NotSetUp(Exception why) {
            super(Trial.inWords(why), why);
        }
    }

    /**
     * @param routes what is loaded: error configurations, doors, and the consumers whose messages are brought
     * @param end    when no further step is taken, in {@link System#nanoTime}
     * @throws NotSetUp when Camel does not take them
     */
    ShadowFlow(Scratch scratches, BeanRepository beans, Collection<Whole.Placed> routes, long end) {
        this.end = end;
        this.camel = scratches.context(beans);
        camel.setNameStrategy(new ExplicitCamelContextNameStrategy("shadow-run"));
        try {
            camel.getCamelContextExtension().addContextPlugin(ComponentResolver.class, ShadowFlow::component);
            camel.getCamelContextExtension().addInterceptStrategy(this::recorded);
            camel.getCamelContextExtension().setErrorHandlerFactory(onceAndSilently());
            for (Whole.Placed route : routes) {
                Exception refused =
                        Scratch.load(camel, route.file(), route.declared()).orElse(null);
                if (refused != null) {
                    throw refused;
                }
            }
            Model model = camel.getCamelContextExtension().getContextPlugin(Model.class);
            model.getRouteConfigurationDefinitions().stream()
                    .flatMap(configuration -> configuration.getOnExceptions().stream())
                    .forEach(ShadowFlow::onceAndSilently);
            model.getRouteDefinitions().forEach(ShadowFlow::openByHand);
            camel.start();
            this.template = camel.createProducerTemplate();
        } catch (Exception refused) {
            close();
            throw new NotSetUp(refused);
        }
    }

    /** Camel calls beans by way of a component, too; it finds them in the same place as everybody. */
    private static Component component(String name, CamelContext context) {
        return switch (name) {
            case DIRECT -> new DirectComponent();
            case "bean" -> new BeanComponent();
            default -> new Nothing(context);
        };
    }

    private static void openByHand(RouteDefinition route) {
        route.setAutoStartup("true");
        if (!route.getInput().getEndpointUri().startsWith(DIRECT + ":")) {
            route.getInput().setUri(DIRECT + ":" + DOOR + route.getRouteId());
        }
    }

    private static DefaultErrorHandlerDefinition onceAndSilently() {
        DefaultErrorHandlerDefinition handler = new DefaultErrorHandlerDefinition();
        handler.setLevel(LoggingLevel.OFF.name());
        handler.setRedeliveryPolicy(onceAndSilently(new RedeliveryPolicyDefinition()));
        return handler;
    }

    private static void onceAndSilently(OnExceptionDefinition caught) {
        caught.setRedeliveryPolicyRef(null);
        caught.setRedeliveryPolicyType(onceAndSilently(new RedeliveryPolicyDefinition()));
    }

    private static RedeliveryPolicyDefinition onceAndSilently(RedeliveryPolicyDefinition policy) {
        return policy.maximumRedeliveries(0)
                .retriesExhaustedLogLevel(LoggingLevel.OFF)
                .logExhausted(false)
                .logHandled(false)
                .logContinued(false)
                .logNewException(false);
    }

    /**
     * The way a message takes from the queue of a route.
     *
     * @throws TimeIsUp when it did not come to its end in time
     */
    Walk run(String route, Delivery message) {
        nodes.clear();
        failure = null;
        Exchange exchange = new DefaultExchange(camel, ExchangePattern.InOnly);
        exchange.getMessage().setBody(message.body());
        exchange.getMessage().setHeader(Deliveries.QUEUE, message.queue());
        exchange.getMessage().setHeader(SpringRabbitMQConstants.ROUTING_KEY, message.routingKey());
        exchange.getMessage().setHeader(SpringRabbitMQConstants.TYPE, message.type());
        exchange.getMessage().setHeader(SpringRabbitMQConstants.MESSAGE_ID, message.id());
        exchange.getMessage().setHeader(SpringRabbitMQConstants.CORRELATION_ID, message.correlationId());
        exchange.getMessage().setHeader(SpringRabbitMQConstants.TIMESTAMP, Date.from(message.timestamp()));
        exchange.getMessage().setHeader(SpringRabbitMQConstants.CONTENT_TYPE, message.contentType());
        template.send(DIRECT + ":" + DOOR + route, exchange);
        if (isTimeUp()) {
            throw new TimeIsUp();
        }
        boolean failed = exchange.getException() != null
                || exchange.getExchangeExtension().isFailureHandled();
        return failed && failure != null
                ? new Walk(List.copyOf(nodes.subList(0, failedAfter)), root(failure))
                : new Walk(List.copyOf(nodes), null);
    }

    private static String root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName();
    }

    private boolean isTimeUp() {
        return System.nanoTime() - end > 0;
    }

    private Processor recorded(CamelContext context, NamedNode step, Processor target, Processor next) {
        boolean silent = SILENT.stream().anyMatch(kind -> kind.isInstance(step))
                || step instanceof ToDefinition to && !isDoor(context, to);
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                if (isTimeUp()) {
                    exchange.setException(new TimeIsUp());
                    callback.done(true);
                    return true;
                }
                nodes.add(step.getId());
                if (silent) {
                    callback.done(true);
                    return true;
                }
                return super.process(exchange, doneSync -> {
                    note(exchange);
                    callback.done(doneSync);
                });
            }
        };
    }

    private static boolean isDoor(CamelContext context, ToDefinition to) {
        return context.resolvePropertyPlaceholders(to.getEndpointUri()).startsWith(DIRECT + ":");
    }

    /**
     * The innermost step sees an exception first. Which of several methods is meant Camel knows by what it is given, which here
     * may be nothing: then it is taken as called.
     */
    private void note(Exchange exchange) {
        Throwable thrown = exchange.getException();
        if (ObjectHelper.getException(AmbiguousMethodCallException.class, thrown) != null) {
            exchange.setException(null);
            return;
        }
        if (thrown != null && thrown != failure) {
            failure = thrown;
            failedAfter = nodes.size();
        }
    }

    @Override
    public void close() {
        try {
            camel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stands for every component but {@code direct}: takes any option, sends nothing, hears nothing. */
    private static final class Nothing extends DefaultComponent {

        Nothing(CamelContext context) {
            super(context);
            setAutowiredEnabled(false);
        }

        /** Its options are nobody's. */
        @Override
        public PropertyConfigurer getComponentPropertyConfigurer() {
            return null;
        }

        @Override
        public PropertyConfigurer getEndpointPropertyConfigurer() {
            return null;
        }

        @Override
        protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
            parameters.clear();
            return new Nowhere(uri, this);
        }
    }

    private static final class Nowhere extends DefaultEndpoint {

        Nowhere(String uri, Component component) {
            super(uri, component);
        }

        @Override
        public Producer createProducer() {
            return new DefaultProducer(this) {
                @Override
                public void process(Exchange exchange) {
                    throw new UnsupportedOperationException("A shadow run sends nothing");
                }
            };
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            throw new UnsupportedOperationException("A shadow run consumes nothing");
        }
    }
}
