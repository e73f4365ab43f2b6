package org.orderway.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.orderway.broker.Topology.BindingRow;
import org.orderway.broker.Topology.ExchangeRow;
import org.orderway.broker.Topology.QueueRow;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.Binding.DestinationType;
import org.springframework.amqp.core.CustomExchange;
import org.springframework.amqp.core.Declarable;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitAdmin;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Declares the topology on the broker, at each new connection and all of it durable. What others point at comes first:
 * alternates before exchanges, dead-letter queues before work queues, work queues before retry queues.
 */
@Configuration(proxyBeanMethods = false)
class Declarations {

    /** RabbitMQ 4 gives every quorum queue a limit of 20; here nothing may ever be dropped. */
    private static final int NO_DELIVERY_LIMIT = 1_000_000_000;

    /**
     * Declares once for each connection. Trying again is left to whoever wanted the connection: inside its creation it
     * would hold up every publisher for seconds.
     */
    @Bean
    AmqpAdmin amqpAdmin(ConnectionFactory connectionFactory) {
        RabbitAdmin admin = new RabbitAdmin(connectionFactory);
        admin.setRetryTemplate(null);
        return admin;
    }

    @Bean
    Declarables declarables(Topology topology) {
        return of(topology);
    }

    /** All that the table stands for. */
    static Declarables of(Topology topology) {
        List<Declarable> all = new ArrayList<>();
        all.addAll(exchanges(topology));
        all.addAll(queues(topology));
        all.addAll(bindings(topology));
        return new Declarables(all);
    }

    private static List<Declarable> exchanges(Topology topology) {
        List<Declarable> exchanges = new ArrayList<>();
        exchanges.add(new CustomExchange(Topology.UNROUTABLE, "fanout", true, false));
        exchanges.add(exchange(Topology.DEAD, "direct"));
        exchanges.add(exchange(Topology.RETURN, "direct"));
        exchanges.add(exchange(Topology.RETRY, "direct"));
        for (ExchangeRow row : topology.exchanges()) {
            if (!row.predeclared()) {
                exchanges.add(exchange(row.name(), row.type()));
            }
        }
        return exchanges;
    }

    private static CustomExchange exchange(String name, String type) {
        Map<String, Object> arguments = new HashMap<>(Map.of("alternate-exchange", Topology.UNROUTABLE));
        return new CustomExchange(name, type, true, false, arguments);
    }

    private static List<Declarable> queues(Topology topology) {
        List<Declarable> queues = new ArrayList<>();
        queues.add(restingQueue(Topology.UNROUTABLE_QUEUE, topology.queueType()));
        for (WorkQueue work : topology.workQueues()) {
            queues.add(restingQueue(work.dlq(), work.queueType()));
        }
        for (WorkQueue work : topology.workQueues()) {
            queues.add(workQueue(work, topology.deliveryLimit()));
        }
        for (WorkQueue work : topology.workQueues()) {
            for (Duration delay : work.distinctDelays()) {
                queues.add(delayQueue(work.retryQueue(delay), delay, work.name(), work.queueType()));
            }
        }
        for (QueueRow row : topology.queues()) {
            if (row.delays()) {
                QueueType type = row.queueType() == null ? topology.queueType() : row.queueType();
                queues.add(delayQueue(row.name(), row.delay(), row.then(), type));
            }
        }
        return queues;
    }

    private static Queue workQueue(WorkQueue work, int deliveryLimit) {
        Map<String, Object> arguments = deadLettering(Topology.DEAD, work.dlq(), work.queueType());
        if (work.queueType() == QueueType.QUORUM) {
            arguments.put("x-delivery-limit", deliveryLimit);
        }
        if (work.maxLength() != null) {
            arguments.put("x-max-length", work.maxLength());
            arguments.put("x-overflow", "reject-publish");
        }
        return new Queue(work.name(), true, false, false, arguments);
    }

    /** A queue in which messages wait, then go on to a work queue. */
    private static Queue delayQueue(String name, Duration delay, String then, QueueType type) {
        Map<String, Object> arguments = deadLettering(Topology.RETURN, then, type);
        arguments.put("x-message-ttl", delay.toMillis());
        return new Queue(name, true, false, false, arguments);
    }

    /** A queue in which messages stay until somebody takes them away. */
    static Queue restingQueue(String name, QueueType type) {
        Map<String, Object> arguments = new HashMap<>();
        if (type == QueueType.QUORUM) {
            arguments.put("x-queue-type", "quorum");
            arguments.put("x-delivery-limit", NO_DELIVERY_LIMIT);
        }
        return new Queue(name, true, false, false, arguments);
    }

    private static Map<String, Object> deadLettering(String exchange, String key, QueueType type) {
        Map<String, Object> arguments = new HashMap<>();
        arguments.put("x-dead-letter-exchange", exchange);
        arguments.put("x-dead-letter-routing-key", key);
        if (type == QueueType.QUORUM) {
            arguments.put("x-queue-type", "quorum");
            arguments.put("x-dead-letter-strategy", "at-least-once");
            arguments.put("x-overflow", "reject-publish");
        }
        return arguments;
    }

    private static List<Declarable> bindings(Topology topology) {
        List<Declarable> bindings = new ArrayList<>();
        bindings.add(binding(Topology.UNROUTABLE_QUEUE, Topology.UNROUTABLE, "", Map.of()));
        for (WorkQueue work : topology.workQueues()) {
            bindings.add(binding(work.dlq(), Topology.DEAD, work.dlq(), Map.of()));
            bindings.add(binding(work.name(), Topology.RETURN, work.name(), Map.of()));
            for (String retryQueue : work.retryQueues()) {
                bindings.add(binding(retryQueue, Topology.RETRY, retryQueue, Map.of()));
            }
        }
        for (QueueRow row : topology.queues()) {
            for (BindingRow wanted : row.bindings()) {
                List<String> keys = wanted.keys().isEmpty() ? List.of("") : wanted.keys();
                keys.forEach(key -> bindings.add(binding(row.name(), wanted.exchange(), key, wanted.arguments())));
            }
        }
        return bindings;
    }

    private static Binding binding(String queue, String exchange, String key, Map<String, Object> arguments) {
        return new Binding(queue, DestinationType.QUEUE, exchange, key, new HashMap<>(arguments));
    }
}
