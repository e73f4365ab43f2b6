package org.orderway.orders;

import java.util.UUID;
import java.util.function.Function;
import org.orderway.messages.Outcome;
import org.orderway.messages.Outcomes;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Runs a step of an order once: locks the order, does the work and records the messages it sends, all in one
 * transaction. A second delivery finds the record and gets the same messages again.
 */
@Component
public class Steps {

    private final Orders orders;
    private final Outcomes outcomes;

    Steps(Orders orders, Outcomes outcomes) {
        this.orders = orders;
        this.outcomes = outcomes;
    }

    /** A step on the way forward. On an order that was cancelled or failed by then it is void. */
    @Transactional
    public Outcome once(UUID orderId, String step, Function<Order, Outcome> work) {
        return afterwards(orderId, step, order -> order.status().isStopped() ? Outcome.VOID : work.apply(order));
    }

    /**
     * A step that makes good for an order that was cancelled or failed. An event that says so of an order on its way is
     * not believed: anybody may publish one.
     *
     * @throws IllegalTransition when the order is on its way
     */
    @Transactional
    public Outcome compensate(UUID orderId, String step, Function<Order, Outcome> work) {
        return afterwards(orderId, step, order -> {
            if (!order.status().isStopped()) {
                throw new IllegalTransition(orderId, order.status(), OrderStatus.FAILED);
            }
            return work.apply(order);
        });
    }

    /** A step that makes good for what happened to an order, wherever the order is by now. */
    @Transactional
    public Outcome afterwards(UUID orderId, String step, Function<Order, Outcome> work) {
        Order order = orders.lock(orderId);
        return outcomes.find(orderId, step).orElseGet(() -> {
            Outcome outcome = work.apply(order);
            outcomes.record(orderId, step, outcome);
            return outcome;
        });
    }

    /**
     * Before an outside call: the outcome if it is recorded, a void one if the order was cancelled or failed by then,
     * else the intent that the caller writes under the same lock.
     */
    @Transactional
    public <T> T intend(UUID orderId, String step, Function<Outcome, T> settled, Function<Order, T> intent) {
        return intendAfterwards(orderId, step, settled, order -> {
            if (order.status().isStopped()) {
                outcomes.record(orderId, step, Outcome.VOID);
                return settled.apply(Outcome.VOID);
            }
            return intent.apply(order);
        });
    }

    /** The same of a step that makes good, wherever the order is by now. */
    @Transactional
    public <T> T intendAfterwards(UUID orderId, String step, Function<Outcome, T> settled, Function<Order, T> intent) {
        Order order = orders.lock(orderId);
        return outcomes.find(orderId, step).map(settled).orElseGet(() -> intent.apply(order));
    }
}
