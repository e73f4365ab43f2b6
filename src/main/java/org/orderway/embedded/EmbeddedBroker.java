package org.orderway.embedded;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.qpid.server.SystemLauncher;
import org.apache.qpid.server.SystemLauncherListener.DefaultSystemLauncherListener;
import org.apache.qpid.server.model.Broker;
import org.apache.qpid.server.model.BrokerImpl;
import org.apache.qpid.server.model.ConfiguredObject;
import org.apache.qpid.server.model.Exchange;
import org.apache.qpid.server.model.LifetimePolicy;
import org.apache.qpid.server.model.Queue;
import org.apache.qpid.server.model.State;
import org.apache.qpid.server.model.SystemConfig;
import org.apache.qpid.server.model.VirtualHost;
import org.apache.qpid.server.model.VirtualHostNode;
import org.orderway.broker.FoundTopology;
import org.orderway.broker.FoundTopology.Bound;
import org.orderway.broker.FoundTopology.FoundExchange;
import org.orderway.broker.FoundTopology.FoundQueue;
import org.orderway.broker.QueueFigures;

/** The broker inside the JVM: Apache Qpid Broker-J, AMQP 0-9-1 on loopback, for trying out and for tests. */
class EmbeddedBroker implements AutoCloseable {

    private static final String JE_CACHE_BYTES = "67108864";

    private static final String JE_LEAST_FREE_DISK_BYTES = "104857600";

    /** Time limits of queues are checked this often, in milliseconds. */
    private static final String EXPIRY_CHECK_MILLIS = "200";

    private static final Duration RECOVERY_LIMIT = Duration.ofMinutes(2);

    private static final long POLL_MILLIS = 20;

    private final int port;
    private final SystemLauncher launcher;
    private volatile SystemConfig<?> systemConfig;
    private volatile RuntimeException failure;

    EmbeddedBroker(EmbeddedSettings.Broker settings, Path folder) {
        port = Ports.claim(settings.port(), "broker", "orderway.embedded.broker.port");
        launcher = new SystemLauncher(new DefaultSystemLauncherListener() {
            @Override
            public void onContainerResolve(SystemConfig<?> resolved) {
                systemConfig = resolved;
            }

            @Override
            public void errorOnStartup(RuntimeException e) {
                failure = e;
            }
        });
        try {
            start(settings, folder);
            if (failure != null) {
                throw failure;
            }
            awaitStore();
            leaveShutdownToSpring();
        } catch (Exception cause) {
            launcher.shutdown();
            throw new EmbeddedStartException(
                    "The embedded broker did not start: " + cause.getMessage(),
                    "Its store is %s; run with --logging.level.org.apache.qpid=INFO to see more.".formatted(folder),
                    cause);
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        launcher.shutdown();
    }

    private void start(EmbeddedSettings.Broker settings, Path folder) throws Exception {
        Files.createDirectories(folder);
        Path configuration = Files.createTempFile("orderway-broker", ".json");
        try {
            new ObjectMapper().writeValue(configuration.toFile(), configuration(settings, folder));
            launcher.startup(Map.of(
                    "type",
                    "Memory",
                    "initialConfigurationLocation",
                    configuration.toUri().toString(),
                    "startupLoggedToSystemOut",
                    "false",
                    "context",
                    Map.of(
                            "qpid.work_dir",
                            folder.toString(),
                            "virtualhost.housekeepingCheckPeriod",
                            EXPIRY_CHECK_MILLIS)));
        } finally {
            Files.deleteIfExists(configuration);
        }
    }

    /** Broker-J opens its store in the background, starts all the same when that fails, and then knows no virtual host. */
    private void awaitStore() throws InterruptedException {
        Instant limit = Instant.now().plus(RECOVERY_LIMIT);
        while (!storeIsOpen()) {
            if (Instant.now().isAfter(limit)) {
                throw new IllegalStateException("its store did not open within " + RECOVERY_LIMIT.toSeconds() + " s");
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private boolean storeIsOpen() {
        for (VirtualHostNode<?> node : broker().getVirtualHostNodes()) {
            if (node.getState() == State.ERRORED) {
                throw new IllegalStateException("its store could not be opened");
            }
            VirtualHost<?> host = node.getVirtualHost();
            if (host != null && host.getState() == State.ERRORED) {
                throw new IllegalStateException("its store could not be read");
            }
            if (host == null || host.getState() != State.ACTIVE) {
                return false;
            }
        }
        return true;
    }

    /** Broker-J's own shutdown hook would close it under the feet of consumers that Spring is still stopping. */
    private void leaveShutdownToSpring() throws ReflectiveOperationException {
        Field hook = BrokerImpl.class.getDeclaredField("_shutdownHook");
        hook.setAccessible(true);
        Runtime.getRuntime().removeShutdownHook((Thread) hook.get(broker()));
    }

    /** What is in its queues, and what went through since it started. */
    List<QueueFigures.Counts> counts() {
        return queues().map(EmbeddedBroker::counts).toList();
    }

    /** What was declared and stays. Broker-J keeps the arguments as attributes under other names: they are not told. */
    FoundTopology found() {
        List<FoundQueue> queues = queues().filter(EmbeddedBroker::stays)
                .map(queue -> new FoundQueue(queue.getName(), null, (long) queue.getQueueDepthMessages()))
                .toList();
        Set<String> names = queues.stream().map(FoundQueue::name).collect(Collectors.toSet());
        return new FoundTopology(
                children(Exchange.class)
                        .filter(exchange ->
                                exchange.isDurable() && !exchange.getName().startsWith("amq."))
                        .map(exchange -> new FoundExchange(exchange.getName(), exchange.getType(), null))
                        .toList(),
                queues,
                children(Exchange.class)
                        .flatMap(EmbeddedBroker::bindings)
                        .filter(bound -> names.contains(bound.queue()))
                        .toList());
    }

    private static boolean stays(Queue<?> queue) {
        return queue.isDurable() && queue.getLifetimePolicy() == LifetimePolicy.PERMANENT;
    }

    private static Stream<Bound> bindings(Exchange<?> exchange) {
        return exchange.getBindings().stream()
                .map(binding -> new Bound(
                        exchange.getName(),
                        binding.getDestination(),
                        binding.getBindingKey(),
                        binding.getArguments() == null ? Map.of() : binding.getArguments()));
    }

    private Stream<Queue<?>> queues() {
        return children(Queue.class).map(queue -> (Queue<?>) queue);
    }

    @SuppressWarnings("rawtypes")
    private <C extends ConfiguredObject> Stream<C> children(Class<C> kind) {
        return broker().getVirtualHostNodes().stream()
                .map(VirtualHostNode::getVirtualHost)
                .filter(Objects::nonNull)
                .flatMap(host -> host.getChildren(kind).stream());
    }

    private static QueueFigures.Counts counts(Queue<?> queue) {
        long inWork = queue.getUnacknowledgedMessages();
        return new QueueFigures.Counts(
                queue.getName(),
                Math.max(0, queue.getQueueDepthMessages() - inWork),
                inWork,
                queue.getConsumerCount(),
                queue.getTotalEnqueuedMessages(),
                queue.getTotalDequeuedMessages() + inWork,
                queue.getTotalDequeuedMessages());
    }

    private Broker<?> broker() {
        return (Broker<?>) systemConfig.getContainer();
    }

    private Map<String, Object> configuration(EmbeddedSettings.Broker settings, Path folder) {
        return Map.of(
                "name",
                "orderway",
                "modelVersion",
                "9.0",
                "authenticationproviders",
                List.of(Map.of(
                        "name",
                        "plain",
                        "type",
                        "Plain",
                        "secureOnlyMechanisms",
                        List.of(),
                        "users",
                        List.of(Map.of(
                                "name", settings.username(), "type", "managed", "password", settings.password())))),
                "ports",
                List.of(Map.of(
                        "name",
                        "amqp",
                        "port",
                        port,
                        "bindingAddress",
                        Ports.LOOPBACK,
                        "protocols",
                        List.of("AMQP_0_9_1"),
                        "authenticationProvider",
                        "plain",
                        "virtualhostaliases",
                        List.of(Map.of("name", "defaultAlias", "type", "defaultAlias")))),
                "virtualhostnodes",
                List.of(virtualHost(settings.store(), folder)));
    }

    private static Map<String, Object> virtualHost(EmbeddedSettings.Store store, Path folder) {
        var node = new LinkedHashMap<String, Object>();
        node.put("name", "default");
        node.put("defaultVirtualHostNode", "true");
        if (store == EmbeddedSettings.Store.MEMORY) {
            node.put("type", "Memory");
            node.put("virtualHostInitialConfiguration", "{\"type\": \"ProvidedStore\"}");
        } else {
            node.put("type", "BDB");
            node.put("storePath", folder.toString());
            node.put(
                    "context",
                    Map.of(
                            "je.maxMemory", JE_CACHE_BYTES,
                            "je.freeDisk", JE_LEAST_FREE_DISK_BYTES));
            node.put("virtualHostInitialConfiguration", "{\"type\": \"ProvidedStore\"}");
        }
        return node;
    }
}
