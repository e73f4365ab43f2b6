package org.orderway.bench.spring;

import java.time.Duration;
import java.util.Date;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.connection.CorrelationData;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Publishes persistent messages on a connection of its own; one counts as sent when the broker has confirmed it. */
@Component
class Publisher {

    private final RabbitTemplate template;
    private final long confirmMillis;

    Publisher(RabbitTemplate template, @Value("${pipeline.confirm-timeout}") Duration confirmTimeout) {
        this.template = template;
        this.template.setUsePublisherConnection(true);
        this.confirmMillis = confirmTimeout.toMillis();
    }

    /**
     * Returns when the broker has taken it.
     *
     * @throws AmqpException when it has not, or no queue wants it
     */
    void publish(Outgoing message) {
        try {
            send(message).get(confirmMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AmqpException("No confirm of " + message.id(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AmqpException("No confirm of " + message.id(), e);
        }
    }

    /** Completes when the broker has taken it. */
    CompletableFuture<Void> send(Outgoing message) {
        MessageProperties properties = new MessageProperties();
        properties.setMessageId(message.id());
        properties.setCorrelationId(message.orderId().toString());
        properties.setType(message.type());
        properties.setContentType(MessageProperties.CONTENT_TYPE_JSON);
        properties.setTimestamp(new Date());
        CorrelationData correlation = new CorrelationData(message.id());
        template.send(Journey.EVENTS, message.routingKey(), new Message(message.body(), properties), correlation);
        return correlation.getFuture().thenAccept(confirm -> {
            if (!confirm.isAck()) {
                throw new AmqpException("The broker refused " + message.id() + ": " + confirm.getReason());
            }
            if (correlation.getReturned() != null) {
                throw new AmqpException("No queue wants " + message.id());
            }
        });
    }
}
