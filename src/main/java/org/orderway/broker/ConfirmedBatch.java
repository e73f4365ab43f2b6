package org.orderway.broker;

import com.rabbitmq.client.ShutdownSignalException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.orderway.messages.OutgoingMessage;

/** Messages that are published together, until the broker has answered for each. */
class ConfirmedBatch {

    private final List<OutgoingMessage> messages;
    private final List<OutgoingMessage> waiting;
    private final List<OutgoingMessage> nacked = new ArrayList<>();
    private final List<OutgoingMessage> returned = new ArrayList<>();
    private ShutdownSignalException closed;

    ConfirmedBatch(List<OutgoingMessage> messages) {
        this.messages = messages;
        this.waiting = new ArrayList<>(messages);
    }

    List<OutgoingMessage> messages() {
        return messages;
    }

    /** Waits until each message is answered for, the channel is closed or the time is over. */
    synchronized void await(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!waiting.isEmpty() && closed == null) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }

    synchronized void answered(OutgoingMessage message, boolean no) {
        if (waiting.remove(message) && no) {
            nacked.add(message);
        }
        notifyAll();
    }

    synchronized void returned(String id) {
        messages.stream().filter(message -> message.id().equals(id)).forEach(returned::add);
    }

    synchronized void closed(ShutdownSignalException cause) {
        closed = cause;
        notifyAll();
    }

    synchronized boolean isAnswered() {
        return waiting.isEmpty();
    }

    /** Those without an answer, in the order they were published. */
    synchronized List<OutgoingMessage> waiting() {
        return List.copyOf(waiting);
    }

    /** Those the broker refused, in the order they were published. */
    synchronized List<OutgoingMessage> nacked() {
        return messages.stream().filter(nacked::contains).toList();
    }

    /** Those that came back because no queue took them. */
    synchronized List<OutgoingMessage> returned() {
        return List.copyOf(returned);
    }

    /** Why the channel closed, or null. */
    synchronized ShutdownSignalException closed() {
        return closed;
    }
}
