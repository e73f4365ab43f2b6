package org.orderway.broker;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.camel.CamelContext;
import org.apache.camel.component.springrabbit.DefaultListenerContainerFactory;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.ImmediateRequeueAmqpException;
import org.springframework.amqp.core.AcknowledgeMode;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.amqp.rabbit.support.ListenerExecutionFailedException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Gives every consumer the settings of its row, and all of them the options on which it depends that no message is lost:
 * no route can forget one.
 *
 * <p>A delivery whose route fails is rejected and goes to its dead-letter queue; one that only could not be published
 * onward goes back to its own queue, after a pause. So does every message of a dead-letter queue that could not be
 * collected: there is nothing behind that queue.
 */
@Component("listenerContainers")
public class ListenerContainers extends DefaultListenerContainerFactory {

    private static final long LONGEST_RECOVERY_PAUSE = 10_000;

    private static final Logger log = LoggerFactory.getLogger(ListenerContainers.class);

    private final Topology topology;
    private final FailureReasons reasons;
    private final Following following;
    private final ObjectProvider<CamelContext> running;
    private final Map<String, AbstractMessageListenerContainer> latest = new ConcurrentHashMap<>();

    ListenerContainers(
            Topology topology, FailureReasons reasons, Following following, ObjectProvider<CamelContext> running) {
        this.topology = topology;
        this.reasons = reasons;
        this.following = following;
        this.running = running;
    }

    @Override
    public AbstractMessageListenerContainer createListenerContainer(SpringRabbitMQEndpoint endpoint) {
        endpoint.setMessageListenerContainerType("SMLC");
        endpoint.setAcknowledgeMode(AcknowledgeMode.AUTO);
        endpoint.setAsyncConsumer(false);
        endpoint.setAutoDeclare(false);
        endpoint.setDisableReplyTo(true);
        endpoint.setTestConnectionOnStartup(false);

        var container = (SimpleMessageListenerContainer) super.createListenerContainer(endpoint);
        List<String> queues = queues(endpoint.getQueues());
        // Threads are named after the bean: the queue tells a reader of a thread dump what it is about.
        container.setBeanName(queues.get(0));
        container.setQueueNames(queues.toArray(String[]::new));
        List<WorkQueue> rows = queues.stream()
                .flatMap(name -> topology.findWorkQueue(name).stream())
                .toList();
        boolean collects = rows.isEmpty();
        int consumers = rows.stream().mapToInt(WorkQueue::consumers).max().orElse(topology.collectors());
        int maxConsumers = rows.stream().mapToInt(WorkQueue::maxConsumers).max().orElse(topology.collectors());
        container.setConcurrentConsumers(consumers);
        container.setMaxConcurrentConsumers(maxConsumers);
        // A dead letter may be as large as the broker takes them, and there are many queues of them.
        container.setPrefetchCount(
                rows.stream().mapToInt(WorkQueue::prefetch).min().orElse(1));

        container.setDefaultRequeueRejected(collects);
        container.setAdviceChain(
                following, (MethodInterceptor) delivery -> requeueWhatCouldNotBeFinished(delivery, collects));
        // One line: the container's own would be a stack trace whose messages may quote somebody's data.
        container.setErrorHandler(failure -> log.warn(
                "{}: a delivery could not be finished and goes {}: {}",
                queues.get(0),
                collects || causedByPublishing(failure) ? "back to its queue" : "to the dead letters",
                reasons.of(failure)));
        container.setMissingQueuesFatal(false);
        container.setMismatchedQueuesFatal(false);
        container.setPossibleAuthenticationFailureFatal(false);
        container.setFailedDeclarationRetryInterval(1000);
        container.setRecoveryBackOff(recovery());
        // How often an idle consumer looks whether it should stop. Routes stop one after the other.
        container.setReceiveTimeout(100);
        // A stop ends after the message in hand; those merely prefetched go back, other instances take them.
        container.setForceStop(true);
        // A route that is only made to be checked has a context of its own.
        if (endpoint.getCamelContext() == running.getIfAvailable()) {
            latest.put(endpoint.getQueues(), container);
        }
        return container;
    }

    /**
     * How long the consumer of these queues waits, when it pauses the next time, for what it has in hand. What takes longer is
     * delivered once more, to whoever consumes the queue then.
     */
    public void waitForWhatIsInHand(String queues, Duration patience) {
        AbstractMessageListenerContainer container = latest.get(queues);
        // A route that never began has none.
        if (container != null) {
            container.setShutdownTimeout(patience.toMillis());
        }
    }

    private static ExponentialBackOff recovery() {
        ExponentialBackOff recovery = new ExponentialBackOff(1000, 2);
        recovery.setMaxInterval(LONGEST_RECOVERY_PAUSE);
        return recovery;
    }

    /** The names of a consumer's {@code queues} option; {@code *_dlq} stands for every queue that ends so. */
    private List<String> queues(String option) {
        if (option == null || option.isBlank()) {
            throw new IllegalArgumentException("A consumer names no queue: parameters must hold \"queues\"");
        }
        List<String> all = topology.allQueues();
        return Arrays.stream(option.split(","))
                .map(String::trim)
                .flatMap(name -> named(name, all))
                .toList();
    }

    private static Stream<String> named(String name, List<String> all) {
        if (name.startsWith("*") && all.stream().anyMatch(queue -> queue.endsWith(name.substring(1)))) {
            return all.stream().filter(queue -> queue.endsWith(name.substring(1)));
        }
        if (!all.contains(name)) {
            throw new IllegalArgumentException("A consumer names the queue \"" + name
                    + "\", which orderway.topology does not have" + TopologyCheck.didYouMean(name, all));
        }
        return Stream.of(name);
    }

    /** The pause keeps what goes round from going round thousands of times a second. A stop may cut it short. */
    private static Object requeueWhatCouldNotBeFinished(MethodInvocation delivery, boolean collects) throws Throwable {
        try {
            return delivery.proceed();
        } catch (ListenerExecutionFailedException e) {
            if (!collects && !causedByPublishing(e)) {
                throw e;
            }
            try {
                TimeUnit.SECONDS.sleep(1);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
            String why = "Back to its queue, for it could not be finished";
            throw new ListenerExecutionFailedException(
                    why, new ImmediateRequeueAmqpException(why, e.getCause()), e.getFailedMessage());
        }
    }

    private static boolean causedByPublishing(Throwable thrown) {
        return Stream.iterate(thrown, e -> e != null, Throwable::getCause).anyMatch(PublishFailed.class::isInstance);
    }
}
