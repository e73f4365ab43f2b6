package org.orderway.failures;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.orderway.messages.Outbox;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What a person decides on one dead letter: to send it again, as it is or edited, or to let it go. */
@Component("decisions")
public class Decisions {

    private final DeadLetters letters;

    Decisions(DeadLetters letters) {
        this.letters = letters;
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

    /** Lets a letter go. Throws as {@link #replay}. */
    @Transactional
    public Done discard(long id, JsonNode request) {
        DeadLetter letter = letters.lockOpen(id);
        letters.close(letter, "discarded");
        letters.note(id, null, "discarded", Decision.of(request));
        return new Done(answer(id, "discarded"), List.of());
    }

    private static Map<String, Object> answer(long id, String state) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("id", id);
        answer.put("state", state);
        return answer;
    }
}
