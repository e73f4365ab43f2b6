package org.orderway.recommendations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyList;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orderway.broker.PublishFailures;
import org.orderway.messages.OutgoingMessage;
import org.orderway.testing.Covers;
import org.orderway.testing.Incoming;
import org.orderway.testing.RouteTest;

@Covers({
    "behaviour-accept",
    "recommendations-learn",
    "recommendations-forget",
    "recommendations-together",
    "recommendations-customer"
})
class RecommendationsRouteTest extends RouteTest {

    private static final String VIEWED = "{\"customer\": \"c-7\", \"sku\": \"LAMP\", \"kind\": \"viewed\"}";

    @Test
    void handsWhatACustomerLookedAtToTheBrokerAndNotToTheOutbox() {
        Exchange answer = call("tellBehaviour", bytes(VIEWED), Map.of("Cookie", "of the customer"));

        assertThat(status(answer)).isEqualTo(202);
        assertThat(answer.getMessage().getBody(String.class)).isEqualTo("{\"accepted\":1}");
        assertThat(published()).singleElement().satisfies(message -> {
            assertThat(message.exchange()).isEqualTo("shop_events");
            assertThat(message.routingKey()).isEqualTo("behaviour.viewed");
            assertThat(message.type()).isEqualTo("behaviour.viewed");
            assertThat(message.headers()).isEmpty();
            assertThat(text(message)).contains("\"customer\":\"c-7\"", "\"sku\":\"LAMP\"");
        });
        assertThat(end("hand-to-outbox-publish").getReceivedCounter()).isZero();
    }

    @Test
    void handsAListOverAtOnceEachThingUnderAnIdOfItsOwnThatStaysTheSame() {
        String list =
                """
                [{"customer": "c-7", "sku": "LAMP", "kind": "viewed", "at": "2026-11-20T10:00:00Z"},
                 {"customer": "c-7", "sku": "LAMP", "kind": "carted", "at": "2026-11-20T10:00:00+00:00"},
                 {"customer": "c-8", "sku": "LAMP", "kind": "viewed", "at": "2026-11-20T10:00:00Z"},
                 {"customer": "c-7", "sku": "LAMP", "kind": "viewed", "at": "2999-01-01T00:00:00Z"}]
                """;

        assertThat(status(call("tellBehaviour", bytes(list), Map.of()))).isEqualTo(202);
        assertThat(status(call("tellBehaviour", bytes(list), Map.of()))).isEqualTo(202);

        verify(publisher, times(2)).publish(anyList());
        List<OutgoingMessage> messages = published();
        assertThat(messages).hasSize(8);
        assertThat(messages.subList(0, 4)).extracting(OutgoingMessage::id).doesNotHaveDuplicates();
        assertThat(messages.subList(4, 7))
                .extracting(OutgoingMessage::id)
                .isEqualTo(
                        messages.subList(0, 3).stream().map(OutgoingMessage::id).toList());
        assertThat(text(messages.get(1))).contains("\"occurredAt\":\"2026-11-20T10:00:00Z\"");
        assertThat(text(messages.get(3))).doesNotContain("2999-01-01");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"customer\": \"c-7\", \"sku\": \"LAMP\", \"kind\": \"bought\"}",
                "{\"customer\": \"c-7\", \"sku\": \"LAMP\", \"kind\": \"viewed\", \"email\": \"ada@example.org\"}",
                "{\"customer\": \"c-7\", \"sku\": \"LAMP\", \"kind\": \"viewed\", \"at\": \"2026-06-30T23:59:60Z\"}",
                "{\"customer\": \"c-7\", \"sku\": \"LAMP\", \"kind\": \"viewed\", \"at\": \"yesterday\"}",
                "{\"customer\": \"c-7\", \"kind\": \"viewed\"}",
                "[]",
                "\"viewed\""
            })
    void refusesWhatIsNoBehaviour(String body) {
        assertThat(status(call("tellBehaviour", bytes(body), Map.of()))).isEqualTo(400);
        verify(publisher, never()).publish(anyList());
    }

    @Test
    void takesAHundredThingsInOneRequestAndNotMore() {
        assertThat(status(call("tellBehaviour", bytes(list(100)), Map.of()))).isEqualTo(202);
        assertThat(status(call("tellBehaviour", bytes(list(101)), Map.of()))).isEqualTo(400);
        assertThat(published()).hasSize(100);
    }

    @Test
    void saysSoWhenTheBrokerIsAway() {
        doThrow(PublishFailures.unreachable(null)).when(publisher).publish(anyList());

        Exchange answer = call("tellBehaviour", bytes(VIEWED), Map.of());

        assertThat(status(answer)).isEqualTo(503);
        assertThat(answer.getMessage().getHeader("Retry-After")).isNotNull();
        assertThat(answer.getMessage().getBody(String.class)).contains("The broker is away or busy");
    }

    @Test
    void holdsNoMoreRequestsThanAFewWhileTheBrokerIsSlow() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(2);
        doAnswer(call -> {
                    held.countDown();
                    return slow.await(20, TimeUnit.SECONDS);
                })
                .when(publisher)
                .publish(anyList());
        List<CompletableFuture<Integer>> first = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            first.add(CompletableFuture.supplyAsync(() -> status(call("tellBehaviour", bytes(VIEWED), Map.of()))));
        }
        assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(status(call("tellBehaviour", bytes(VIEWED), Map.of()))).isEqualTo(503);
        slow.countDown();

        assertThat(first).allSatisfy(request -> assertThat(request.join()).isEqualTo(202));
        verify(publisher, times(2)).publish(anyList());
    }

    @Test
    void learnsFromAShippedOrder() {
        deliver("recommendations-learn", Incoming.event("recommendation_queue", "order.shipped", orderId));

        verify(recommendations, times(1))
                .bought(argThat(event -> event.orderId().equals(orderId)));
        verify(recommendations, never()).noticed(any(), any());
        assertThat(published()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"behaviour.viewed", "behaviour.carted"})
    void learnsFromWhatACustomerLooksAt(String type) {
        deliver("recommendations-learn", Incoming.event("recommendation_queue", type, orderId));

        verify(recommendations, times(1))
                .noticed(
                        argThat(delivery -> delivery.type().equals(type)),
                        argThat(body -> body.path("sku").asText().equals("85123A")));
        verify(recommendations, never()).bought(any());
        assertThat(published()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"behaviour.viewed", "behaviour.guessed", "order.shipped"})
    void parksWhatItCannotRead(String type) {
        deliver("recommendations-learn", Incoming.raw("recommendation_queue", type, "{\"sku\": \"LAMP\"}"));

        assertThat(published()).extracting(OutgoingMessage::routingKey).contains("recommendation_dlq");
        verify(recommendations, never()).noticed(any(), any());
        verify(recommendations, never()).bought(any());
    }

    @Test
    void showsWhatIsBoughtTogether() {
        when(recommendations.together("LAMP", 10)).thenReturn(Map.of("sku", "LAMP"));
        when(recommendations.together("NONE", 3)).thenThrow(new UnknownArticle("NONE"));

        Exchange known = call("readBoughtTogether", null, Map.of("sku", "LAMP"));
        Exchange unknown = call("readBoughtTogether", null, Map.of("sku", "NONE", "limit", "3"));

        assertThat(known.getMessage().getBody(String.class)).isEqualTo("{\"sku\":\"LAMP\"}");
        assertThat(status(unknown)).isEqualTo(404);
        assertThat(status(call("readBoughtTogether", null, Map.of("sku", "LAMP", "limit", "51"))))
                .isEqualTo(400);
    }

    @Test
    void showsWhatACustomerMayLike() {
        when(recommendations.forCustomer("c-7", 4)).thenReturn(Map.of("customer", "c-7"));

        Exchange answer = call("readRecommendations", null, Map.of("id", "c-7", "limit", "4"));

        assertThat(answer.getMessage().getBody(String.class)).isEqualTo("{\"customer\":\"c-7\"}");
        verify(recommendations, times(1)).forCustomer("c-7", 4);
    }

    @Test
    void forgetsWhatWasLookedAtLongAgo() {
        call("recommendations-forget", null, Map.of());

        verify(recommendations, times(1)).forget();
    }

    private static String list(int length) {
        return "["
                + String.join(
                        ",", IntStream.range(0, length).mapToObj(i -> VIEWED).toList()) + "]";
    }

    private static String text(OutgoingMessage message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int status(Exchange exchange) {
        return exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }
}
