package org.orderway.watchdog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.orderway.messages.Outbox;
import org.orderway.messages.Outcome;
import org.orderway.messages.Outcomes;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.FulfilmentState;
import org.orderway.orders.Order;
import org.orderway.orders.OrderEvents;
import org.orderway.orders.Orders;
import org.orderway.orders.Parcels;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Sets a stuck order going again: the messages that its last step recorded are published once more, under their ids. */
@Component
class Nudges {

    private static final Logger log = LoggerFactory.getLogger(Nudges.class);

    private final JdbcClient jdbc;
    private final Orders orders;
    private final OrderEvents events;
    private final Parcels parcels;
    private final Outcomes outcomes;
    private final Outbox outbox;

    Nudges(JdbcClient jdbc, Orders orders, OrderEvents events, Parcels parcels, Outcomes outcomes, Outbox outbox) {
        this.jdbc = jdbc;
        this.orders = orders;
        this.events = events;
        this.parcels = parcels;
        this.outcomes = outcomes;
        this.outbox = outbox;
    }

    /** Nudges stuck orders, those first that are stuck longest; gives what was written into the outbox. */
    List<Outbox.Entry> give(int mostInASecond, Duration againAfter) {
        List<Outbox.Entry> entries = new ArrayList<>();
        jdbc.sql(
                        """
                        select q.order_id, q.awaits from quiet_orders q
                        join violations v on v.invariant = :invariant and v.subject = q.order_id::text
                        where q.overtaken and v.confirmed_at is not null
                            and not exists (select 1 from nudges n where n.order_id = q.order_id
                                and n.nudged_at > now() - make_interval(secs => :againAfter))
                        order by v.since
                        limit greatest(0, :most - (select count(*) from nudges where nudged_at > now() - interval '1 second'))
                        """)
                .param("invariant", Invariant.ORDER_MOVING.label())
                .param("againAfter", againAfter.toMillis() / 1000.0)
                .param("most", mostInASecond)
                .query((rs, n) -> new Stuck(rs.getObject("order_id", UUID.class), rs.getString("awaits")))
                .list()
                .forEach(stuck -> entries.addAll(nudge(stuck)));
        return entries;
    }

    private List<Outbox.Entry> nudge(Stuck stuck) {
        Order order = orders.lock(stuck.order());
        boolean isPart = order.fulfilmentState() == FulfilmentState.PART;
        if (!isPart && outcomes.find(order.id(), stuck.awaits()).isPresent()) {
            return List.of();
        }
        jdbc.sql(
                        """
                        insert into nudges as n (order_id) values (?)
                        on conflict (order_id) do update set times = n.times + 1, nudged_at = now()
                        """)
                .param(order.id())
                .update();
        Optional<List<OutgoingMessage>> recorded = lastMessages(order, stuck.awaits());
        if (recorded.isEmpty()) {
            log.error("Order {} is stuck, and there is no record of its last messages", order.id());
            return List.of();
        }
        log.warn(
                "Order {} is stuck before the step {}: its last messages are published again",
                order.id(),
                stuck.awaits());
        return recorded.get().stream().map(outbox::add).toList();
    }

    /** What told the order's next step to begin. */
    private Optional<List<OutgoingMessage>> lastMessages(Order order, String awaits) {
        return switch (awaits) {
            case "create" -> Optional.of(List.of(events.placed(order)));
            case "reserve" -> recorded(order, "create");
            case "payment-handover" -> recorded(order, "reserve");
            case "charge", "payment-due" -> recorded(order, "payment-handover");
            case "ship" ->
                order.fulfilmentState() == FulfilmentState.PART
                        ? Optional.of(List.of(events.backOrderFilled(
                                order, parcels.of(order.id()).size() + 1, UUID.randomUUID())))
                        : recorded(order, order.paymentMethod().equals("cod") ? "payment-due" : "charge");
            default -> throw new IllegalStateException("No step is called " + awaits);
        };
    }

    private Optional<List<OutgoingMessage>> recorded(Order order, String step) {
        return outcomes.find(order.id(), step).map(Outcome::messages);
    }

    private record Stuck(UUID order, String awaits) {}
}
