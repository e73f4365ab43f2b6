package org.orderway.failures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.ArgumentCaptor;
import org.orderway.messages.DeadDelivery;
import org.orderway.messages.Outbox;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;
import org.springframework.dao.DataAccessResourceFailureException;

@Covers({
    "dead-letters-collect",
    "dead-letters-measure",
    "dead-letters-list",
    "dead-letters-read",
    "dead-letters-replay",
    "dead-letters-discard",
    "dead-letters-edit",
    "replays-start",
    "replays-read",
    "replays-stop",
    "replays-drive"
})
class DeadLettersRouteTest extends RouteTest {

    private static final String ADA = "{\"by\": \"Ada\", \"reason\": \"the carrier is back\"}";

    private final Outbox.Entry entry = new Outbox.Entry(7, message("order.created"));

    @Test
    void collectsAMessageThatWasParkedWithAllThatIsKnownOfIt() {
        Exchange done = deliver(
                "dead-letters-collect",
                Incoming.event("shipping_dlq", "order.payment_success", orderId)
                        .with("failure-reason", "HTTP 500 from carrier")
                        .with("replay-round", 2)
                        .with("retries", 3));

        assertThat(done.getException()).isNull();
        DeadDelivery dead = collected();
        assertThat(dead.path()).isTrue();
        assertThat(dead.delivery().queue()).isEqualTo("shipping_queue");
        assertThat(dead.delivery().type()).isEqualTo("order.payment_success");
        assertThat(dead.delivery().replayRound()).isEqualTo(2);
        assertThat(dead.delivery().retries()).isEqualTo(3);
        assertThat(dead.headers())
                .isEqualTo(Map.of(
                        "failure-reason", "HTTP 500 from carrier",
                        "replay-round", "2",
                        "retries", "3"));
        assertThat(published()).isEmpty();
    }

    @Test
    void collectsWhateverTheBrokerGaveUpOn() {
        Incoming message = Incoming.raw("audit_dlq", "x", "\u0000not json")
                .without(SpringRabbitMQConstants.MESSAGE_ID)
                .without(SpringRabbitMQConstants.TYPE)
                .without(SpringRabbitMQConstants.CONTENT_TYPE)
                .without(SpringRabbitMQConstants.TIMESTAMP)
                .with(SpringRabbitMQConstants.REPLY_TO, "elsewhere")
                .with("x-death", List.of(Map.of("count", 5)))
                .with("replay-round", "abc")
                .with("To", "everybody@example.org");

        assertThat(deliver("dead-letters-collect", message).getException()).isNull();

        DeadDelivery dead = collected();
        assertThat(dead.path()).isFalse();
        assertThat(dead.delivery().id()).isNotBlank();
        assertThat(dead.delivery().type()).isNull();
        assertThat(dead.delivery().replayRound()).isZero();
        assertThat(dead.headers()).containsOnlyKeys("x-death", "replay-round", "To");
        assertThat(dead.delivery().headers()).containsOnlyKeys("retries", "replay-round");
    }

    @Test
    void leavesADeadLetterWithTheBrokerWhileTheDatabaseIsAway() {
        doThrow(new DataAccessResourceFailureException("away"))
                .when(deadLetters)
                .collect(any());

        Exchange done =
                deliver("dead-letters-collect", Incoming.event("shipping_dlq", "order.payment_success", orderId));

        assertThat(done.getException()).as("what the consumer sees").isNotNull();
        verify(deadLetters, times(1)).collect(any());
        assertThat(published()).isEmpty();
    }

    @Test
    void notesThatAReplayedMessageIsDoneWithAndNoOther() {
        deliver("audit-append", Incoming.event("audit_queue", "order.created", orderId));
        verify(deadLetters, never()).handled(any());

        deliver(
                "audit-append",
                Incoming.event("audit_queue", "order.created", orderId).with("replay-round", 1));
        verify(deadLetters, times(1)).handled(argThat(delivery -> delivery.replayRound() == 1));
    }

    @Test
    void aQuickRedeliveryMayMakeAReplayedMessageGood() {
        doThrow(new IllegalStateException("once")).doNothing().when(audit).append(any());

        deliver(
                "audit-append",
                Incoming.event("audit_queue", "order.created", orderId).with("replay-round", 1));

        verify(audit, times(2)).append(any());
        verify(deadLetters, times(1)).handled(any());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void takesNoReplayedMessageForDoneThatWillBeRetriedOrIsDeadAgain(int retries) {
        doThrow(new IllegalStateException("bug")).when(audit).append(any());

        deliver(
                "audit-append",
                Incoming.event("audit_queue", "order.created", orderId)
                        .with("replay-round", 1)
                        .with("retries", retries));

        verify(deadLetters, never()).handled(any());
        assertThat(published()).singleElement().satisfies(message -> assertThat(message.headers())
                .containsEntry("replay-round", 1));
    }

    @Test
    void countsTheOpenLetters() {
        call("dead-letters-measure", null, Map.of());

        verify(deadLetters, times(1)).measure();
    }

    @Test
    void listsLettersByKindAndShowsOne() throws Exception {
        when(deadLetterView.list(any())).thenReturn(Map.of("groups", List.of()));
        when(deadLetterView.read(17)).thenReturn(Map.of("id", 17));
        when(deadLetterView.read(18)).thenThrow(new UnknownLetter("There is no dead letter 18"));

        Exchange list = call("listDeadLetters", null, Map.of("queue", "shipping_queue", "limit", "10"));

        assertThat(json(list).path("groups").isArray()).isTrue();
        verify(deadLetterView, times(1)).list(Map.of("queue", "shipping_queue", "limit", 10L));
        assertThat(json(call("readDeadLetter", null, Map.of("id", "17")))
                        .path("id")
                        .asInt())
                .isEqualTo(17);
        assertThat(status(call("readDeadLetter", null, Map.of("id", "18")))).isEqualTo(404);
        assertThat(status(call("readDeadLetter", null, Map.of("id", "x")))).isEqualTo(400);
        assertThat(status(call("listDeadLetters", null, Map.of("order", "x")))).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({"replayDeadLetter, replay", "discardDeadLetter, discard", "editDeadLetter, edit"})
    void aDecisionIsAnsweredAndItsMessagesAreHandedToTheOutbox(String door, String decision) throws Exception {
        var done = new Decisions.Done(Map.of("id", 17), List.of(entry, entry));
        when(decisions.replay(eq(17L), any())).thenReturn(done);
        when(decisions.discard(eq(17L), any())).thenReturn(done);
        when(decisions.edit(eq(17L), any())).thenReturn(done);
        String request = decision.equals("edit") ? ADA.replace("}", ", \"body\": \"{}\"}") : ADA;

        Exchange answer = post(door, "17", request);

        assertThat(json(answer).path("id").asInt()).isEqualTo(17);
        assertThat(end("hand-to-outbox-publish").getExchanges())
                .extracting(e -> e.getMessage().getBody())
                .containsExactly(entry, entry);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"reason\": \"x\"}", "{\"by\": \"Ada\"}", "{\"by\": \" \", \"reason\": \"x\"}", "{}", ""})
    void nobodyDecidesWithoutSayingWhoAndWhy(String request) {
        assertThat(status(post("replayDeadLetter", "17", request))).isEqualTo(400);
        assertThat(status(post("discardDeadLetter", "17", request))).isEqualTo(400);
        assertThat(status(post("stopReplay", "17", request))).isEqualTo(400);
        verify(decisions, never()).replay(anyLong(), any());
        verify(decisions, never()).discard(anyLong(), any());
        verify(replays, never()).stop(anyLong(), any());
    }

    @Test
    void aLetterThatSomebodyDecidedOnBeforeIsAConflict() {
        when(decisions.replay(anyLong(), any())).thenThrow(new LetterClosed("replayed already"));

        assertThat(status(post("replayDeadLetter", "17", ADA))).isEqualTo(409);
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    @Test
    void aReplayOfAKindIsStartedReadAndStopped() throws Exception {
        when(replays.start(any())).thenReturn(Map.of("id", 3));
        when(replays.read(3)).thenReturn(Map.of("id", 3));
        when(replays.stop(eq(3L), any())).thenReturn(Map.of("id", 3));
        String request = ADA.replace("}", ", \"fingerprint\": \"0123456789abcdef\"}");

        Exchange started = post("startReplay", null, request);

        assertThat(status(started)).isEqualTo(202);
        assertThat(json(started).path("id").asInt()).isEqualTo(3);
        assertThat(json(call("readReplay", null, Map.of("id", "3"))).path("id").asInt())
                .isEqualTo(3);
        assertThat(json(post("stopReplay", "3", ADA)).path("id").asInt()).isEqualTo(3);
        assertThat(status(post("startReplay", null, ADA))).isEqualTo(400);
    }

    @Test
    void whatAReplaySendsGoesToTheOutbox() {
        when(replays.drive()).thenReturn(List.of(entry)).thenReturn(List.of());

        call("replays-drive", null, Map.of());
        call("replays-drive", null, Map.of());

        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isEqualTo(1);
    }

    private DeadDelivery collected() {
        ArgumentCaptor<DeadDelivery> dead = ArgumentCaptor.forClass(DeadDelivery.class);
        verify(deadLetters, times(1)).collect(dead.capture());
        return dead.getValue();
    }

    private Exchange post(String door, String id, String body) {
        return call(door, body.getBytes(StandardCharsets.UTF_8), id == null ? Map.of() : Map.of("id", id));
    }

    private static JsonNode json(Exchange answer) throws Exception {
        return new ObjectMapper().readTree(answer.getMessage().getBody(String.class));
    }

    private static Integer status(Exchange answer) {
        return answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }
}
