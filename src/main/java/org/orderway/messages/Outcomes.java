package org.orderway.messages;

import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The recorded outcomes of steps. Callers hold the order's lock. */
@Component
public class Outcomes {

    private final JdbcClient jdbc;
    private final MessageCodec codec;

    Outcomes(JdbcClient jdbc, MessageCodec codec) {
        this.jdbc = jdbc;
        this.codec = codec;
    }

    /** What the step decided before, if it did. */
    public Optional<Outcome> find(UUID orderId, String step) {
        return jdbc.sql("select void, messages from outcomes where order_id = ? and step = ?")
                .params(orderId, step)
                .query((rs, n) -> new Outcome(rs.getBoolean("void"), codec.read(rs.getString("messages"))))
                .optional();
    }

    /** Records what the step decided, in the caller's transaction. */
    public void record(UUID orderId, String step, Outcome outcome) {
        jdbc.sql("insert into outcomes (order_id, step, void, messages) values (?, ?, ?, cast(? as json))")
                .params(orderId, step, outcome.isVoid(), codec.write(outcome.messages()))
                .update();
    }
}
