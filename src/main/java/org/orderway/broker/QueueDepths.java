package org.orderway.broker;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.QueueInformation;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * How many messages wait in a queue, on any broker: it asks by a passive declaration. The dead-letter queues and the
 * unroutable queue are watched, since a message there is one that went wrong.
 */
@Component("queueDepths")
@EnableScheduling
public class QueueDepths {

    private static final Logger log = LoggerFactory.getLogger(QueueDepths.class);

    private final AmqpAdmin admin;
    private final List<String> watched;
    private final Map<String, Long> lastSeen = new ConcurrentHashMap<>();

    QueueDepths(AmqpAdmin admin, Topology topology, MeterRegistry meters) {
        this.admin = admin;
        this.watched = Stream.concat(
                        Stream.of(Topology.UNROUTABLE_QUEUE),
                        topology.workQueues().stream().map(WorkQueue::dlq))
                .toList();
        for (String queue : watched) {
            Gauge.builder("orderway.queue.depth", lastSeen, depths -> depths.getOrDefault(queue, -1L))
                    .description("Messages ready in a queue where none should be; -1 while the broker is away")
                    .tag("queue", queue)
                    .register(meters);
        }
    }

    /** The messages ready for delivery, or nothing when the queue does not exist or the broker is away. */
    public OptionalLong of(String queue) {
        try {
            QueueInformation found = admin.getQueueInfo(queue);
            return found == null ? OptionalLong.empty() : OptionalLong.of(found.getMessageCount());
        } catch (AmqpException away) {
            log.debug("The depth of {} is unknown", queue, away);
            return OptionalLong.empty();
        }
    }

    /**
     * The same of several queues; one whose depth is not known is not among them. An absent broker is asked once, since each
     * further question would take its time, too.
     */
    public Map<String, Long> ofEach(List<String> queues) {
        Map<String, Long> depths = new HashMap<>();
        try {
            for (String queue : queues) {
                QueueInformation found = admin.getQueueInfo(queue);
                if (found != null) {
                    depths.put(queue, (long) found.getMessageCount());
                }
            }
        } catch (AmqpException away) {
            log.debug("The depths of {} queues are unknown", queues.size() - depths.size(), away);
        }
        return depths;
    }

    @Scheduled(
            initialDelayString = "${orderway.broker.depth-poll:15s}",
            fixedDelayString = "${orderway.broker.depth-poll:15s}")
    void poll() {
        for (String queue : watched) {
            OptionalLong depth = of(queue);
            if (depth.isEmpty()) {
                lastSeen.keySet().removeAll(watched);
                return;
            }
            Long before = lastSeen.put(queue, depth.getAsLong());
            if (queue.equals(Topology.UNROUTABLE_QUEUE)) {
                alarm(before == null ? 0 : before, depth.getAsLong());
            }
        }
    }

    private static void alarm(long before, long now) {
        if (now > 0 && now != before) {
            log.error(
                    "{} messages in {}: they were published, but no queue is bound to their exchange and key",
                    now,
                    Topology.UNROUTABLE_QUEUE);
        } else if (now == 0 && before > 0) {
            log.info("{} is empty again", Topology.UNROUTABLE_QUEUE);
        }
    }
}
