package org.orderway.inventory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.orderway.messages.Outbox;
import org.orderway.orders.KeyTaken;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Pieces that came in. They are booked as received, so that what was received stays available, reserved or sold. */
@Component("replenishments")
public class Replenishments {

    private final JdbcClient jdbc;
    private final Products products;
    private final StockEvents events;
    private final Outbox outbox;
    private final Clock clock;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    Replenishments(JdbcClient jdbc, Products products, StockEvents events, Outbox outbox, Clock clock) {
        this.jdbc = jdbc;
        this.products = products;
        this.events = events;
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * Pieces that came in.
     *
     * @param reference what the warehouse knows the delivery by, or null
     * @param onHand    pieces in the house after it
     * @param available pieces that could be promised after it
     */
    public record Replenishment(
            UUID id, String sku, long quantity, String reference, long onHand, long available, Instant replenishedAt) {

        private boolean isAskedForBy(String wantedSku, long wantedQuantity, String wantedReference) {
            return sku.equals(wantedSku) && quantity == wantedQuantity && Objects.equals(reference, wantedReference);
        }
    }

    /** A replenishment that is booked. @param entries the outbox rows of what has to be told, none for a repetition */
    public record Booked(Replenishment answer, List<Outbox.Entry> entries) {}

    /**
     * Books pieces that came in.
     *
     * @param parameters {@code sku}, and {@code Idempotency-Key} where there is one: a repeated request gets the first
     *                   answer
     * @param request    {@code quantity}, and {@code reference} where there is one
     * @throws UnknownProduct when there is no such product
     * @throws NoStockKept    when the article needs no stock
     * @throws KeyTaken       when the key belongs to another replenishment
     */
    @Transactional
    public Booked book(Map<String, Object> parameters, JsonNode request) {
        String sku = (String) parameters.get("sku");
        String key = (String) parameters.get("Idempotency-Key");
        long quantity = request.path("quantity").asLong();
        String reference =
                request.hasNonNull("reference") ? request.get("reference").asText() : null;
        Product before = products.lock(sku);
        Replenishment booked = new Replenishment(
                ids.generate(),
                sku,
                quantity,
                reference,
                (before.onHand() == null ? 0 : before.onHand()) + quantity,
                (before.available() == null ? 0 : before.available()) + quantity,
                clock.instant().truncatedTo(ChronoUnit.MICROS));
        if (!insert(booked, key)) {
            Replenishment first = ofKey(key);
            if (!first.isAskedForBy(sku, quantity, reference)) {
                throw new KeyTaken();
            }
            return new Booked(first, List.of());
        }
        if (before.onHand() == null) {
            throw new NoStockKept(sku);
        }
        Product now = products.receive(sku, quantity);
        return new Booked(booked, List.of(outbox.add(events.replenished(now, booked))));
    }

    private boolean insert(Replenishment booked, String key) {
        return jdbc.sql(
                                """
                                insert into replenishments (id, idempotency_key, sku, quantity, reference, on_hand, available,
                                    replenished_at)
                                values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (idempotency_key) do nothing
                                """)
                        .params(
                                booked.id(),
                                key,
                                booked.sku(),
                                booked.quantity(),
                                booked.reference(),
                                booked.onHand(),
                                booked.available(),
                                Timestamp.from(booked.replenishedAt()))
                        .update()
                == 1;
    }

    private Replenishment ofKey(String key) {
        return jdbc.sql("select * from replenishments where idempotency_key = ?")
                .param(key)
                .query((rs, n) -> new Replenishment(
                        rs.getObject("id", UUID.class),
                        rs.getString("sku"),
                        rs.getLong("quantity"),
                        rs.getString("reference"),
                        rs.getLong("on_hand"),
                        rs.getLong("available"),
                        rs.getTimestamp("replenished_at").toInstant()))
                .single();
    }
}
