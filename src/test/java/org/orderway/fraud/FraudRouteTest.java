package org.orderway.fraud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.messages.Event;
import org.orderway.messages.Outbox;
import org.orderway.messages.Outcome;
import org.orderway.messages.OutgoingMessage;
import org.orderway.orders.UnknownOrder;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({
    "screen-payment",
    "review-large-orders",
    "reviews-list",
    "reviews-approve",
    "reviews-decline",
    "tell-decision",
    "fraud-learn",
    "fraud-measure",
    "fraud-tell"
})
class FraudRouteTest extends RouteTest {

    private static final String ADA = "{\"by\": \"Ada\", \"reason\": \"rang the customer\"}";

    private final Outbox.Entry entry = new Outbox.Entry(7, message("payment.requested"));

    @Test
    void aPaymentThatPassesIsHandedOver() {
        OutgoingMessage requested = message("payment.requested");
        when(fraud.screen(any())).thenReturn(new Fraud.Screening(true, List.of()));
        when(payment.handOver(any())).thenReturn(Outcome.of(requested));

        Exchange done = checked();

        assertThat(done.getException()).isNull();
        verify(fraud, times(1)).screen(argThat(event -> event.orderId().equals(orderId)));
        verify(payment, times(1)).handOver(argThat(event -> event.orderId().equals(orderId)));
        assertThat(published()).containsExactly(requested);
    }

    @Test
    void aPaymentThatAPersonHasToLookAtGoesNoFurtherAndNothingIsTold() {
        when(fraud.screen(any())).thenReturn(new Fraud.Screening(false, List.of()));

        Exchange done = checked();

        assertThat(done.getException()).isNull();
        verify(payment, never()).handOver(any());
        assertThat(published()).isEmpty();
    }

    @Test
    void aPaymentThatIsRefusedGoesNoFurtherAndItsOrderIsTold() {
        OutgoingMessage failed = message("order.failed");
        when(fraud.screen(any())).thenReturn(new Fraud.Screening(false, List.of(failed)));

        Exchange done = checked();

        assertThat(done.getException()).isNull();
        verify(payment, never()).handOver(any());
        assertThat(published()).containsExactly(failed);
    }

    @Test
    void aPaymentThatCannotBeScreenedIsTriedAgainAndNotHandedOver() {
        when(fraud.screen(any())).thenThrow(new IllegalStateException("bug"));

        checked();

        verify(payment, never()).handOver(any());
        assertThat(published()).singleElement().satisfies(retried -> assertThat(retried.exchange())
                .isEqualTo("order_retry"));
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true"})
    void aLargeOrderGoesOnWhenScreeningAndAPersonLetIt(boolean passed, boolean letThrough) {
        when(fraud.screen(any())).thenReturn(new Fraud.Screening(passed, List.of()));
        when(fraud.holdLarge(any())).thenReturn(new Fraud.Screening(letThrough, List.of()));

        Event event = new Event("e-1", "order.inventory_checked", orderId, Instant.EPOCH, NullNode.getInstance());
        Exchange done = call("review-large-orders", event, Map.of());

        assertThat(done.getException()).isNull();
        assertThat(done.isRouteStop()).isEqualTo(!(passed && letThrough));
        verify(fraud, times(passed ? 1 : 0))
                .holdLarge(argThat(held -> held.orderId().equals(orderId)));
        assertThat(published()).isEmpty();
    }

    @Test
    void listsWhatWaitsForADecision() throws Exception {
        when(reviews.list(any())).thenReturn(Map.of("open", 0, "reviews", List.of()));

        assertThat(json(call("listReviews", null, Map.of("limit", "10")))
                        .path("open")
                        .asInt(-1))
                .isZero();
        verify(reviews, times(1)).list(Map.of("limit", 10L));
        assertThat(status(call("listReviews", null, Map.of("limit", "0")))).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({"approveReview", "declineReview"})
    void aDecisionIsAnsweredAndItsMessagesAreHandedToTheOutbox(String door) throws Exception {
        Reviews.Done done = new Reviews.Done(Map.of("order", orderId), List.of(entry, entry));
        boolean approves = door.equals("approveReview");
        when(approves ? reviews.approve(any(), any()) : reviews.decline(any(), any()))
                .thenReturn(done);

        Exchange answer = decide(door, ADA);

        assertThat(json(answer).path("order").asText()).isEqualTo(orderId.toString());
        verify(reviews, times(approves ? 1 : 0)).approve(eq(orderId.toString()), any());
        verify(reviews, times(approves ? 0 : 1)).decline(eq(orderId.toString()), any());
        assertThat(end("hand-to-outbox-publish").getExchanges())
                .extracting(e -> e.getMessage().getBody())
                .containsExactly(entry, entry);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"reason\": \"x\"}", "{\"by\": \"Ada\"}", "{\"by\": \" \", \"reason\": \"x\"}", "{}", ""})
    void nobodyDecidesWithoutSayingWhoAndWhy(String request) {
        assertThat(status(decide("approveReview", request))).isEqualTo(400);
        assertThat(status(decide("declineReview", request))).isEqualTo(400);
        verify(reviews, never()).approve(any(), any());
        verify(reviews, never()).decline(any(), any());
    }

    @Test
    void aDecisionThatComesTooLateIsAConflictAndOneOnNothingIsNotFound() {
        when(reviews.approve(any(), any())).thenThrow(new ReviewClosed("declined already"));
        when(reviews.decline(any(), any())).thenThrow(new NoReview(orderId)).thenThrow(new UnknownOrder(orderId));

        assertThat(status(decide("approveReview", ADA))).isEqualTo(409);
        assertThat(status(decide("declineReview", ADA))).isEqualTo(404);
        assertThat(status(decide("declineReview", ADA))).isEqualTo(404);
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"payment.succeeded", "payment.refunded", "payment.chargeback"})
    void whatHappensToMoneyIsLearnedAndTellsNothing(String type) {
        Exchange done = deliver("fraud-learn", Incoming.event("fraud_queue", type, orderId));

        assertThat(done.getException()).isNull();
        verify(fraud, times(1))
                .learn(argThat(
                        event -> event.type().equals(type) && event.orderId().equals(orderId)));
        assertThat(published()).isEmpty();
    }

    @Test
    void measuresWhatIsUsual() {
        call("fraud-measure", null, Map.of());

        verify(fraud, times(1)).measure();
    }

    @Test
    void theOperatorIsToldInOneMailWhichIsNotedOnceItLeft() throws Exception {
        Reviews.Letter letter = new Reviews.Letter(
                List.of(orderId), "<1@x>", "operator@example.invalid", "1 payment", "text", "<p>html</p>");
        when(reviews.untold()).thenReturn(letter).thenReturn(null);

        call("fraud-tell", null, Map.of());
        call("fraud-tell", null, Map.of());

        assertThat(end("post-mail-smtp").getExchanges()).singleElement().satisfies(mail -> {
            Message message = mail.getMessage();
            assertThat(message.getHeader("To")).isEqualTo("operator@example.invalid");
            assertThat(message.getHeader("Subject")).isEqualTo("1 payment");
            assertThat(message.getHeader("Message-ID")).isEqualTo("<1@x>");
            assertThat(message.getBody()).isEqualTo("<p>html</p>");
        });
        verify(reviews, times(1)).told(letter);
    }

    @Test
    void aMailThatDidNotLeaveIsNotNoted() {
        when(reviews.untold())
                .thenReturn(new Reviews.Letter(List.of(orderId), "<1@x>", "operator@example.invalid", "1", "t", "h"));
        end("post-mail-smtp").whenAnyExchangeReceived(mail -> {
            throw new IllegalStateException("no mail server");
        });

        call("fraud-tell", null, Map.of());

        verify(reviews, never()).told(any());
    }

    private Exchange checked() {
        return deliver("payment-hand-over", Incoming.event("payment_queue", "order.inventory_checked", orderId));
    }

    private Exchange decide(String door, String body) {
        return call(door, body.getBytes(StandardCharsets.UTF_8), Map.of("id", orderId.toString()));
    }

    private static JsonNode json(Exchange answer) throws Exception {
        return new ObjectMapper().readTree(answer.getMessage().getBody(String.class));
    }

    private static Integer status(Exchange answer) {
        return answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }
}
