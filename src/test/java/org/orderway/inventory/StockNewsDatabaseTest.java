package org.orderway.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.orderway.inventory.StockNews.News;
import org.orderway.messages.OutgoingMessage;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

class StockNewsDatabaseTest extends DatabaseTest {

    @Autowired
    private StockNews news;

    @Autowired
    private Inventory inventory;

    @Autowired
    private Products products;

    @Autowired
    private InventorySettings settings;

    @Test
    void tellsTheStateOfAProductThatChangedAndThenNothingMore() throws Exception {
        stock("A", 20, null);

        List<OutgoingMessage> told = tell();

        assertThat(told).singleElement().satisfies(message -> {
            assertThat(message.exchange()).isEqualTo("inventory_events");
            assertThat(message.routingKey()).isEqualTo("inventory.updated");
            assertThat(message.correlationId()).isNull();
        });
        JsonNode body = body(told.get(0));
        assertThat(body.path("sku").asText()).isEqualTo("A");
        assertThat(body.path("sequence").asLong()).isEqualTo(products.read("A").sequence());
        assertThat(body.path("available").asLong()).isEqualTo(20);
        assertThat(body.path("lowAt").asLong()).as("as it is set up").isEqualTo(5);
        assertThat(tell()).isEmpty();
    }

    @Test
    void holdingSellingGivingBackAndReturningAreEachTold() throws Exception {
        stock("A", 20, null);
        tell();
        UUID order = placed("S-1", line(1, "A", 3));
        status(order, "CREATED");

        inventory.reserve(event("order.created", order, Map.of()));
        assertThat(states(tell())).containsExactly("A 20 on hand, 3 reserved, 17 available");
        transaction.executeWithoutResult(t -> inventory.sell(order));
        assertThat(states(tell())).containsExactly("A 17 on hand, 0 reserved, 17 available");

        UUID second = placed("S-2", line(1, "A", 2));
        status(second, "CREATED");
        inventory.reserve(event("order.created", second, Map.of()));
        tell();
        transaction.executeWithoutResult(t -> inventory.release(second));
        assertThat(states(tell())).containsExactly("A 17 on hand, 0 reserved, 17 available");
    }

    @Test
    void manyChangesBetweenTwoLooksAreToldOnceWithTheLastState() throws Exception {
        stock("A", 20, null);
        tell();
        for (int i = 0; i < 5; i++) {
            reserved("S-" + i, "A", 2);
        }

        List<OutgoingMessage> told = tell();

        assertThat(states(told)).containsExactly("A 20 on hand, 10 reserved, 10 available");
        assertThat(body(told.get(0)).path("sequence").asLong()).isEqualTo(6);
    }

    @Test
    void whatTheBrokerDidNotConfirmIsToldAgainUnderTheSameNameOnceTheClaimRanOut() {
        stock("A", 5, 5);
        News lost = news.next();
        assertThat(lost.messages())
                .extracting(OutgoingMessage::type)
                .containsExactly("inventory.updated", "inventory.low");
        assertThat(news.next().messages()).as("claimed").isEmpty();

        claimsRunOut();
        News again = news.next();

        assertThat(again.messages())
                .extracting(OutgoingMessage::id)
                .containsExactlyElementsOf(
                        lost.messages().stream().map(OutgoingMessage::id).toList());
        news.told(again);
        claimsRunOut();
        assertThat(news.next().messages()).isEmpty();
    }

    @Test
    void aChangeWhileTheBrokerConfirmsTheOneBeforeIsToldNext() throws Exception {
        stock("A", 20, null);
        News first = news.next();
        reserved("S-1", "A", 4);
        news.told(first);

        assertThat(states(tell())).containsExactly("A 20 on hand, 4 reserved, 16 available");
    }

    @Test
    void anArticleBecomesLowOnceAndAgainOnlyAfterItRoseAbove() {
        stock("A", 8, 4);
        assertThat(lows()).isEmpty();
        reserved("S-1", "A", 3);
        assertThat(lows()).as("5 is above 4").isEmpty();
        UUID held = reserved("S-2", "A", 1);
        assertThat(lows()).as("it fell to its threshold").hasSize(1);
        reserved("S-3", "A", 1);
        assertThat(lows()).as("it stays low").isEmpty();
        transaction.executeWithoutResult(t -> inventory.release(held));
        assertThat(lows()).as("4 is low still").isEmpty();

        stock("A", 20, 4);
        assertThat(lows()).as("it rose").isEmpty();
        reserved("S-4", "A", 15);
        List<OutgoingMessage> again = lows();
        assertThat(again).singleElement().satisfies(message -> assertThat(
                        body(message).path("time").asLong())
                .isEqualTo(2));
    }

    @Test
    void anArticleThatNeverHadAPieceOrNeedsNoneIsNotLow() {
        stock("NEW", 0, 4);
        stock("POST", null, null);

        assertThat(tell()).extracting(OutgoingMessage::type).containsOnly("inventory.updated");
        assertThat(products.read("POST").lowAt()).isNull();
    }

    @Test
    void severalInstancesTellOfEachProductOnceTogether() throws Exception {
        IntStream.range(0, 40).forEach(i -> stock("S" + i, 20, null));

        List<News> told = together(List.of(news::next, news::next, news::next, news::next));

        assertThat(told.stream().flatMap(one -> one.states().stream()).map(StockNews.State::sku))
                .hasSize(40)
                .doesNotHaveDuplicates();
    }

    @Test
    void whoWaitedLongestIsToldOfFirstSoThatNobodyIsForgotten() {
        int most = settings.tellMost();
        int all = most + 30;
        IntStream.range(0, all).forEach(i -> stock("S%03d".formatted(i), 20, null));
        assertThat(tell()).as("orderway.inventory.tell-most").hasSize(most);
        IntStream.range(0, most).forEach(i -> stock("S%03d".formatted(i), 21, null));

        List<OutgoingMessage> next = tell();

        assertThat(next.stream().map(message -> body(message).path("sku").asText()))
                .contains(IntStream.range(most, all).mapToObj(i -> "S" + i).toArray(String[]::new));
    }

    private List<OutgoingMessage> tell() {
        News next = news.next();
        news.told(next);
        return next.messages();
    }

    private List<OutgoingMessage> lows() {
        return tell().stream()
                .filter(message -> message.type().equals("inventory.low"))
                .toList();
    }

    private void claimsRunOut() {
        jdbc.sql("update stock_told set claimed_at = claimed_at - interval '1 hour'")
                .update();
    }

    private List<String> states(List<OutgoingMessage> messages) {
        return messages.stream()
                .map(this::body)
                .map(body -> "%s %d on hand, %d reserved, %d available"
                        .formatted(
                                body.path("sku").asText(),
                                body.path("onHand").asLong(),
                                body.path("reserved").asLong(),
                                body.path("available").asLong()))
                .toList();
    }

    private JsonNode body(OutgoingMessage message) {
        try {
            return mapper.readTree(message.body());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private UUID reserved(String number, String sku, int quantity) {
        UUID order = placed(number, line(1, sku, quantity));
        status(order, "CREATED");
        inventory.reserve(event("order.created", order, Map.of()));
        return order;
    }

    private void stock(String sku, Integer onHand, Integer lowAt) {
        Map<String, Object> product = new HashMap<>(Map.of("name", sku, "price", "2.50", "currency", "GBP"));
        product.put("onHand", onHand);
        product.put("lowAt", lowAt);
        products.put(sku, mapper.valueToTree(product));
    }
}
