package org.orderway.orders;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The journal of effects outside our database: the intent is committed before the call, what came of it after. An
 * intent that is found open is in doubt, and the provider is asked by its key before anything is tried again.
 */
@Component
public class Effects {

    private static final String NEVER = "{\"status\": \"never_happened\"}";

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
     * @param amount   the money it is about, where it is about money
     */
    public record Intent(String key, boolean isNew, Instant since, boolean isKnown, BigDecimal amount) {

        /** Whether a provider that keeps keys for so long must still know this one. */
        public boolean isKept(Duration keysKept, Clock clock) {
            return clock.instant().isBefore(since.plus(keysKept));
        }
    }

    /** Writes the intent, or finds the one that is there. In the caller's transaction, under the order's lock. */
    public Intent intend(String key, String kind, UUID orderId) {
        return intend(key, kind, orderId, null);
    }

    /** The same of an effect that moves money. An intent that is there keeps its amount. */
    public Intent intend(String key, String kind, UUID orderId, BigDecimal amount) {
        boolean fresh =
                jdbc.sql("insert into effects (key, kind, order_id, amount) values (?, ?, ?, ?) on conflict do nothing")
                                .params(key, kind, orderId, amount)
                                .update()
                        == 1;
        return jdbc.sql("select intent_at, known_at, amount from effects where key = ?")
                .param(key)
                .query((rs, n) -> new Intent(
                        key,
                        fresh,
                        rs.getTimestamp("intent_at").toInstant(),
                        rs.getTimestamp("known_at") != null,
                        rs.getBigDecimal("amount")))
                .single();
    }

    /**
     * Records what came of it, also when it had been taken for one that never happened.
     *
     * @return false when it was known before
     */
    public boolean known(String key, JsonNode result) {
        try {
            return jdbc.sql(
                                    """
                                    update effects set known_at = now(), result = cast(? as jsonb)
                                    where key = ? and (known_at is null or result = cast(? as jsonb))
                                    """)
                            .params(mapper.writeValueAsString(result), key, NEVER)
                            .update()
                    == 1;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The result of " + key + " could not be written", e);
        }
    }

    /** Records that the provider was never reached: it does not know the key, and nobody is calling it any more. */
    public void neverHappened(String key) {
        jdbc.sql("update effects set known_at = now(), result = cast(? as jsonb) where key = ? and known_at is null")
                .params(NEVER, key)
                .update();
    }

    /** What is known to have come of an effect. */
    public Optional<JsonNode> result(String key) {
        return jdbc.sql("select result from effects where key = ? and known_at is not null")
                .param(key)
                .query(String.class)
                .optional()
                .map(this::json);
    }

    /** Whether a charge or a shipment of the order may be under way: nobody knows yet what comes of it. */
    boolean hasOpenCall(UUID orderId) {
        return jdbc.sql(
                        """
                        select exists (select 1 from effects
                        where order_id = ? and kind in ('charge', 'shipment') and known_at is null)
                        """)
                .param(orderId)
                .query(Boolean.class)
                .single();
    }

    /** The money of the order's effects of this kind that are under way. */
    public BigDecimal openAmount(UUID orderId, String kind) {
        return jdbc.sql(
                        """
                        select coalesce(sum(amount), 0) from effects
                        where order_id = ? and kind = ? and known_at is null
                        """)
                .params(orderId, kind)
                .query(BigDecimal.class)
                .single();
    }

    /** Whether it is intended and nobody knows yet what comes of it. */
    public boolean isOpen(String key) {
        return jdbc.sql("select exists (select 1 from effects where key = ? and known_at is null)")
                .param(key)
                .query(Boolean.class)
                .single();
    }

    /** An effect that is under way. @param since when it was intended */
    public record Open(String key, UUID orderId, BigDecimal amount, Instant since) {}

    /** The effects of a kind that are under way and whose key begins so, oldest first. */
    public List<Open> open(String kind, String prefix) {
        return jdbc.sql(
                        """
                        select key, order_id, amount, intent_at from effects
                        where known_at is null and kind = ? and starts_with(key, ?) order by intent_at limit 1000
                        """)
                .params(kind, prefix)
                .query((rs, n) -> new Open(
                        rs.getString("key"),
                        rs.getObject("order_id", UUID.class),
                        rs.getBigDecimal("amount"),
                        rs.getTimestamp("intent_at").toInstant()))
                .list();
    }

    /** The money of an effect that is under way. */
    public Optional<BigDecimal> openAmountOf(String key) {
        return jdbc.sql("select amount from effects where key = ? and known_at is null")
                .param(key)
                .query(BigDecimal.class)
                .optional();
    }

    /** An effect that decides about an order. */
    public record Awaited(UUID orderId, String key) {}

    /**
     * Orders that wait, to be cancelled, for what comes of an effect of this kind. Those whose intent is too old for the
     * provider to know its key are left to a person.
     */
    public List<Awaited> awaitedToCancel(String kind, Instant intendedAfter) {
        return jdbc.sql(
                        """
                        select o.id, e.key from orders o join effects e on e.order_id = o.id
                        where o.status = 'CANCELLING' and e.kind = ? and e.known_at is null and e.intent_at > ?
                        order by o.id limit 100
                        """)
                .params(kind, Timestamp.from(intendedAfter))
                .query((rs, n) -> new Awaited(rs.getObject("id", UUID.class), rs.getString("key")))
                .list();
    }

    private JsonNode json(String text) {
        try {
            return mapper.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A recorded result cannot be read back", e);
        }
    }

    /** What was told about an order, by channel: sent, or not sent because it was not wanted or there was no address. */
    List<Timeline.Entry> messages(UUID orderId) {
        return jdbc.sql(
                        """
                        select kind, known_at, result ->> 'about' as about, (result ->> 'sent')::boolean as sent
                        from effects where order_id = ? and kind in ('mail', 'sms', 'push') and known_at is not null
                        order by known_at
                        """)
                .param(orderId)
                .query((rs, n) -> new Timeline.Entry(
                        rs.getString("kind"),
                        rs.getTimestamp("known_at").toInstant().toString(),
                        rs.getString("about")
                                + (rs.getBoolean("sent") ? " sent" : " not sent: no address, or not wanted")))
                .list();
    }
}
