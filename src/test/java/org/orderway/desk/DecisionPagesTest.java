package org.orderway.desk;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.orderway.failures.Decisions;
import org.orderway.failures.LetterClosed;
import org.orderway.failures.UnknownLetter;
import org.orderway.fraud.Reviews;
import org.orderway.messages.Outbox;
import org.orderway.messages.OutgoingMessage;
import org.orderway.notification.Mails;

/** What people decide on the desk goes through the same beans as over HTTP, with who and why, and only when they may. */
class DecisionPagesTest extends PageTest {

    private static final List<Outbox.Entry> ENTRIES = List.of(new Outbox.Entry(
            7,
            new OutgoingMessage(
                    "order_return",
                    "shipping_queue",
                    "m-1",
                    "order.payment_success",
                    "o-1",
                    Instant.EPOCH,
                    "application/json",
                    Map.of(),
                    new byte[0])));

    @Test
    void deadLettersAreListedByKindAndAnEmptyListSaysThatNothingWaits() throws Exception {
        when(letters.list(any())).thenReturn(page(List.of()));
        mvc.perform(get("/desk/dead-letters"))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("Nothing waits for you")));

        when(letters.list(Map.of("limit", 50, "state", "open", "queue", "shipping_queue")))
                .thenReturn(page(List.of(kind())));
        mvc.perform(get("/desk/dead-letters").param("queue", "shipping_queue"))
                .andExpect(content().string(containsString("HTTP 500 from 127.0.0.1")))
                .andExpect(content().string(containsString("href=\"/desk/dead-letters/kinds/f-1\"")))
                .andExpect(content().string(containsString("href=\"/desk/dead-letters/4\"")));
    }

    @Test
    void aLetterIsShownInFullToOperatorsAndWithoutCustomersDataToViewers() throws Exception {
        when(letters.read(4)).thenReturn(letter("open"));

        mvc.perform(get("/desk/dead-letters/4").with(operator()))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("ada@example.org")))
                .andExpect(content().string(containsString("Send it again")))
                .andExpect(content().string(containsString("cancels the order")))
                .andExpect(content().string(containsString("Keep this as what is sent")));
        mvc.perform(get("/desk/dead-letters/4").with(viewer()))
                .andExpect(status().isOk())
                .andExpect(content().string(not(containsString("ada@example.org"))))
                .andExpect(content().string(not(containsString("secret-header"))))
                .andExpect(content().string(not(containsString("Send it again"))));
    }

    @Test
    void aLetterThatIsClosedCannotBeDecidedAgain() throws Exception {
        when(letters.read(4)).thenReturn(letter("replayed"));

        mvc.perform(get("/desk/dead-letters/4").with(operator()))
                .andExpect(content().string(not(containsString("Send it again"))))
                .andExpect(content().string(containsString("the carrier is back")));
    }

    @Test
    void anOperatorSendsALetterAgainAndTheMessageIsPublishedAtOnce() throws Exception {
        when(decisions.replay(anyLong(), any())).thenReturn(new Decisions.Done(Map.of(), ENTRIES));

        mvc.perform(post("/desk/dead-letters/4/replay")
                        .param("reason", " the carrier is back ")
                        .with(operator()))
                .andExpect(redirectedUrl("/desk/dead-letters/4"));

        verify(decisions).replay(4, json("{\"by\": \"olga\", \"reason\": \"the carrier is back\"}"));
        verify(doors).handToOutbox(ENTRIES);
    }

    @Test
    void anOperatorEditsWhatWillBeSent() throws Exception {
        mvc.perform(post("/desk/dead-letters/4/body")
                        .param("body", "{\"a\": 1}")
                        .param("reason", "a wrong postcode")
                        .with(operator()))
                .andExpect(redirectedUrl("/desk/dead-letters/4"));

        verify(decisions)
                .edit(4, json("{\"by\": \"olga\", \"reason\": \"a wrong postcode\", \"body\": \"{\\\"a\\\": 1}\"}"));
    }

    @Test
    void anOperatorLetsALetterGoAndWhatFollowsIsPublishedAtOnce() throws Exception {
        when(decisions.discard(anyLong(), any())).thenReturn(new Decisions.Done(Map.of(), ENTRIES));

        mvc.perform(post("/desk/dead-letters/4/discard")
                        .param("reason", "ordered twice")
                        .with(operator()))
                .andExpect(redirectedUrl("/desk/dead-letters/4"));

        verify(decisions).discard(4, json("{\"by\": \"olga\", \"reason\": \"ordered twice\"}"));
        verify(doors).handToOutbox(ENTRIES);
    }

    @Test
    void allOfAKindAreSentAgainAndThePageTellsHowFarThatIs() throws Exception {
        when(letters.list(Map.of("limit", 1, "fingerprint", "f-1"))).thenReturn(page(List.of(kind())));
        when(replays.latestOf("f-1")).thenReturn(Optional.of(replay("done")));
        when(replays.start(any())).thenReturn(replay("running"));
        when(replays.read(9)).thenReturn(replay("running"));

        mvc.perform(get("/desk/dead-letters/kinds/f-1").with(operator()))
                .andExpect(content().string(containsString("Replay all")))
                .andExpect(content().string(containsString("done, 3 of 8 done")));
        mvc.perform(post("/desk/dead-letters/kinds/f-1/replay")
                        .param("reason", "mended")
                        .with(operator()))
                .andExpect(redirectedUrl("/desk/dead-letters/replays/9"));
        verify(replays).start(json("{\"by\": \"olga\", \"reason\": \"mended\", \"fingerprint\": \"f-1\"}"));
        mvc.perform(get("/desk/dead-letters/replays/9/now"))
                .andExpect(content().string(containsString("hx-trigger=\"every 1s\"")))
                .andExpect(content().string(containsString("3 of 8 done, in batch 2")))
                .andExpect(content().string(containsString("value=\"4\"")));

        when(replays.read(9)).thenReturn(replay("stopped"));
        mvc.perform(get("/desk/dead-letters/replays/9/now"))
                .andExpect(content().string(not(containsString("hx-trigger"))))
                .andExpect(content().string(containsString("failed again")));
    }

    @Test
    void aReplayIsStoppedByAnOperator() throws Exception {
        mvc.perform(post("/desk/dead-letters/replays/9/stop")
                        .param("reason", "too early")
                        .with(operator()))
                .andExpect(redirectedUrl("/desk/dead-letters/replays/9"));

        verify(replays).stop(9, json("{\"by\": \"olga\", \"reason\": \"too early\"}"));
    }

    @Test
    void aKindOfWhichNothingIsOpenSaysSo() throws Exception {
        when(letters.list(any())).thenReturn(page(List.of()));
        when(replays.latestOf("f-2")).thenReturn(Optional.empty());

        mvc.perform(get("/desk/dead-letters/kinds/f-2").with(operator()))
                .andExpect(content().string(containsString("None of this kind is open")))
                .andExpect(content().string(not(containsString("Replay all"))));
    }

    @Test
    void paymentsToReviewAreShownWithWhatSpeaksAgainstThem() throws Exception {
        when(reviews.list(any())).thenReturn(Map.of("open", 0L, "reviews", List.of()));
        mvc.perform(get("/desk/reviews")).andExpect(content().string(containsString("Nothing waits for you")));

        when(reviews.list(any())).thenReturn(Map.of("open", 1L, "reviews", List.of(review())));
        mvc.perform(get("/desk/reviews").with(operator()))
                .andExpect(content().string(containsString("1 payment waits")))
                .andExpect(content().string(containsString("card velocity")))
                .andExpect(content().string(containsString("c-7")))
                .andExpect(content().string(containsString("/desk/reviews/o-1/approve")))
                .andExpect(content().string(containsString("/desk/reviews/o-1/decline")));
        mvc.perform(get("/desk/reviews").with(viewer()))
                .andExpect(content().string(not(containsString("c-7"))))
                .andExpect(content().string(not(containsString("Take the payment"))));
    }

    @Test
    void anOperatorDecidesOnAPayment() throws Exception {
        when(reviews.approve(any(), any())).thenReturn(new Reviews.Done(Map.of(), ENTRIES));
        when(reviews.decline(any(), any())).thenReturn(new Reviews.Done(Map.of(), List.of()));

        mvc.perform(post("/desk/reviews/o-1/approve").param("reason", "known").with(operator()))
                .andExpect(redirectedUrl("/desk/reviews"));
        mvc.perform(post("/desk/reviews/o-2/decline").param("reason", "stolen").with(operator()))
                .andExpect(redirectedUrl("/desk/reviews"));

        verify(reviews).approve("o-1", json("{\"by\": \"olga\", \"reason\": \"known\"}"));
        verify(reviews).decline("o-2", json("{\"by\": \"olga\", \"reason\": \"stolen\"}"));
        verify(doors).handToOutbox(ENTRIES);
        verify(doors).handToOutbox(List.of());
    }

    @Test
    void aViewerDecidesNothing() throws Exception {
        for (String door : List.of(
                "/desk/dead-letters/4/replay",
                "/desk/dead-letters/4/discard",
                "/desk/dead-letters/4/body",
                "/desk/dead-letters/kinds/f-1/replay",
                "/desk/dead-letters/replays/9/stop",
                "/desk/reviews/o-1/approve",
                "/desk/reviews/o-1/decline")) {
            mvc.perform(post(door)
                            .param("reason", "because")
                            .param("body", "{}")
                            .with(viewer()))
                    .andExpect(status().isForbidden())
                    .andExpect(content().string(containsString("Only operators decide")));
            mvc.perform(post(door).param("reason", "because").param("body", "{}"))
                    .andExpect(status().isForbidden());
        }
        verifyNoInteractions(decisions, replays, doors);
    }

    @Test
    void whoDecidesSaysWhy() throws Exception {
        mvc.perform(post("/desk/dead-letters/4/replay").param("reason", "  ").with(operator()))
                .andExpect(status().isBadRequest())
                .andExpect(content().string(containsString("Say why")));
        mvc.perform(post("/desk/dead-letters/4/replay")
                        .param("reason", "x".repeat(201))
                        .with(operator()))
                .andExpect(status().isBadRequest());
        mvc.perform(post("/desk/dead-letters/4/replay")
                        .param("reason", "one\ntwo")
                        .with(operator()))
                .andExpect(status().isBadRequest());
        verifyNoInteractions(decisions);
    }

    @Test
    void aDecisionThatComesTooLateOrOnNothingSaysSo() throws Exception {
        LetterClosed closed = mock(LetterClosed.class);
        when(closed.getMessage()).thenReturn("The dead letter 4 is replayed already");
        UnknownLetter unknown = mock(UnknownLetter.class);
        when(unknown.getMessage()).thenReturn("There is no dead letter 5");
        when(decisions.replay(eq(4L), any())).thenThrow(closed);
        when(decisions.replay(eq(5L), any())).thenThrow(unknown);

        mvc.perform(post("/desk/dead-letters/4/replay").param("reason", "again").with(operator()))
                .andExpect(status().isConflict())
                .andExpect(content().string(containsString("The dead letter 4 is replayed already")));
        mvc.perform(post("/desk/dead-letters/5/replay").param("reason", "again").with(operator()))
                .andExpect(status().isNotFound());
    }

    @Test
    void caughtMailsAreShownToOperatorsAndWhereTheyAreDeliveredThePageSaysSo() throws Exception {
        when(mails.list())
                .thenReturn(List.of(
                        new Mails.CaughtMail(
                                "m-1",
                                "ada@example.org",
                                "Your order W-1001",
                                NOW.toString(),
                                "Dear Ada",
                                "",
                                List.of("2026-000001.pdf")),
                        new Mails.CaughtMail(
                                "m-2",
                                "bob@example.org",
                                "Your order W-1002",
                                NOW.toString(),
                                "Dear Bob",
                                "",
                                List.of())));

        mvc.perform(get("/desk/mails").param("q", "ADA@").with(operator()))
                .andExpect(content().string(containsString("Dear Ada")))
                .andExpect(content().string(containsString("2026-000001.pdf")))
                .andExpect(content().string(not(containsString("Dear Bob"))));
        mvc.perform(get("/desk/mails").with(viewer()))
                .andExpect(content().string(not(containsString("ada@example.org"))))
                .andExpect(content().string(not(containsString("Dear Ada"))));

        when(mails.list()).thenReturn(List.of());
        mvc.perform(get("/desk/mails")).andExpect(content().string(containsString("None was sent yet.")));
    }

    private static Map<String, Object> page(List<Map<String, Object>> kinds) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("groups", kinds);
        page.put("next", null);
        return page;
    }

    private static Map<String, Object> kind() {
        return Map.of(
                "fingerprint",
                "f-1",
                "queue",
                "shipping_queue",
                "cause",
                "HTTP 500",
                "reason",
                "HTTP 500 from 127.0.0.1",
                "count",
                3L,
                "first",
                NOW.toString(),
                "last",
                NOW.toString(),
                "examples",
                List.of(4L, 3L, 2L));
    }

    private static Map<String, Object> letter(String state) {
        Map<String, Object> letter = new LinkedHashMap<>();
        letter.put("id", 4L);
        letter.put("state", state);
        letter.put("queue", "shipping_queue");
        letter.put("path", true);
        letter.put("order", "o-1");
        letter.put("fingerprint", "f-1");
        letter.put("reason", "HTTP 500 from 127.0.0.1");
        letter.put("messageId", "m-1");
        letter.put("round", 0);
        letter.put("type", "order.payment_success");
        letter.put("retries", 3);
        letter.put("collectedAt", NOW.toString());
        letter.put("handledAt", null);
        letter.put("headers", "{\"secret-header\": 1}");
        letter.put("body", "{\"mail\": \"ada@example.org\"}");
        letter.put("bodyBase64", null);
        letter.put("editedBody", null);
        letter.put(
                "actions",
                List.of(Map.of(
                        "action", "replayed", "by", "olga", "reason", "the carrier is back", "at", NOW.toString())));
        return letter;
    }

    private static Map<String, Object> replay(String state) {
        Map<String, Object> replay = new LinkedHashMap<>();
        replay.put("id", 9L);
        replay.put("fingerprint", "f-1");
        replay.put("state", state);
        replay.put("because", state.equals("stopped") ? "1 messages of the last batch failed again" : null);
        replay.put("batch", 2);
        replay.put("letters", 8L);
        replay.put("waiting", 3L);
        replay.put("sent", 1L);
        replay.put("handled", 3L);
        replay.put("failed", 1L);
        replay.put("skipped", 0L);
        replay.put(
                "actions",
                List.of(Map.of("action", "started", "by", "olga", "reason", "mended", "at", NOW.toString())));
        return replay;
    }

    private static Map<String, Object> review() throws Exception {
        Map<String, Object> review = new LinkedHashMap<>();
        review.put("order", "o-1");
        review.put("number", "W-1001");
        review.put("customer", "c-7");
        review.put("country", "GB");
        review.put("total", new BigDecimal("49.80"));
        review.put("currency", "GBP");
        review.put("score", 55);
        review.put(
                "reasons",
                json("[{\"rule\": \"card_velocity\", \"points\": 50, \"detail\": \"12 payments within an hour\"}]"));
        review.put("since", NOW.toString());
        return review;
    }
}
