package org.orderway.crash;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmCallback;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.orderway.broker.Publisher;
import org.springframework.amqp.rabbit.connection.Connection;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.util.ClassUtils;

/**
 * Halts the JVM, as a power cut would, when the point is reached whose name is in the file of the system property
 * {@value #FILE}; while there is no such file it does nothing. The points:
 *
 * <ul>
 *   <li>{@code before <node>}, {@code after <node>} – a node of any route, {@code … in <route>}: only when the message came
 *       in by that route
 *   <li>{@code sent <type>} – a message of this type is written to the broker, which may or may not have taken it
 *   <li>{@code taken <type>} – the broker has it and says so, and nobody has heard that yet
 *   <li>{@code end of <route>} – all is done but the acknowledgement of the delivery
 * </ul>
 */
class HaltPoints {

    static final String FILE = "orderway.test.halt";
    static final int EXIT_CODE = 86;

    private static final Path ARMED = Path.of(System.getProperty(FILE));

    @Bean
    InterceptStrategy haltAtNodes() {
        return new InterceptStrategy() {
            @Override
            public Processor wrapProcessorInInterceptors(
                    CamelContext context, NamedNode node, Processor target, Processor next) {
                return new AroundNode(node.getId(), target);
            }
        };
    }

    @Bean
    static BeanPostProcessor haltWhilePublishing() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof Publisher) {
                    Object connections = ReflectionTestUtils.getField(bean, "connections");
                    ReflectionTestUtils.setField(bean, "connections", watched(connections));
                }
                return bean;
            }
        };
    }

    private static void haltAt(String point) {
        if (isArmed(point)) {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }

    private static boolean isArmed(String point) {
        try {
            return Files.exists(ARMED) && Files.readString(ARMED).equals(point);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class AroundNode extends DelegateAsyncProcessor {

        private final String node;

        AroundNode(String node, Processor target) {
            super(target);
            this.node = node;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            haltAround("before " + node, exchange);
            String end = "end of " + exchange.getFromRouteId();
            if (isArmed(end)) {
                exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                    @Override
                    public void onComplete(Exchange completed) {
                        haltAt(end);
                    }
                });
            }
            return super.process(exchange, doneSync -> {
                if (exchange.getException() == null) {
                    haltAround("after " + node, exchange);
                }
                callback.done(doneSync);
            });
        }

        private static void haltAround(String point, Exchange exchange) {
            haltAt(point);
            haltAt(point + " in " + exchange.getFromRouteId());
        }
    }

    /** The same object, of which the connections and channels it makes are watched. */
    private static Object watched(Object made) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (made instanceof Channel channel && method.getName().equals("basicPublish")) {
                String type = Arrays.stream(arguments)
                        .filter(AMQP.BasicProperties.class::isInstance)
                        .map(properties -> ((AMQP.BasicProperties) properties).getType())
                        .findFirst()
                        .orElse("");
                haltInsteadOfHearing("taken " + type, channel);
                Object result = call(made, method, arguments);
                haltAt("sent " + type);
                return result;
            }
            Object result = call(made, method, arguments);
            boolean leadsToPublishing = result instanceof Connection
                    || result instanceof com.rabbitmq.client.Connection && made instanceof Connection
                    || result instanceof Channel && made instanceof com.rabbitmq.client.Connection;
            return leadsToPublishing ? watched(result) : result;
        };
        return Proxy.newProxyInstance(
                ConnectionFactory.class.getClassLoader(), ClassUtils.getAllInterfaces(made), handler);
    }

    private static void haltInsteadOfHearing(String point, Channel channel) {
        if (isArmed(point)) {
            long own = channel.getNextPublishSeqNo();
            ConfirmCallback halt = (tag, multiple) -> {
                if (tag == own || multiple && tag > own) {
                    haltAt(point);
                }
            };
            channel.clearConfirmListeners();
            channel.addConfirmListener(halt, halt);
        }
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }
}
