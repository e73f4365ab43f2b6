package org.orderway.orders;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The journal of effects outside our database: the intent is committed before the call, what came of it after. An
 * intent that is found open is in doubt, and the provider is asked by its key before anything is tried again.
 */
@Component
public class Effects {

    private final JdbcClient jdbc;
    private final ObjectMapper mapper;

    Effects(JdbcClient jdbc, ObjectMapper mapper) {
        this.jdbc = jdbc;
        this.mapper = mapper;
    }

    /**
     * An effect that is wanted.
     *
     * @param key      the idempotency key that goes to the provider
     * @param isNew    true when nobody can have called the provider yet
     * @param since    when it was first intended
     * @param isKnown  true when its result is recorded
     */
    public record Intent(String key, boolean isNew, Instant since, boolean isKnown) {}

    /** Writes the intent, or finds the one that is there. In the caller's transaction, under the order's lock. */
    public Intent intend(String key, String kind, UUID orderId) {
        boolean fresh = jdbc.sql("insert into effects (key, kind, order_id) values (?, ?, ?) on conflict do nothing")
                        .params(key, kind, orderId)
                        .update()
                == 1;
        return jdbc.sql("select intent_at, known_at from effects where key = ?")
                .param(key)
                .query((rs, n) -> new Intent(
                        key, fresh, rs.getTimestamp("intent_at").toInstant(), rs.getTimestamp("known_at") != null))
                .single();
    }

    /** Records what came of it. */
    public void known(String key, JsonNode result) {
        try {
            jdbc.sql(
                            "update effects set known_at = now(), result = cast(? as jsonb) where key = ? and known_at is null")
                    .params(mapper.writeValueAsString(result), key)
                    .update();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The result of " + key + " could not be written", e);
        }
    }

    /** The mails about an order: sent, or not sent because the customer gave no address. */
    List<Timeline.Entry> mails(UUID orderId) {
        return jdbc.sql(
                        """
                        select known_at, result ->> 'about' as about, (result ->> 'sent')::boolean as sent
                        from effects where order_id = ? and kind = 'mail' and known_at is not null
                        order by known_at
                        """)
                .param(orderId)
                .query((rs, n) -> new Timeline.Entry(
                        "mail",
                        rs.getTimestamp("known_at").toInstant().toString(),
                        rs.getString("about")
                                + (rs.getBoolean("sent") ? " sent" : " not sent, the customer gave no address")))
                .list();
    }
}
