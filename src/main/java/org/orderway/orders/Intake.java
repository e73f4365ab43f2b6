package org.orderway.orders;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Currency;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.orderway.messages.Outbox;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Accepts orders. Accepted means committed: the order, and the message that will set it going. */
@Component("intake")
public class Intake {

    private final Orders orders;
    private final Outbox outbox;
    private final OrderEvents events;
    private final JdbcClient jdbc;
    private final ObjectMapper mapper;
    private final PromiseSettings promises;
    private final Clock clock;
    private final NoArgGenerator ids = Generators.timeBasedEpochGenerator();

    Intake(
            Orders orders,
            Outbox outbox,
            OrderEvents events,
            JdbcClient jdbc,
            ObjectMapper mapper,
            PromiseSettings promises,
            Clock clock) {
        this.orders = orders;
        this.outbox = outbox;
        this.events = events;
        this.jdbc = jdbc;
        this.mapper = mapper;
        this.promises = promises;
        this.clock = clock;
    }

    /**
     * An accepted order.
     *
     * @param replayed true when it had been accepted before, under the same number or key
     * @param entry    the outbox row of its first message, null when replayed or when the message is at hand
     */
    public record Acceptance(UUID id, String number, boolean replayed, Outbox.Entry entry) {

        /** The answer to the shop: the same one for every repetition. */
        public Map<String, Object> answer() {
            return Map.of("id", id, "number", number, "status", OrderStatus.RECEIVED.name());
        }
    }

    /**
     * Accepts an order that came by HTTP or from a file; its first message waits in the outbox.
     *
     * @param key the Idempotency-Key; null or empty when there is none
     * @throws NumberTaken when the number belongs to an order with another content
     * @throws KeyTaken    when the key does
     */
    @Transactional
    public Acceptance accept(OrderRequest request, List<OrderLine> lines, String lane, String key) {
        return accept(request, lines, lane, key == null || key.isEmpty() ? null : "http:" + key, true);
    }

    /** Accepts an order whose message is in hand: it came straight over the exchange. */
    @Transactional
    public Acceptance acceptDelivered(OrderRequest request, List<OrderLine> lines, String lane, String messageId) {
        return accept(request, lines, lane, keyOf(messageId), false);
    }

    /** The key of an order that a message brought. */
    static String keyOf(String messageId) {
        return "amqp:" + messageId;
    }

    private Acceptance accept(OrderRequest request, List<OrderLine> lines, String lane, String key, boolean publishes) {
        String hash = hash(request);
        // Repetitions may come at the same moment: the key's and then the number's lock let one of them go first.
        lock("key", key);
        lock("number", request.number());
        Optional<Orders.Known> byKey = key == null ? Optional.empty() : orders.byKey(key);
        if (byKey.isPresent()) {
            return replay(byKey.get(), hash, KeyTaken::new);
        }
        Optional<Orders.Known> byNumber =
                request.number() == null ? Optional.empty() : orders.byNumber(request.number());
        if (byNumber.isPresent()) {
            Acceptance known = replay(byNumber.get(), hash, () -> new NumberTaken(request.number()));
            remember(key, hash, known.id());
            return known;
        }
        Order order = order(request, lines, lane);
        orders.insert(order, hash, request.payment().cardCountry(), !publishes);
        remember(key, hash, order.id());
        Outbox.Entry entry = publishes ? outbox.add(events.placed(order)) : null;
        return new Acceptance(order.id(), order.number(), false, entry);
    }

    private static Acceptance replay(Orders.Known known, String hash, Supplier<RuntimeException> conflict) {
        if (!known.requestHash().equals(hash)) {
            throw conflict.get();
        }
        return new Acceptance(known.id(), known.number(), true, null);
    }

    private void remember(String key, String hash, UUID orderId) {
        if (key != null) {
            orders.remember(key, hash, orderId);
        }
    }

    private void lock(String what, String name) {
        if (name != null) {
            jdbc.sql("select pg_advisory_xact_lock(hashtext(?), hashtext(?))")
                    .params(what, name)
                    .query((rs, n) -> 0)
                    .single();
        }
    }

    private Order order(OrderRequest request, List<OrderLine> lines, String lane) {
        UUID id = ids.generate();
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return new Order(
                id,
                request.number() == null ? id.toString() : request.number(),
                lane,
                OrderStatus.RECEIVED,
                null,
                PaymentState.NONE,
                FulfilmentState.NONE,
                request.customer(),
                request.shipTo(),
                RoutingKeys.word(request.shipTo().country()),
                RoutingKeys.category(lines),
                request.currency(),
                total(lines, request.currency()),
                request.payment().method(),
                request.payment().token(),
                BigDecimal.ZERO,
                BigDecimal.ZERO,
                now,
                request.promiseBy() != null ? request.promiseBy() : promises.of(lane, now),
                null,
                request.partialShipment(),
                lines);
    }

    /** The sum of the exact line values, rounded once, half up, to the currency's digits. */
    static BigDecimal total(List<OrderLine> lines, String currency) {
        return lines.stream()
                .map(OrderLine::value)
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .setScale(Currency.getInstance(currency).getDefaultFractionDigits(), RoundingMode.HALF_UP);
    }

    private String hash(OrderRequest request) {
        try {
            byte[] canonical = mapper.writeValueAsBytes(request);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(canonical));
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("The order could not be hashed", e);
        }
    }
}
