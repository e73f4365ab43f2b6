package org.orderway.broker;

import java.util.HashMap;
import java.util.Map;
import org.springframework.amqp.core.AbstractExchange;
import org.springframework.amqp.core.CustomExchange;
import org.springframework.amqp.core.Declarable;
import org.springframework.amqp.core.DeclarableCustomizer;
import org.springframework.amqp.core.Queue;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Says RabbitMQ's declare arguments in the words of Apache Qpid Broker-J, which refuses those it does not know.
 *
 * <p>Broker-J wants the target of an alternate to exist, so that targets must be declared first.
 */
@Component
@Profile("embedded")
class BrokerJTranslation implements DeclarableCustomizer {

    /**
     * The count is looked at only when a consumer rejects without requeue, and then it is 1 or more: so a rejected message is
     * always dead-lettered, and one that a closed channel or a requeue returns never is.
     */
    private static final int REJECT_IS_DEATH = 1;

    @Override
    public Declarable apply(Declarable declarable) {
        if (declarable instanceof AbstractExchange exchange) {
            return new CustomExchange(
                    exchange.getName(),
                    exchange.getType(),
                    exchange.isDurable(),
                    exchange.isAutoDelete(),
                    exchangeArguments(exchange.getArguments()));
        }
        if (declarable instanceof Queue queue) {
            return new Queue(
                    queue.getName(),
                    queue.isDurable(),
                    queue.isExclusive(),
                    queue.isAutoDelete(),
                    queueArguments(queue.getArguments()));
        }
        return declarable;
    }

    static Map<String, Object> exchangeArguments(Map<String, Object> rabbit) {
        Map<String, Object> arguments = new HashMap<>(rabbit);
        Object alternate = arguments.remove("alternate-exchange");
        if (alternate != null) {
            arguments.put("alternateExchange", alternate);
        }
        return arguments;
    }

    static Map<String, Object> queueArguments(Map<String, Object> rabbit) {
        Map<String, Object> arguments = new HashMap<>();
        Object deadLetterTarget = deadLetterTarget(rabbit);
        Object ttl = rabbit.get("x-message-ttl");
        if (deadLetterTarget != null) {
            arguments.put("alternateBinding", Map.of("destination", deadLetterTarget));
        }
        if (ttl != null) {
            arguments.put("maximumMessageTtl", ttl);
            arguments.put("expiryPolicy", deadLetterTarget == null ? "DELETE" : "ROUTE_TO_ALTERNATE");
        } else if (deadLetterTarget != null) {
            arguments.put("maximumDeliveryAttempts", REJECT_IS_DEATH);
        }
        // A full queue of Broker-J that should reject confirms and drops the message instead: better no limit.
        if (rabbit.get("x-max-length") != null && !"reject-publish".equals(rabbit.get("x-overflow"))) {
            arguments.put("qpid.max_count", rabbit.get("x-max-length"));
            arguments.put("qpid.policy_type", "ring");
        }
        if (rabbit.get("x-max-priority") != null) {
            arguments.put("x-qpid-priorities", ((Number) rabbit.get("x-max-priority")).intValue() + 1);
        }
        if (rabbit.get("x-single-active-consumer") != null) {
            arguments.put("x-single-active-consumer", rabbit.get("x-single-active-consumer"));
        }
        return arguments;
    }

    /** The dead-letter exchanges of the topology route each key to the queue of that name: that queue is named directly. */
    private static Object deadLetterTarget(Map<String, Object> rabbit) {
        Object key = rabbit.get("x-dead-letter-routing-key");
        return key != null ? key : rabbit.get("x-dead-letter-exchange");
    }
}
