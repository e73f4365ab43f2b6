package org.orderway.bench.spring;

import java.util.List;
import java.util.Optional;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.stereotype.Component;

/** Who listens to which queue. A step's message is confirmed before the delivery that caused it is acknowledged. */
@Component
class Listeners {

    private final Intake intake;
    private final Steps steps;
    private final Observers observers;
    private final Publisher publisher;
    private final Codec codec;

    Listeners(Intake intake, Steps steps, Observers observers, Publisher publisher, Codec codec) {
        this.intake = intake;
        this.steps = steps;
        this.observers = observers;
        this.publisher = publisher;
        this.codec = codec;
    }

    @RabbitListener(id = "normal", queues = Journey.NORMAL_LANE)
    void normal(Message message) {
        create(message);
    }

    @RabbitListener(id = "priority", queues = Journey.PRIORITY_LANE)
    void priority(Message message) {
        create(message);
    }

    private void create(Message message) {
        boolean ours = Journey.PLACED.equals(message.getMessageProperties().getType());
        publish(steps.create(ours ? codec.event(message) : intake.acceptDelivered(codec.order(message))));
    }

    @RabbitListener(id = "inventory", queues = Journey.INVENTORY)
    void inventory(Message message) {
        publish(steps.reserve(codec.event(message)));
    }

    @RabbitListener(id = "payment", queues = Journey.PAYMENT)
    void payment(Message message) {
        publish(steps.pay(codec.event(message)));
    }

    @RabbitListener(id = "shipping", queues = Journey.SHIPPING)
    void shipping(Message message) {
        publish(steps.ship(codec.event(message)));
    }

    private void publish(Optional<Outgoing> outgoing) {
        outgoing.ifPresent(publisher::publish);
    }

    @RabbitListener(id = "audit", queues = Journey.AUDIT, containerFactory = "batches")
    void audit(List<Message> messages) {
        observers.audit(messages);
    }

    @RabbitListener(id = "notification", queues = Journey.NOTIFICATION, containerFactory = "batches")
    void notification(List<Message> messages) {
        observers.notifications(messages);
    }

    @RabbitListener(id = "analytics", queues = Journey.ANALYTICS, containerFactory = "batches")
    void analytics(List<Message> messages) {
        observers.analytics(messages);
    }

    @RabbitListener(id = "recommendation", queues = Journey.RECOMMENDATION, containerFactory = "batches")
    void recommendation(List<Message> messages) {
        observers.purchases(messages);
    }
}
