package org.orderway.broker;

import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.component.springrabbit.DefaultMessagePropertiesConverter;
import org.apache.camel.component.springrabbit.SpringRabbitMQHeaderFilterStrategy;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.stereotype.Component;

/** Tells a route which queue a message came from. After a retry the routing key no longer tells it. */
@Component("consumedQueueConverter")
class ConsumedQueueConverter extends DefaultMessagePropertiesConverter {

    ConsumedQueueConverter() {
        setHeaderFilterStrategy(new SpringRabbitMQHeaderFilterStrategy());
    }

    @Override
    public Map<String, Object> fromMessageProperties(MessageProperties properties, Exchange exchange) {
        Map<String, Object> headers = super.fromMessageProperties(properties, exchange);
        if (properties != null && properties.getConsumerQueue() != null) {
            headers.put(Deliveries.QUEUE, properties.getConsumerQueue());
        }
        return headers;
    }
}
