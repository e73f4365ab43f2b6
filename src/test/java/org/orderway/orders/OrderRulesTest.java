package org.orderway.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an order costs, which key it gets, and what is wrong with it. */
class OrderRulesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final OrderReader reader = new OrderReader(new OrderReader.TutorialDefaults("guest", "IN", "INR", "cod"));

    @ParameterizedTest
    @CsvSource({
        "GB, gb",
        "Home & Garden, home-garden",
        "Möbel, mobel",
        "  Toys!  , toys",
        "a.b#c*d, a-b-c-d",
        "İstanbul, istanbul",
        "---, other",
        "'', other",
        "日本, other",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, other",
    })
    void aWordOfARoutingKeyHasNoDotAndNoWildcard(String text, String word) {
        assertThat(RoutingKeys.word(text)).isEqualTo(word);
    }

    @Test
    void aCategoryThatIsNotGivenIsOther() {
        assertThat(RoutingKeys.word(null)).isEqualTo("other");
        assertThat(RoutingKeys.category(List.of())).isEqualTo("other");
    }

    @Test
    void theKeyNamesTheCategoryOfTheLineWithTheGreatestValue() {
        assertThat(RoutingKeys.category(List.of(
                        new OrderLine(1, "A", 100, new BigDecimal("1.00"), "Small"),
                        new OrderLine(2, "B", 1, new BigDecimal("100.01"), "Big Thing"),
                        new OrderLine(3, "C", 9, null, "unpriced"))))
                .isEqualTo("big-thing");
        assertThat(RoutingKeys.of("priority", "gb", "big-thing")).isEqualTo("order.priority.gb.big-thing");
    }

    @ParameterizedTest
    @CsvSource({
        "GBP, 1, 2.55, 2.55",
        "GBP, 3, 0.005, 0.02",
        "GBP, 1, 0.0049, 0.00",
        "GBP, 1, 2.675, 2.68",
        "JPY, 1, 99.5, 100",
        "JPY, 1, 99.4999, 99",
        "KWD, 1, 1.0005, 1.001",
        "GBP, 1000000, 99999999, 99999999000000.00",
    })
    void theTotalIsRoundedOnceHalfUpToTheCurrencysDigits(
            String currency, int quantity, BigDecimal price, BigDecimal total) {
        assertThat(Intake.total(List.of(new OrderLine(1, "A", quantity, price, "x")), currency))
                .isEqualTo(total);
    }

    @Test
    void theTotalAddsExactValuesBeforeItRounds() {
        OrderLine line = new OrderLine(1, "A", 1, new BigDecimal("0.0050"), "x");
        assertThat(Intake.total(List.of(line, line, line), "GBP")).isEqualTo(new BigDecimal("0.02"));
        assertThat(Intake.total(List.of(new OrderLine(1, "A", 7, null, "x")), "GBP"))
                .isEqualTo(new BigDecimal("0.00"));
    }

    @Test
    void theShopsPriceWinsOverTheCatalogues() {
        var checked = check(line("A", 2, "1.5"), new Article("A", "lamps", BigDecimal.TEN, "EUR"));

        assertThat(checked.errors()).isEmpty();
        assertThat(checked.line()).isEqualTo(new OrderLine(1, "A", 2, new BigDecimal("1.5"), "lamps"));
    }

    @Test
    void aLineWithoutAPriceTakesTheCatalogues() {
        var checked = check(line("A", 2, null), new Article("A", "lamps", BigDecimal.TEN, "GBP"));

        assertThat(checked.errors()).isEmpty();
        assertThat(checked.line().unitPrice()).isEqualTo(BigDecimal.TEN);
    }

    @Test
    void aCataloguePriceInAnotherCurrencyIsNoPrice() {
        assertThat(check(line("A", 2, null), new Article("A", "lamps", BigDecimal.TEN, "EUR"))
                        .errors())
                .extracting(FieldError::pointer)
                .containsExactly("/lines/0/unitPrice");
    }

    @Test
    void anArticleThatNobodyKnowsIsNoMistakeOfForm() {
        var checked = check(line("A", 2, null), null);

        assertThat(checked.errors()).isEmpty();
        assertThat(checked.line()).isEqualTo(new OrderLine(1, "A", 2, null, "other"));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, /lines/0/quantity",
        "-1, 1, /lines/0/quantity",
        "1, -0.01, /lines/0/unitPrice",
        "1, 0.00001, /lines/0/unitPrice",
        "1, 99999999.0001, /lines/0/unitPrice"
    })
    void aMistakeIsNamedByItsPlace(int quantity, String price, String pointer) {
        assertThat(check(line("A", quantity, price), null).errors())
                .extracting(FieldError::pointer)
                .containsExactly(pointer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0.0001", "99999999", "1.00000000"})
    void aPriceAtTheEdgeIsRight(String price) {
        assertThat(check(line("A", 1, price), null).errors()).isEmpty();
    }

    @Test
    void everyMistakeIsToldAtOnce() {
        LineCheck lines = new LineCheck(null);
        FieldError first = new FieldError("/lines/0/quantity", "x");
        FieldError second = new FieldError("/lines/2/unitPrice", "y");

        assertThatThrownBy(() -> lines.together(List.of(
                        new LineCheck.Checked(null, List.of(first)),
                        new LineCheck.Checked(null, List.of()),
                        new LineCheck.Checked(null, List.of(second)))))
                .isInstanceOfSatisfying(
                        InvalidOrder.class, e -> assertThat(e.errors()).containsExactly(first, second));
    }

    @Test
    void readsTheFlatOrderOfTheTutorials() throws Exception {
        OrderRequest read = reader.read(JSON.readTree(
                "{\"id\": 1, \"product\": \"Laptop\", \"quantity\": 1, \"price\": 999.99, \"priority\": true}"));

        assertThat(read)
                .isEqualTo(new OrderRequest(
                        "1",
                        true,
                        new OrderRequest.Customer("guest", null, null),
                        new OrderRequest.ShipTo(null, List.of(), null, null, "IN"),
                        new OrderRequest.Payment("cod", null),
                        "INR",
                        List.of(new OrderRequest.Line("Laptop", 1, new BigDecimal("999.99"), null))));
    }

    @Test
    void takesTheSamePriceForTheSameHoweverItIsWritten() throws Exception {
        OrderRequest one = full("2.5", "GBP", "GB");

        assertThat(full("2.50", "GBP", "GB")).isEqualTo(one);
        assertThat(full("\"2.500\"", "GBP", "GB")).isEqualTo(one);
        assertThat(JSON.writeValueAsString(full("2.50", "GBP", "GB"))).isEqualTo(JSON.writeValueAsString(one));
        assertThat(full("2.51", "GBP", "GB")).isNotEqualTo(one);
        assertThat(one.lines().get(0)).isEqualTo(new OrderRequest.Line("A", 2, new BigDecimal("2.5"), null));
        assertThat(one.customer()).isEqualTo(new OrderRequest.Customer("c", "Ada", "ada@example.org"));
        assertThat(JSON.writeValueAsString(one))
                .as("an order that names no language is the same request as before languages were asked for")
                .doesNotContain("locale");
    }

    @ParameterizedTest
    @CsvSource({"XXX, GB, /currency", "ZZZ, GB, /currency", "GBP, XX, /shipTo/country", "GBP, UK, /shipTo/country"})
    void refusesACurrencyOrCountryThatDoesNotExist(String currency, String country, String pointer) {
        assertThatThrownBy(() -> full("1", currency, country))
                .isInstanceOfSatisfying(InvalidOrder.class, e -> assertThat(e.errors())
                        .extracting(FieldError::pointer)
                        .containsExactly(pointer));
    }

    @Test
    void takesACardsCountryWhereTheShopSaysItAndRefusesOneThatDoesNotExist() throws Exception {
        OrderRequest silent = full("1", "GBP", "GB");
        OrderRequest telling = reader.read(paidByACardFrom("FR"));

        assertThat(telling.payment().cardCountry()).isEqualTo("FR");
        assertThat(silent.payment().cardCountry()).isNull();
        assertThat(JSON.writeValueAsString(silent))
                .as("the hash of an order that says nothing of it stays what it was")
                .doesNotContain("cardCountry");
        assertThatThrownBy(() -> reader.read(paidByACardFrom("UK")))
                .isInstanceOfSatisfying(InvalidOrder.class, e -> assertThat(e.errors())
                        .extracting(FieldError::pointer)
                        .containsExactly("/payment/cardCountry"));
    }

    private static JsonNode paidByACardFrom(String country) throws Exception {
        ObjectNode order = (ObjectNode) document("1", "GBP", "GB");
        ((ObjectNode) order.get("payment")).put("cardCountry", country);
        return order;
    }

    @Test
    void readsByWhenItIsPromisedWhereverThatTimeIsTold() throws Exception {
        assertThat(promised("2026-12-24T13:00:00.123456789+01:00").promiseBy())
                .isEqualTo("2026-12-24T12:00:00.123456Z");
        assertThat(full("1", "GBP", "GB").promiseBy()).isNull();
        assertThatThrownBy(() -> promised("2026-02-30T12:00:00Z"))
                .isInstanceOfSatisfying(InvalidOrder.class, e -> assertThat(e.errors())
                        .extracting(FieldError::pointer)
                        .containsExactly("/promiseBy"));
    }

    private OrderRequest promised(String by) throws Exception {
        return reader.read(((ObjectNode) document("1", "GBP", "GB")).put("promiseBy", by));
    }

    private OrderRequest full(String price, String currency, String country) throws Exception {
        return reader.read(document(price, currency, country));
    }

    private static JsonNode document(String price, String currency, String country) throws Exception {
        return JSON.readTree(
                """
                {"number": "S-1", "currency": "%s",
                 "customer": {"id": "c", "name": "Ada", "email": "ada@example.org"},
                 "shipTo": {"name": "Ada", "lines": ["1 High St"], "city": "Leeds", "postcode": "", "country": "%s"},
                 "payment": {"method": "prepaid", "token": "tok_ok"},
                 "lines": [{"sku": "A", "quantity": 2, "unitPrice": %s}]}
                """
                        .formatted(currency, country, price));
    }

    private static LineCheck.Checked check(OrderRequest.Line line, Article article) {
        return new LineCheck(null).check(new LineCheck.Candidate(0, line, article, "GBP"));
    }

    private static OrderRequest.Line line(String sku, int quantity, String price) {
        return new OrderRequest.Line(sku, quantity, price == null ? null : new BigDecimal(price), null);
    }
}
