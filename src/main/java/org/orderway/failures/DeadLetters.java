package org.orderway.failures;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.orderway.messages.DeadDelivery;
import org.orderway.messages.Delivery;
import org.orderway.messages.DeliveryHeaders;
import org.orderway.messages.EventIds;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.orderway.messages.WorkQueues;
import org.orderway.orders.Decision;
import org.orderway.orders.OpenLetters;
import org.orderway.orders.Orders;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The dead letters of all queues. They are moved here out of the dead-letter queues, whatever they are, and stay until a
 * person decides.
 */
@Component("deadLetters")
public class DeadLetters implements OpenLetters {

    /** Why a message is dead that no route of ours put among the dead letters. */
    static final String BY_THE_BROKER = "Rejected: the broker itself gave up on the message";

    private final JdbcClient jdbc;
    private final Outbox outbox;
    private final WorkQueues queues;
    private final Failures failures;
    private final Orders orders;
    private final ObjectMapper mapper;
    private final MultiGauge open;
    private final Map<String, Long> openByQueue = new TreeMap<>();

    DeadLetters(
            JdbcClient jdbc,
            Outbox outbox,
            WorkQueues queues,
            Failures failures,
            Orders orders,
            ObjectMapper mapper,
            MeterRegistry meters) {
        this.jdbc = jdbc;
        this.outbox = outbox;
        this.queues = queues;
        this.failures = failures;
        this.orders = orders;
        this.mapper = mapper;
        this.open = MultiGauge.builder("orderway.dead.letters.open")
                .description("Dead letters that wait for a person's decision")
                .register(meters);
    }

    /**
     * Takes a message over from its dead-letter queue. One that comes twice is one letter, which is open again if it was
     * discarded, for nobody decided on what came after; another message under the same id is a letter of its own.
     */
    @Transactional
    public void collect(DeadDelivery dead) {
        Delivery message = dead.delivery();
        String reason = text(message, DeliveryHeaders.FAILURE_REASON, BY_THE_BROKER);
        Fingerprint fingerprint = failures.technical(
                storable(EventIds.ofGivingUp(message.queue(), message)), message.queue(), reason, failedAt(message));
        String id = storable(message.id());
        String ofContent = EventIds.ofContent(message.type(), message.body());
        if (insert(dead, id.isBlank() ? ofContent : id, fingerprint) == 0) {
            insert(dead, ofContent, fingerprint);
        }
    }

    private int insert(DeadDelivery dead, String messageId, Fingerprint fingerprint) {
        Delivery message = dead.delivery();
        return jdbc.sql(
                        """
                        insert into dead_letters (queue, message_id, round, order_id, path, type, correlation_id,
                            content_type, sent_at, retries, reason, fingerprint, headers, body)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, cast(? as jsonb), ?)
                        on conflict (queue, message_id, round) do update set
                            arrivals = dead_letters.arrivals + 1,
                            closed_at = case dead_letters.state when 'discarded' then null else dead_letters.closed_at end,
                            state = case dead_letters.state when 'discarded' then 'open' else dead_letters.state end
                        where dead_letters.body = excluded.body
                        """)
                .params(
                        message.queue(),
                        messageId,
                        message.replayRound(),
                        orders.concernedBy(message.correlationId(), storable(message.id()))
                                .orElse(null),
                        dead.path(),
                        storable(message.type()),
                        storable(message.correlationId()),
                        storable(message.contentType()),
                        Timestamp.from(message.timestamp()),
                        message.retries(),
                        fingerprint.reason(),
                        fingerprint.id(),
                        headers(dead.headers()),
                        message.body())
                .update();
    }

    /** Its queue is done with a message that was replayed. */
    @Transactional
    public void handled(Delivery delivery) {
        jdbc.sql(
                        """
                        update dead_letters set handled_at = now()
                        where queue = ? and message_id = ? and round = ? and state = 'replayed' and handled_at is null
                        """)
                .params(delivery.queue(), delivery.id(), delivery.replayRound() - 1)
                .update();
    }

    /**
     * The letter, locked until the transaction ends, so that two people do not decide at the same time.
     *
     * @throws UnknownLetter when there is none
     * @throws LetterClosed  when it is replayed or discarded already
     */
    @Transactional(propagation = Propagation.MANDATORY)
    DeadLetter lockOpen(long id) {
        DeadLetter letter = lock(id);
        if (!letter.state().equals("open")) {
            throw new LetterClosed("The dead letter " + id + " is " + letter.state() + " already");
        }
        return letter;
    }

    @Transactional(propagation = Propagation.MANDATORY)
    DeadLetter lock(long id) {
        return jdbc.sql("select *, coalesce(edited_body, body) as latest from dead_letters where id = ? for update")
                .param(id)
                .query((rs, n) -> new DeadLetter(
                        id,
                        rs.getString("queue"),
                        rs.getString("message_id"),
                        rs.getInt("round"),
                        rs.getObject("order_id", UUID.class),
                        rs.getBoolean("path"),
                        rs.getString("type"),
                        rs.getString("correlation_id"),
                        rs.getString("content_type"),
                        rs.getTimestamp("sent_at").toInstant(),
                        rs.getBytes("latest"),
                        rs.getString("state")))
                .optional()
                .orElseThrow(() -> new UnknownLetter("There is no dead letter " + id));
    }

    /**
     * Sends a locked letter back to the one queue it failed in: the same message, its retries before it again.
     *
     * @throws LetterClosed when that queue is not in the topology any more
     */
    @Transactional(propagation = Propagation.MANDATORY)
    Outbox.Entry send(DeadLetter letter) {
        if (!queues.has(letter.queue())) {
            throw new LetterClosed("The queue " + letter.queue() + " is not in orderway.topology any more");
        }
        close(letter, "replayed");
        return outbox.add(new OutgoingMessage(
                queues.returnExchange(),
                letter.queue(),
                letter.messageId(),
                letter.type(),
                letter.correlationId(),
                letter.sentAt(),
                letter.contentType(),
                Map.of(DeliveryHeaders.RETRIES, 0, DeliveryHeaders.REPLAY_ROUND, letter.round() + 1),
                letter.body()));
    }

    void close(DeadLetter letter, String state) {
        jdbc.sql("update dead_letters set state = ?, closed_at = now() where id = ?")
                .params(state, letter.id())
                .update();
    }

    /** What is sent instead of the body that came, which stays beside it. */
    void edit(DeadLetter letter, byte[] body) {
        jdbc.sql("update dead_letters set edited_body = ? where id = ?")
                .params(body, letter.id())
                .update();
    }

    /** Records who did what to a letter or a group replay, and why; one of the two ids may be null. */
    void note(Long letterId, Long replayId, String action, Decision decision) {
        jdbc.sql(
                        """
                        insert into dead_letter_actions (letter_id, replay_id, action, by_whom, reason)
                        values (?, ?, ?, ?, ?)
                        """)
                .params(letterId, replayId, action, decision.by(), decision.reason())
                .update();
    }

    @Override
    @Transactional(readOnly = true)
    public List<Letter> of(UUID orderId) {
        return jdbc.sql(
                        """
                        select id, queue, reason, collected_at from dead_letters
                        where order_id = ? and state = 'open' and path order by id
                        """)
                .param(orderId)
                .query((rs, n) -> new Letter(
                        rs.getLong("id"),
                        rs.getString("queue"),
                        rs.getString("reason"),
                        rs.getTimestamp("collected_at").toInstant().toString()))
                .list();
    }

    /** Counts the open letters of each queue for the metrics; a queue that had some stays, at 0. */
    @Transactional(readOnly = true)
    public synchronized void measure() {
        openByQueue.replaceAll((queue, before) -> 0L);
        jdbc.sql("select queue, count(*) as letters from dead_letters where state = 'open' group by queue")
                .query((rs, n) -> openByQueue.put(rs.getString("queue"), rs.getLong("letters")))
                .list();
        open.register(
                openByQueue.entrySet().stream()
                        .<MultiGauge.Row<?>>map(e -> MultiGauge.Row.of(Tags.of("queue", e.getKey()), e.getValue()))
                        .toList(),
                true);
    }

    private static Instant failedAt(Delivery message) {
        try {
            return Instant.parse(text(message, DeliveryHeaders.FAILED_AT, ""));
        } catch (DateTimeParseException notOurs) {
            return message.timestamp();
        }
    }

    private static String text(Delivery message, String header, String otherwise) {
        Object value = message.headers().get(header);
        return value == null || value.toString().isBlank() ? otherwise : value.toString();
    }

    private String headers(Map<String, String> headers) {
        Map<String, String> all = new LinkedHashMap<>();
        headers.forEach((name, value) -> all.put(storable(name), storable(value)));
        try {
            return mapper.writeValueAsString(all);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The headers of a dead letter could not be written", e);
        }
    }

    /** PostgreSQL holds any text but the character NUL and half a surrogate pair. */
    private static String storable(String text) {
        return text == null ? null : text.replaceAll("[\\x00\\p{Cs}]", "");
    }
}
