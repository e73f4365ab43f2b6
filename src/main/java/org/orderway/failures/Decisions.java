package org.orderway.failures;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.orderway.messages.Outbox;
import org.orderway.orders.Cancellation;
import org.orderway.orders.Decision;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.Orders;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What a person decides on one dead letter: to send it again, as it is or edited, or to let it go. */
@Component("decisions")
public class Decisions {

    /** Why an order is cancelled whose message was discarded. */
    private static final String REASON = "dead_letter";

    private final DeadLetters letters;
    private final Orders orders;
    private final Cancellation cancellation;

    Decisions(DeadLetters letters, Orders orders, Cancellation cancellation) {
        this.letters = letters;
        this.orders = orders;
        this.cancellation = cancellation;
    }

    /**
     * What came of a decision.
     *
     * @param answer  what the person is told
     * @param entries messages for the outbox's publisher
     */
    public record Done(Map<String, Object> answer, List<Outbox.Entry> entries) {}

    /**
     * Sends a letter again, to the queue it failed in and to no other.
     *
     * @throws UnknownLetter when there is none
     * @throws LetterClosed  when it is not open any more
     */
    @Transactional
    public Done replay(long id, JsonNode request) {
        DeadLetter letter = letters.lockOpen(id);
        Outbox.Entry entry = letters.send(letter);
        letters.note(id, null, "replayed", Decision.of(request));
        return new Done(answer(id, "replayed"), List.of(entry));
    }

    /** Replaces what will be sent; the body that came is kept beside it. Throws as {@link #replay}. */
    @Transactional
    public Done edit(long id, JsonNode request) {
        DeadLetter letter = letters.lockOpen(id);
        letters.edit(letter, request.path("body").asText().getBytes(StandardCharsets.UTF_8));
        letters.note(id, null, "edited", Decision.of(request));
        return new Done(answer(id, "open"), List.of());
    }

    /**
     * Lets a letter go. An order that cannot end without it is cancelled, and what was done for it made good; one that has
     * left the house or has ended is left as it is, and the answer says so. Throws as {@link #replay}.
     */
    @Transactional
    public Done discard(long id, JsonNode request) {
        DeadLetter letter = letters.lockOpen(id);
        letters.close(letter, "discarded");
        letters.note(id, null, "discarded", Decision.of(request));
        Map<String, Object> answer = answer(id, "discarded");
        if (!letter.path() || letter.orderId() == null) {
            return new Done(answer, List.of());
        }
        OrderStatus status = orders.lock(letter.orderId()).status();
        List<Outbox.Entry> entries = List.of();
        if (status.mayBecome(OrderStatus.CANCELLED)) {
            Cancellation.Answer cancelled = cancellation.cancel(letter.orderId(), REASON);
            status = OrderStatus.valueOf(cancelled.status());
            entries = cancelled.entries();
        }
        boolean isCancelled = status == OrderStatus.CANCELLED || status == OrderStatus.CANCELLING;
        answer.put("order", Map.of("id", letter.orderId(), "status", status, "cancelled", isCancelled));
        return new Done(answer, entries);
    }

    private static Map<String, Object> answer(long id, String state) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("id", id);
        answer.put("state", state);
        return answer;
    }
}
