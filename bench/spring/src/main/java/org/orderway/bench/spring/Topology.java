package org.orderway.bench.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.Declarable;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.DirectExchange;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.core.QueueBuilder;
import org.springframework.amqp.core.TopicExchange;
import org.springframework.amqp.rabbit.config.ContainerCustomizer;
import org.springframework.amqp.rabbit.config.SimpleRabbitListenerContainerFactory;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.listener.DirectMessageListenerContainer;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.amqp.SimpleRabbitListenerContainerFactoryConfigurer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What is declared on the broker, and how its queues are listened to. */
@Configuration
class Topology {

    /** The client works on as many deliveries at a time as it has threads: by itself it has two for each core. */
    @Autowired
    void giveThreads(CachingConnectionFactory connections, @Value("${pipeline.threads}") int threads) {
        connections.setExecutor(Executors.newFixedThreadPool(threads * 5 + 8));
    }

    /** Each queue with a queue for what could not be worked on. */
    @Bean
    Declarables declarables(@Value("${pipeline.queue-type}") String queueType) {
        List<Declarable> all = new ArrayList<>();
        all.add(new TopicExchange(Journey.EVENTS));
        all.add(new DirectExchange(Journey.DEAD));
        Journey.queues().forEach((name, keys) -> {
            Queue dead = QueueBuilder.durable(name + "_dlq")
                    .withArgument("x-queue-type", queueType)
                    .build();
            Queue queue = QueueBuilder.durable(name)
                    .withArgument("x-queue-type", queueType)
                    .deadLetterExchange(Journey.DEAD)
                    .deadLetterRoutingKey(name)
                    .build();
            all.add(dead);
            all.add(queue);
            all.add(new Binding(dead.getName(), Binding.DestinationType.QUEUE, Journey.DEAD, name, null));
            keys.forEach(key ->
                    all.add(new Binding(name, Binding.DestinationType.QUEUE, Journey.EVENTS, key, null)));
        });
        return new Declarables(all);
    }

    /** One acknowledgement for many deliveries; a failed one is still rejected alone. */
    @Bean
    ContainerCustomizer<DirectMessageListenerContainer> acknowledgements(
            @Value("${pipeline.messages-per-ack}") int messagesPerAck, @Value("${pipeline.ack-within}") long ackWithin) {
        return container -> {
            container.setMessagesPerAck(messagesPerAck);
            container.setAckTimeout(ackWithin);
        };
    }

    /** For those who only look on: many messages, one commit, one acknowledgement. */
    @Bean
    SimpleRabbitListenerContainerFactory batches(
            SimpleRabbitListenerContainerFactoryConfigurer configurer,
            CachingConnectionFactory connections,
            @Value("${pipeline.batch}") int batch,
            @Value("${pipeline.batch-wait}") long batchWait,
            @Value("${pipeline.observers}") int observers) {
        SimpleRabbitListenerContainerFactory factory = new SimpleRabbitListenerContainerFactory();
        configurer.configure(factory, connections);
        factory.setBatchListener(true);
        factory.setConsumerBatchEnabled(true);
        factory.setBatchSize(batch);
        factory.setReceiveTimeout(batchWait);
        factory.setBatchReceiveTimeout(4 * batchWait);
        factory.setConcurrentConsumers(observers);
        return factory;
    }
}
