package org.orderway.bench.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.springframework.amqp.core.Message;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Those who only look on. Each writes a whole batch in one statement, each event once by its id. */
@Component
class Observers {

    private final JdbcClient jdbc;
    private final Codec codec;

    Observers(JdbcClient jdbc, Codec codec) {
        this.jdbc = jdbc;
        this.codec = codec;
    }

    /** The trail of everything, its bodies as they came. */
    void audit(List<Message> messages) {
        jdbc.sql(
                        """
                        insert into audit_events (event_id, order_id, type, routing_key, body)
                        select id, cast(order_id as uuid), type, key, cast(body as jsonb)
                        from unnest(cast(? as text[]), cast(? as text[]), cast(? as text[]), cast(? as text[]), cast(? as text[]))
                            as e (id, order_id, type, key, body)
                        on conflict do nothing
                        """)
                .param(column(messages, Codec::idOf))
                .param(column(messages, message -> message.getMessageProperties().getCorrelationId()))
                .param(column(messages, Observers::type))
                .param(column(messages, message -> message.getMessageProperties().getReceivedRoutingKey()))
                .param(column(messages, Codec::text))
                .update();
    }

    /** What a customer would be told. It is recorded, not sent. */
    void notifications(List<Message> messages) {
        jdbc.sql(
                        """
                        insert into notifications (event_id, order_id, type)
                        select id, cast(order_id as uuid), type
                        from unnest(cast(? as text[]), cast(? as text[]), cast(? as text[])) as e (id, order_id, type)
                        on conflict do nothing
                        """)
                .param(column(messages, Codec::idOf))
                .param(column(messages, message -> message.getMessageProperties().getCorrelationId()))
                .param(column(messages, Observers::type))
                .update();
    }

    /** The rows that reports are counted from. */
    void analytics(List<Message> messages) {
        List<Event> events = messages.stream().map(codec::event).toList();
        jdbc.sql(
                        """
                        insert into analytics_events (event_id, order_id, type, payment_method, currency, total, at)
                        select id, cast(order_id as uuid), type, method, currency, cast(total as numeric), cast(at as timestamptz)
                        from unnest(cast(? as text[]), cast(? as text[]), cast(? as text[]), cast(? as text[]),
                                    cast(? as text[]), cast(? as text[]), cast(? as text[]))
                            as e (id, order_id, type, method, currency, total, at)
                        on conflict do nothing
                        """)
                .param(column(events, Event::id))
                .param(column(events, event -> event.orderId().toString()))
                .param(column(events, Event::type))
                .param(column(events, Event::paymentMethod))
                .param(column(events, Event::currency))
                .param(column(events, event -> event.total().toPlainString()))
                .param(column(events, event -> event.at().toString()))
                .update();
    }

    /** What was bought by whom. */
    void purchases(List<Message> messages) {
        List<String[]> bought = new ArrayList<>();
        for (Message message : messages) {
            Event event = codec.event(message);
            event.lines().forEach(line -> bought.add(new String[] {event.id(), line.sku(), event.customerId()}));
        }
        jdbc.sql(
                        """
                        insert into purchases (event_id, sku, customer_id)
                        select * from unnest(cast(? as text[]), cast(? as text[]), cast(? as text[]))
                        on conflict do nothing
                        """)
                .param(column(bought, row -> row[0]))
                .param(column(bought, row -> row[1]))
                .param(column(bought, row -> row[2]))
                .update();
    }

    /** A stranger's order has no type. */
    private static String type(Message message) {
        String type = message.getMessageProperties().getType();
        return type != null ? type : Journey.PLACED;
    }

    private static <T> String[] column(List<T> rows, Function<T, String> value) {
        return rows.stream().map(value).toArray(String[]::new);
    }
}
