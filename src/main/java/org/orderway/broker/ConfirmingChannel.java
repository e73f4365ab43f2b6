package org.orderway.broker;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ReturnCallback;
import com.rabbitmq.client.ShutdownListener;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.time.Duration;
import java.util.Date;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.orderway.messages.OutgoingMessage;

/**
 * A channel on which any number of threads publish at the same time, each waiting for the confirms of its own messages. The
 * broker confirms what is in flight on one channel together, which costs it half as much as channels on which one message each
 * waits alone.
 */
class ConfirmingChannel implements ConfirmListener, ReturnCallback, ShutdownListener {

    private static final int PERSISTENT = 2;

    private record Sent(ConfirmedBatch batch, OutgoingMessage message) {}

    private final Channel channel;
    private final NavigableMap<Long, Sent> waiting = new ConcurrentSkipListMap<>();
    /** The number of a message is that of its turn. Answers are taken without it: they come while a publish hangs, too. */
    private final ReentrantLock turn = new ReentrantLock(true);

    private volatile boolean usable = true;

    ConfirmingChannel(Channel channel) throws IOException {
        this.channel = channel;
        channel.confirmSelect();
        channel.addConfirmListener(this);
        channel.addReturnListener(this);
        channel.addShutdownListener(this);
    }

    /** Publishes everything, then waits until each message is answered for, the channel closes or the time is over. */
    void publish(ConfirmedBatch batch, Duration timeout) throws IOException, InterruptedException {
        try {
            for (OutgoingMessage message : batch.messages()) {
                if (!turn.tryLock(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                    // Somebody's publish hangs: what was not sent stays unanswered, as if it had been.
                    return;
                }
                try {
                    waiting.put(channel.getNextPublishSeqNo(), new Sent(batch, message));
                    channel.basicPublish(
                            message.exchange(), message.routingKey(), true, properties(message), message.body());
                } finally {
                    turn.unlock();
                }
            }
            batch.await(timeout);
        } finally {
            if (!batch.isAnswered()) {
                // Nobody will ask any more.
                waiting.values().removeIf(sent -> sent.batch() == batch);
            }
        }
    }

    /** Whether it may be used for more: it is open, and has confirmed all that was answered so far. */
    boolean isUsable() {
        return usable && channel.isOpen();
    }

    /** Lets nobody begin any more. */
    void retire() {
        usable = false;
    }

    void close() throws IOException, TimeoutException {
        channel.close();
    }

    private static AMQP.BasicProperties properties(OutgoingMessage message) {
        return new AMQP.BasicProperties.Builder()
                .deliveryMode(PERSISTENT)
                .contentType(message.contentType())
                .messageId(message.id())
                .type(message.type())
                .correlationId(message.correlationId())
                .timestamp(message.timestamp() == null ? null : Date.from(message.timestamp()))
                .appId("orderway")
                .headers(message.headers())
                .build();
    }

    @Override
    public void handleAck(long tag, boolean multiple) {
        answered(tag, multiple, false);
    }

    @Override
    public void handleNack(long tag, boolean multiple) {
        // It might nack every later one.
        retire();
        answered(tag, multiple, true);
    }

    private void answered(long tag, boolean multiple, boolean no) {
        Map<Long, Sent> answered = multiple ? waiting.headMap(tag, true) : waiting.subMap(tag, true, tag, true);
        answered.values().removeIf(sent -> {
            sent.batch().answered(sent.message(), no);
            return true;
        });
    }

    @Override
    public void handle(Return message) {
        String id = message.getProperties().getMessageId();
        waiting.values().forEach(sent -> sent.batch().returned(id));
    }

    @Override
    public void shutdownCompleted(ShutdownSignalException cause) {
        retire();
        waiting.values().removeIf(sent -> {
            sent.batch().closed(cause);
            return true;
        });
    }
}
