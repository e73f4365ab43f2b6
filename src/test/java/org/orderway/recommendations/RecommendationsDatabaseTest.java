package org.orderway.recommendations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orderway.messages.Delivery;
import org.orderway.messages.Unreadable;
import org.orderway.orders.IllegalTransition;
import org.orderway.orders.OrderLine;
import org.orderway.orders.UnknownOrder;
import org.orderway.testing.DatabaseTest;
import org.orderway.testing.EventBodies;
import org.springframework.beans.factory.annotation.Autowired;

class RecommendationsDatabaseTest extends DatabaseTest {

    /** Twelve orders. BAG is in all of them, TEA in six, CUP in five, POT in three, INK in two. */
    private static final List<String> ORDERS = List.of(
            "BAG TEA CUP",
            "BAG TEA CUP",
            "BAG TEA CUP",
            "BAG TEA CUP POT",
            "BAG TEA POT",
            "BAG TEA POT",
            "BAG CUP",
            "BAG INK",
            "BAG INK",
            "BAG",
            "BAG",
            "BAG");

    @Autowired
    private Recommendations recommendations;

    private int orders;

    /**
     * By hand: lift(TEA, POT) = 3 * 12 / (6 * 3) = 2, lift(TEA, CUP) = 4 * 12 / (6 * 5) = 1.6, and lift(TEA, BAG) =
     * 6 * 12 / (6 * 12) = 1, though BAG is with TEA most often.
     */
    @Test
    void whatEverybodyBuysIsNotWhatGoesTogether() {
        ORDERS.forEach(skus -> bought("somebody", skus));

        assertThat(together("TEA")).containsExactly("POT 2.00 3", "CUP 1.60 4");
        assertThat(together("CUP")).containsExactly("TEA 1.60 4");
        assertThat(together("POT")).containsExactly("TEA 2.00 3");
        assertThat(together("BAG")).isEmpty();
        assertThat(together("INK")).as("two orders are by chance").isEmpty();
    }

    @Test
    void ofTheSameLiftWhatMoreOrdersSayComesFirstAndThenTheSku() {
        Stream.of("A Z D C", "A Z D C", "A Z D C", "A Z", "B", "B", "B").forEach(skus -> bought("somebody", skus));

        // 7 orders: each of C, D and Z is never without A, and A is in four: 7 / 4.
        assertThat(together("A")).containsExactly("Z 1.75 4", "C 1.75 3", "D 1.75 3");
        assertThat(recommendations.together("A", 1).get("boughtTogether"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .hasSize(1);
    }

    @Test
    void anOrderIsCountedOnceHoweverOftenAndWhereverItIsDelivered() throws Exception {
        List<UUID> shipped = IntStream.range(0, 20)
                .mapToObj(i -> shipped("c-" + i, List.of("TEA", "CUP", "POT", i % 2 == 0 ? "EVEN" : "ODD")))
                .toList();
        List<Callable<Boolean>> deliveries = new ArrayList<>();
        for (int again = 0; again < 3; again++) {
            shipped.forEach(order -> deliveries.add(() -> {
                recommendations.bought(event("order.shipped", order, Map.of()));
                return true;
            }));
        }
        Collections.shuffle(deliveries);

        for (int i = 0; i < deliveries.size(); i += 6) {
            together(deliveries.subList(i, i + 6));
        }

        assertThat(rows("select orders::text from order_counts")).containsExactly("20");
        assertThat(rows("select sku || ' ' || orders from article_counts order by 1"))
                .containsExactly("CUP 20", "EVEN 10", "ODD 10", "POT 20", "TEA 20");
        assertThat(rows("select first || '-' || second || ' ' || orders from pair_counts order by 1"))
                .containsExactly(
                        "CUP-EVEN 10",
                        "CUP-ODD 10",
                        "CUP-POT 20",
                        "CUP-TEA 20",
                        "EVEN-POT 10",
                        "EVEN-TEA 10",
                        "ODD-POT 10",
                        "ODD-TEA 10",
                        "POT-TEA 20");
        assertThat(count("purchases")).isEqualTo(80);
    }

    @Test
    void ofAHundredLinesTheTwentyMostValuableArticlesAreCounted() {
        OrderLine[] lines = IntStream.rangeClosed(1, 100)
                .mapToObj(i -> new OrderLine(i, "S-%03d".formatted(i), 1, new BigDecimal(i), "other"))
                .toArray(OrderLine[]::new);
        UUID order = left(placed("W-100", lines));

        recommendations.bought(event("order.shipped", order, Map.of()));

        assertThat(count("pair_counts")).isEqualTo(20 * 19 / 2);
        assertThat(rows("select sku from article_counts order by sku"))
                .hasSize(20)
                .startsWith("S-081")
                .endsWith("S-100");
    }

    @Test
    void linesOfOneArticleAreOneArticle() {
        UUID order = left(placed("W-2", line(1, "TEA", 1), line(2, "CUP", 1), line(3, "TEA", 5)));

        recommendations.bought(event("order.shipped", order, Map.of()));

        assertThat(rows("select first || '-' || second || ' ' || orders from pair_counts"))
                .containsExactly("CUP-TEA 1");
        assertThat(rows("select sku || ' ' || orders from article_counts order by 1"))
                .containsExactly("CUP 1", "TEA 1");
    }

    @Test
    void nothingIsLearntFromAParcelThatNeverLeft() {
        UUID order = placed("W-3", line(1, "TEA", 1));

        assertThatThrownBy(() -> recommendations.bought(event("order.shipped", order, Map.of())))
                .isInstanceOf(IllegalTransition.class);
        assertThatThrownBy(() -> recommendations.bought(event("order.shipped", UUID.randomUUID(), Map.of())))
                .isInstanceOf(UnknownOrder.class);
        assertThat(count("article_counts")).isZero();
    }

    @Test
    void aCustomerIsShownWhatGoesWithWhatHeLookedAtAndThenBestSellers() {
        ORDERS.forEach(skus -> bought("somebody", skus));
        noticed("viewed", "c-1", "TEA", now());

        assertThat(articles("c-1", 10))
                .containsExactly("POT fits", "CUP fits", "BAG best_seller", "TEA best_seller", "INK best_seller");
        assertThat(articles("c-1", 1)).containsExactly("POT fits");
    }

    /**
     * By hand, of 16 orders: TEA, bought, speaks twice for POT with ln(3 * 16 / (7 * 3)) and for CUP with ln(4 * 16 / (7 * 8)),
     * together 1.65 and 0.27; PEN, in the cart, thrice for CUP with ln(3 * 16 / (3 * 8)), which is 2.08, and for BAG with
     * ln(3 * 16 / (3 * 15)), which is 0.19.
     */
    @Test
    void whatIsInTheCartSpeaksLouderAndWhatACustomerHasIsLeftOut() {
        Stream.concat(ORDERS.stream(), Stream.of("BAG CUP PEN", "BAG CUP PEN", "BAG CUP PEN"))
                .forEach(skus -> bought("somebody", skus));
        bought("c-1", "TEA");
        noticed("carted", "c-1", "PEN", now());

        assertThat(articles("c-1", 10))
                .containsExactly("CUP fits", "POT fits", "BAG fits", "INK best_seller")
                .noneMatch(article -> article.startsWith("TEA") || article.startsWith("PEN"));
    }

    @Test
    void whoIsNotKnownIsShownBestSellers() {
        ORDERS.forEach(skus -> bought("somebody", skus));

        assertThat(articles("nobody", 3)).containsExactly("BAG best_seller", "TEA best_seller", "CUP best_seller");
        assertThat(articles("somebody", 3)).as("has it all").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"viewed", "carted"})
    void whatComesLateOrAgainChangesNothing(String kind) {
        Instant at = now().minusSeconds(60);
        for (Instant time : List.of(at.minusSeconds(5), at, at.minusSeconds(9), at)) {
            noticed(kind, "c-1", "TEA", time);
        }
        noticed(kind, "c-1", "CUP", now().plus(3, ChronoUnit.DAYS));

        assertThat(rows("select sku || ' ' || kind || ' ' || (at = '" + at + "') from behaviour where sku = 'TEA'"))
                .containsExactly("TEA " + kind + " true");
        assertThat(rows("select (at <= now())::text from behaviour where sku = 'CUP'"))
                .containsExactly("true");
    }

    @Test
    void whatWasLookedAtLongAgoIsForgotten() {
        ORDERS.forEach(skus -> bought("somebody", skus));
        noticed("viewed", "c-1", "TEA", now().minus(91, ChronoUnit.DAYS));
        noticed("viewed", "c-2", "TEA", now().minus(89, ChronoUnit.DAYS));

        assertThat(articles("c-1", 1)).as("before any clean-up").containsExactly("BAG best_seller");
        recommendations.forget();

        assertThat(rows("select customer_id from behaviour")).containsExactly("c-2");
        assertThat(articles("c-2", 1)).containsExactly("POT fits");
    }

    @Test
    void nothingIsLearntFromMessagesOfOtherKinds() {
        assertThatThrownBy(() -> recommendations.noticed(delivery("order.created"), body("c-1", "TEA", now())))
                .isInstanceOf(Unreadable.class);
        assertThat(count("behaviour")).isZero();
    }

    @Test
    void anArticleNobodyKnowsIsNotThere() {
        assertThatThrownBy(() -> recommendations.together("NONE", 10)).isInstanceOf(UnknownArticle.class);
    }

    private List<String> together(String sku) {
        jdbc.sql(
                        "insert into products (sku, name, category, price, currency, stocked) values (?, ?, 'other', 1, 'GBP', false) on conflict do nothing")
                .params(sku, sku)
                .update();
        return list(recommendations.together(sku, 10), "boughtTogether").stream()
                .map(article -> article.get("sku") + " " + article.get("lift") + " " + article.get("orders"))
                .toList();
    }

    private List<String> articles(String customer, int limit) {
        return list(recommendations.forCustomer(customer, limit), "articles").stream()
                .map(article -> article.get("sku") + " " + article.get("because"))
                .toList();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Map<String, Object> answer, String name) {
        return (List<Map<String, Object>>) answer.get(name);
    }

    private void bought(String customer, String skus) {
        UUID order = shipped(customer, List.of(skus.split(" ")));
        recommendations.bought(event("order.shipped", order, Map.of()));
    }

    private UUID shipped(String customer, List<String> skus) {
        OrderLine[] lines = IntStream.range(0, skus.size())
                .mapToObj(i -> line(i + 1, skus.get(i), 1))
                .toArray(OrderLine[]::new);
        UUID order = left(placed("S-" + ++orders, lines));
        jdbc.sql("update orders set customer_id = ? where id = ?")
                .params(customer, order)
                .update();
        return order;
    }

    private UUID left(UUID order) {
        jdbc.sql("update orders set status = 'SHIPPED', fulfilment_state = 'shipped' where id = ?")
                .param(order)
                .update();
        return order;
    }

    private void noticed(String kind, String customer, String sku, Instant at) {
        recommendations.noticed(delivery("behaviour." + kind), body(customer, sku, at));
    }

    private JsonNode body(String customer, String sku, Instant at) {
        Map<String, Object> body = EventBodies.of("behaviour.viewed", UUID.randomUUID());
        body.put("customer", customer);
        body.put("sku", sku);
        body.put("occurredAt", at.toString());
        return mapper.valueToTree(body);
    }

    private static Delivery delivery(String type) {
        return new Delivery(
                "recommendation_queue", type, "m-1", type, null, Instant.EPOCH, null, 0, Map.of(), new byte[0]);
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private List<String> rows(String select) {
        return jdbc.sql(select).query(String.class).list();
    }
}
