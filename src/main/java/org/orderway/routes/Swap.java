package org.orderway.routes;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.apache.camel.model.Model;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.service.ServiceHelper;
import org.orderway.broker.ListenerContainers;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Takes single routes out of the running Camel context and puts others in. A route that goes first stops taking messages:
 * they wait in their queue, callers wait before its door. What it has in hand it finishes.
 */
@Component
class Swap extends ModelLifecycleStrategySupport {

    private static final Duration LOOK = Duration.ofMillis(20);
    private static final int QUIET_LOOKS = 3;

    private final ObjectProvider<CamelContext> contexts;
    private final ListenerContainers containers;
    private final RouteSettings settings;

    /** Routes that are to be there but not at work, as the one they replace was. */
    private final Set<String> resting = ConcurrentHashMap.newKeySet();

    Swap(ObjectProvider<CamelContext> contexts, ListenerContainers containers, RouteSettings settings) {
        this.contexts = contexts;
        this.containers = containers;
        this.settings = settings;
    }

    /** A route has something in hand for longer than it is waited for. Nothing was changed. */
    static final class Busy extends Exception {

        private static final long serialVersionUID = 1L;

        Busy(String route, int inHand, Duration patience) {
            super("the route `" + route + "` still had " + inHand + " messages in hand after " + patience.toSeconds()
                    + " s");
        }
    }

    @Override
    public void onAddRouteDefinition(RouteDefinition route) {
        if (resting.contains(route.getRouteId())) {
            route.setAutoStartup("false");
        }
    }

    /**
     * Takes a route out once it has nothing in hand any more.
     *
     * @return whether it rested, because somebody had stopped it
     * @throws Busy when that takes too long; it is at work again then
     */
    boolean remove(String id) throws Exception {
        Route route = camel().getRoute(id);
        boolean rested = false;
        if (route != null) {
            rested = camel().getRouteController().getRouteStatus(id) != ServiceStatus.Started;
            drain(route);
            stop(route);
            camel().removeRoute(id);
        }
        RouteDefinition definition = model().getRouteDefinition(id);
        if (definition != null) {
            model().removeRouteDefinition(definition);
        }
        return rested;
    }

    /** Puts a route in. @param rests it does not begin, as somebody had stopped the one before */
    void add(RouteFile file, Declared route, boolean rests) throws Exception {
        if (rests) {
            resting.add(route.id());
        }
        try {
            load(file, route);
        } finally {
            resting.remove(route.id());
        }
    }

    void removeConfiguration(String id) throws Exception {
        RouteConfigurationDefinition definition = model().getRouteConfigurationDefinition(id);
        if (definition != null) {
            model().removeRouteConfiguration(definition);
        }
    }

    /** Puts an error configuration in. Routes take it when they are put in themselves. */
    void load(RouteFile file, Declared one) throws Exception {
        PluginHelper.getRoutesLoader(camel())
                .loadRoutes(ResourceHelper.fromString("file:" + file.path(), file.only(one)));
    }

    /**
     * Lets routes rest once none of them has anything in hand any more; they stop taking all at once.
     *
     * @throws Busy when that takes too long; all of them are at work again then as they were
     */
    void rest(Collection<String> ids) throws Exception {
        List<Route> routes = ids.stream()
                .map(id -> camel().getRoute(id))
                .filter(Objects::nonNull)
                .toList();
        drain(routes);
        for (Route route : routes) {
            stop(route);
            // As of one that was never to begin, nobody expects that it is started: Camel's health looks here.
            route.setAutoStartup(false);
        }
    }

    /** Puts routes to work that rest, whoever stopped them. */
    void wake(Collection<String> ids) throws Exception {
        for (String id : ids) {
            camel().getRouteController().startRoute(id);
            camel().getRoute(id).setAutoStartup(true);
        }
    }

    private void stop(Route route) throws Exception {
        camel().getRouteController()
                .stopRoute(route.getRouteId(), settings.patience().toMillis(), TimeUnit.MILLISECONDS);
    }

    /** All beside each other: it takes as long as the slowest. */
    private void drain(List<Route> routes) throws Exception {
        ExecutorService hands = Executors.newCachedThreadPool();
        try {
            Map<Route, Future<Boolean>> drained = new LinkedHashMap<>();
            routes.forEach(route -> drained.put(route, hands.submit(() -> drain(route))));
            Map<Route, Boolean> quiet = new LinkedHashMap<>();
            Exception refusal = null;
            for (Map.Entry<Route, Future<Boolean>> one : drained.entrySet()) {
                try {
                    quiet.put(one.getKey(), one.getValue().get());
                } catch (ExecutionException busy) {
                    refusal = busy.getCause() instanceof Exception cause ? cause : busy;
                }
            }
            if (refusal != null) {
                quiet.forEach(this::goOn);
                throw refusal;
            }
        } finally {
            hands.shutdownNow();
        }
    }

    /**
     * The consumer alone, not the route: stopping a route with messages in hand throws its consumer away after a while.
     *
     * @return whether it was taking messages before
     */
    private boolean drain(Route route) throws Exception {
        Consumer consumer = route.getConsumer();
        long end = System.nanoTime() + settings.patience().toNanos();
        setPatience(route, settings.patience());
        boolean began = ServiceHelper.isStarted(consumer) && ServiceHelper.suspendService(consumer);
        int quiet = 0;
        // A message may be just between the door and the route: it must be quiet for a moment.
        while (quiet < QUIET_LOOKS) {
            int inHand = camel().getInflightRepository().size(route.getRouteId());
            quiet = inHand == 0 ? quiet + 1 : 0;
            if (inHand != 0 && System.nanoTime() > end) {
                goOn(route, began);
                throw new Busy(route.getRouteId(), inHand, settings.patience());
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
        return began;
    }

    private void goOn(Route route, boolean began) {
        if (began) {
            ServiceHelper.resumeService(route.getConsumer());
        }
        if (route.getEndpoint() instanceof SpringRabbitMQEndpoint queue) {
            setPatience(route, Duration.ofMillis(queue.getComponent().getShutdownTimeout()));
        }
    }

    private void setPatience(Route route, Duration patience) {
        if (route.getEndpoint() instanceof SpringRabbitMQEndpoint queue) {
            containers.waitForWhatIsInHand(queue.getQueues(), patience);
        }
    }

    private Model model() {
        return camel().getCamelContextExtension().getContextPlugin(Model.class);
    }

    /** Asked for when it is needed: Camel itself looks for this bean while it is made. */
    private CamelContext camel() {
        return contexts.getObject();
    }
}
