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
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.orderway.messages.OutgoingMessage;

/** Messages on their way over one channel, until the broker has answered for each. */
class ConfirmedBatch implements ConfirmListener, ReturnCallback, ShutdownListener {

    private static final int PERSISTENT = 2;

    private final TreeMap<Long, OutgoingMessage> waiting = new TreeMap<>();
    private final List<OutgoingMessage> nacked = new ArrayList<>();
    private final Set<String> returned = new HashSet<>();
    private ShutdownSignalException closed;

    /** Publishes everything, then waits until each message is answered for, the channel closes or the time is over. */
    void publish(List<OutgoingMessage> messages, Channel channel, Duration timeout)
            throws IOException, InterruptedException {
        channel.addConfirmListener(this);
        channel.addReturnListener(this);
        channel.addShutdownListener(this);
        for (OutgoingMessage message : messages) {
            synchronized (this) {
                waiting.put(channel.getNextPublishSeqNo(), message);
            }
            channel.basicPublish(message.exchange(), message.routingKey(), true, properties(message), message.body());
        }
        await(timeout);
    }

    /** Leaves a channel that is given back. */
    void leave(Channel channel) {
        channel.removeConfirmListener(this);
        channel.removeShutdownListener(this);
        channel.clearReturnListeners();
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

    private synchronized void await(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!waiting.isEmpty() && closed == null) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }

    @Override
    public synchronized void handleAck(long tag, boolean multiple) {
        answered(tag, multiple, false);
    }

    @Override
    public synchronized void handleNack(long tag, boolean multiple) {
        answered(tag, multiple, true);
    }

    private void answered(long tag, boolean multiple, boolean no) {
        var answered = multiple ? waiting.headMap(tag, true) : waiting.subMap(tag, true, tag, true);
        if (no) {
            nacked.addAll(answered.values());
        }
        answered.clear();
        notifyAll();
    }

    @Override
    public synchronized void handle(Return message) {
        returned.add(message.getProperties().getMessageId());
    }

    @Override
    public synchronized void shutdownCompleted(ShutdownSignalException cause) {
        closed = cause;
        notifyAll();
    }

    /** Those without an answer, in the order they were published. */
    synchronized List<OutgoingMessage> waiting() {
        return List.copyOf(waiting.values());
    }

    synchronized List<OutgoingMessage> nacked() {
        return List.copyOf(nacked);
    }

    /** The ids of those that came back because no queue took them. */
    synchronized Set<String> returned() {
        return Set.copyOf(returned);
    }

    /** Why the channel closed, or null. */
    synchronized ShutdownSignalException closed() {
        return closed;
    }
}
