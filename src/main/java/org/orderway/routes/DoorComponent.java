package org.orderway.routes;

import java.util.Map;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Producer;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.component.direct.DirectConsumer;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;
import org.apache.camel.component.direct.DirectEndpoint;
import org.apache.camel.support.DefaultAsyncProducer;
import org.apache.camel.util.StringHelper;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.annotation.Scope;
import org.springframework.stereotype.Component;

/**
 * The {@code direct:} doors, which can be shut while messages come. Camel's own producer notes that it has looked who is behind
 * a door before it has looked: while one thread waits before a shut door, others that come by the same step go in to the
 * version that is being taken out. Here everybody looks. Each Camel context has doors of its own.
 */
@Component("direct-component")
@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
class DoorComponent extends DirectComponent {

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        DirectEndpoint door = new DirectEndpoint(uri, this) {
            @Override
            public Producer createProducer() {
                return new Caller(this, StringHelper.before(uri, "?", uri));
            }
        };
        door.setBlock(isBlock());
        door.setTimeout(getTimeout());
        setProperties(door, parameters);
        return door;
    }

    private final class Caller extends DefaultAsyncProducer {

        private final DirectEndpoint door;
        private final String key;

        Caller(DirectEndpoint door, String key) {
            super(door);
            this.door = door;
            this.key = key;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            DirectConsumer behind;
            try {
                behind = getConsumer(key, door.isBlock(), door.getTimeout());
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                exchange.setException(stopping);
                callback.done(true);
                return true;
            }
            if (behind == null) {
                exchange.setException(new DirectConsumerNotAvailableException(
                        "Nobody opened the door " + door + " within " + door.getTimeout() + " ms", exchange));
                callback.done(true);
                return true;
            }
            return behind.getAsyncProcessor().process(exchange, callback);
        }
    }
}
