package org.orderway.broker;

import java.util.List;
import java.util.concurrent.Semaphore;
import org.orderway.broker.PublishFailed.Reason;
import org.orderway.messages.OutgoingMessage;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Publishes for those who can be turned away: few at a time, and the others fail at once instead of waiting for a broker that is
 * slow or away. So they never hold the threads that orders come in by. (Camel's throttle could say it in YAML, but with a route
 * that has one in this mode no diagram can be drawn.)
 */
@Component("sparePublisher")
public class SparePublisher {

    private final Publisher publisher;
    private final Semaphore few;

    SparePublisher(Publisher publisher, @Value("${orderway.publisher.spare}") int few) {
        this.publisher = publisher;
        this.few = new Semaphore(few);
    }

    /**
     * Publishes all messages and returns when the broker has them.
     *
     * @throws PublishFailed when it has not, or as many as may are at it already
     */
    public void publish(List<OutgoingMessage> messages) {
        if (!few.tryAcquire()) {
            throw new PublishFailed(Reason.BUSY, messages, "Too many wait for the broker already", null);
        }
        try {
            publisher.publish(messages);
        } finally {
            few.release();
        }
    }
}
