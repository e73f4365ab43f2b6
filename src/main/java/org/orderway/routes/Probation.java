package org.orderway.routes;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.springframework.stereotype.Component;

/**
 * Watches what became of messages in a route that was just swapped in. An exception of ours is an answer (an order that is
 * not valid, a broker that is away), no sign that the route is wrong; any other counts, retried or not.
 */
@Component
class Probation implements RoutePolicyFactory {

    private static final String OURS = "org.orderway.";

    private final RouteSettings.Probation settings;
    private final Map<String, Watch> watches = new ConcurrentHashMap<>();

    Probation(RouteSettings settings) {
        this.settings = settings.probation();
    }

    /** From now on the route is watched; what fails too often is told once. */
    void begin(String routeId, Consumer<String> whenItFails) {
        watches.put(
                routeId, new Watch(routeId, System.nanoTime() + settings.lasts().toNanos(), whenItFails));
    }

    void end(String routeId) {
        watches.remove(routeId);
    }

    /** Every route has one, since a route may be watched at any time; nearly always it looks into an empty map. */
    @Override
    public RoutePolicy createRoutePolicy(CamelContext camelContext, String routeId, NamedNode route) {
        return new RoutePolicySupport() {
            @Override
            public void onExchangeDone(Route done, Exchange exchange) {
                Watch watch = watches.get(routeId);
                if (watch != null) {
                    watch.see(exchange);
                }
            }
        };
    }

    private final class Watch {

        private final String routeId;
        private final long end;
        private final Consumer<String> whenItFails;
        private final AtomicInteger done = new AtomicInteger();
        private final AtomicInteger failed = new AtomicInteger();
        private final AtomicBoolean told = new AtomicBoolean();

        Watch(String routeId, long end, Consumer<String> whenItFails) {
            this.routeId = routeId;
            this.end = end;
            this.whenItFails = whenItFails;
        }

        void see(Exchange exchange) {
            if (System.nanoTime() > end) {
                watches.remove(routeId, this);
                return;
            }
            int all = done.incrementAndGet();
            Throwable failure = failure(exchange);
            if (failure == null) {
                return;
            }
            int bad = failed.incrementAndGet();
            if (all >= settings.minimum()
                    && bad * 100L >= (long) all * settings.failureRate()
                    && told.compareAndSet(false, true)) {
                whenItFails.accept(bad + " of " + all + " messages failed in the route `" + routeId + "` within "
                        + inWords(settings.lasts()) + " of its change, the last with "
                        + failure.getClass().getSimpleName());
            }
        }

        private static String inWords(Duration lasts) {
            return lasts.toSeconds() + " s";
        }
    }

    private static Throwable failure(Exchange exchange) {
        Throwable failure = exchange.getException() != null
                ? exchange.getException()
                : exchange.getExchangeExtension().isFailureHandled()
                        ? exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class)
                        : null;
        return failure == null || failure.getClass().getName().startsWith(OURS) ? null : failure;
    }
}
