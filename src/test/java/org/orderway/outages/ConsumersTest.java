package org.orderway.outages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.Suspendable;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.apache.camel.spi.RouteController;
import org.apache.camel.support.service.ServiceSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two consumers, of the normal lane and of the parcels, and two who want to pause them. */
class ConsumersTest {

    private final CamelContext camel = mock(CamelContext.class);
    private final RouteController controller = mock(RouteController.class);
    private final Consumers consumers = new Consumers(camel);
    private Consumer lane;
    private Consumer parcels;

    @BeforeEach
    void bothAreStarted() {
        when(camel.isStarted()).thenReturn(true);
        when(camel.getRouteController()).thenReturn(controller);
        Route first = route("orders-process-normal", "order_queue");
        Route second = route("shipping-ship", "shipping_queue");
        lane = first.getConsumer();
        parcels = second.getConsumer();
        when(camel.getRoutes()).thenReturn(List.of(first, second));
    }

    @AfterEach
    void end() {
        consumers.destroy();
    }

    private Route route(String id, String queue) {
        SpringRabbitMQEndpoint endpoint = mock(SpringRabbitMQEndpoint.class);
        when(endpoint.getQueues()).thenReturn(queue);
        Consumer consumer = new IdleConsumer();
        consumer.start();
        Route route = mock(Route.class);
        when(route.getRouteId()).thenReturn(id);
        when(route.getEndpoint()).thenReturn(endpoint);
        when(route.getConsumer()).thenReturn(consumer);
        when(controller.getRouteStatus(id)).thenReturn(ServiceStatus.Started);
        return route;
    }

    @Test
    void holdsBackOneQueueUntilItIsLetGo() {
        consumers.holdBack("order_queue", true);

        assertThat(isPaused(lane)).isTrue();
        assertThat(isPaused(parcels)).isFalse();
        assertThat(consumers.paused()).containsExactly("orders-process-normal");

        consumers.holdBack("order_queue", false);

        assertThat(isPaused(lane)).isFalse();
        assertThat(consumers.paused()).isEmpty();
    }

    @Test
    void theEndOfAnOutageDoesNotLetGoWhatIsHeldBack() {
        consumers.holdBack("order_queue", true);
        consumers.steer(queue -> true);
        assertThat(isPaused(parcels)).isTrue();

        consumers.steer(queue -> false);

        assertThat(isPaused(lane)).isTrue();
        assertThat(isPaused(parcels)).isFalse();
    }

    @Test
    void whatIsLetGoPausesOnWhileItNeedsWhatIsAway() {
        consumers.steer(queue -> queue.equals("order_queue"));
        consumers.holdBack("order_queue", true);

        consumers.holdBack("order_queue", false);
        assertThat(isPaused(lane)).isTrue();

        consumers.steer(queue -> false);
        assertThat(isPaused(lane)).isFalse();
    }

    @Test
    void aRouteThatAnOperatorStoppedIsLeftAlone() {
        when(controller.getRouteStatus("orders-process-normal")).thenReturn(ServiceStatus.Stopped);

        consumers.holdBack("order_queue", true);

        assertThat(isPaused(lane)).isFalse();
    }

    @Test
    void aRouteThatAnOperatorStoppedInAnOutageRestsAtItsEndAndPausesAgainOnceItIsStarted() {
        consumers.steer(queue -> queue.equals("order_queue"));
        when(controller.getRouteStatus("orders-process-normal")).thenReturn(ServiceStatus.Stopped);

        consumers.steer(queue -> false);

        assertThat(isPaused(lane)).isTrue();
        assertThat(consumers.paused()).isEmpty();

        lane.start();
        when(controller.getRouteStatus("orders-process-normal")).thenReturn(ServiceStatus.Started);
        consumers.steer(queue -> queue.equals("order_queue"));

        assertThat(isPaused(lane)).isTrue();
        assertThat(consumers.paused()).containsExactly("orders-process-normal");
    }

    /** Takes nothing from anywhere. */
    private static final class IdleConsumer extends ServiceSupport implements Consumer, Suspendable {

        @Override
        public Processor getProcessor() {
            return exchange -> {};
        }

        @Override
        public Endpoint getEndpoint() {
            return null;
        }

        @Override
        public Exchange createExchange(boolean autoRelease) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void releaseExchange(Exchange exchange, boolean autoRelease) {
            throw new UnsupportedOperationException();
        }
    }

    private static boolean isPaused(Consumer consumer) {
        return ((IdleConsumer) consumer).isSuspended();
    }
}
