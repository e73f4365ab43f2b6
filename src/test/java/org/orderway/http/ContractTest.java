package org.orderway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ContractTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Contract CONTRACT = new Contract();

    private static final String ORDER =
            """
            {"number": "W-1001", "priority": false,
             "customer": {"id": "17850", "name": "Ada Lovelace", "email": "ada@example.org"},
             "shipTo": {"name": "Ada Lovelace", "lines": ["12 St James's Square"], "city": "London",
                        "postcode": "SW1Y 4JH", "country": "GB"},
             "payment": {"method": "prepaid", "token": "tok_visa"},
             "currency": "GBP",
             "lines": [{"sku": "85123A", "quantity": 6, "unitPrice": 2.55, "category": "home"},
                       {"sku": "71053", "quantity": 6, "unitPrice": "3.39"}]}
            """;

    private static final String FLAT =
            """
            {"id": 1, "product": "Laptop", "quantity": 1, "price": 999.99, "priority": true}
            """;

    @Test
    void takesAWholeOrderWithItsAmountsExact() {
        JsonNode order = read(ORDER);

        assertThat(order.at("/lines/0/unitPrice").decimalValue()).isEqualTo(new BigDecimal("2.55"));
        assertThat(order.at("/lines/1/unitPrice").textValue()).isEqualTo("3.39");
        assertThat(read(ORDER.replace("2.55", "999999999999"))
                        .at("/lines/0/unitPrice")
                        .decimalValue())
                .isEqualByComparingTo("999999999999");
    }

    @Test
    void takesTheLeastOrderThereIs() {
        read(
                """
                {"customer": {"id": "1", "name": "A", "email": "a@b.org"},
                 "shipTo": {"name": "A", "lines": ["1"], "city": "B", "postcode": "", "country": "IE"},
                 "payment": {"method": "cod"}, "currency": "EUR", "lines": [{"sku": "X", "quantity": 1}]}
                """);
    }

    @Test
    void takesTheFlatOrderOfTheTutorialsWithNumberOrTextAsId() {
        assertThat(read(FLAT).get("id").intValue()).isEqualTo(1);
        read(FLAT.replace("\"id\": 1", "\"id\": \"A-1\""));
        read("{\"id\": 7, \"product\": \"Mouse\", \"quantity\": 2, \"price\": \"19.5\"}");
    }

    @Test
    void takesTheExamplesItPublishes() throws IOException {
        JsonNode document = new YAMLMapper().readTree(getClass().getResourceAsStream("/openapi/orderway.yaml"));
        JsonNode examples = document.at("/paths/~1orders/post/requestBody/content/application~1json/examples");
        assertThat(examples).isNotEmpty();
        for (JsonNode example : examples) {
            CONTRACT.read("placeOrder", JSON.writeValueAsBytes(example.get("value")));
        }
        CONTRACT.read(
                "putProduct",
                JSON.writeValueAsBytes(
                        document.at("/paths/~1products~1{sku}/put/requestBody/content/application~1json/example")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            /number                | ""                 | 1 to 64 visible ASCII
            /number                | 17                 | 1 to 64 visible ASCII
            /number                | "A\\n"             | 1 to 64 visible ASCII
            /currency              | "GBP\\n"           | three capital letters
            /number                | " A"               | without spaces at either end
            /priority              | "yes"              | must be true or false, not a text
            /promiseBy             | "tomorrow"         | a time with its offset
            /promiseBy             | "2026-12-24"       | a time with its offset
            /promiseBy             | "2026-12-24T12:00:00" | a time with its offset
            /customer              | null               | must be an object, not null
            /customer/id           | "Å"                | visible ASCII
            /customer/name         | "   "              | not only spaces
            /customer/name         | "A\\r\\nBcc: x@y.z" | must be a single line
            /customer/email        | "ada"              | must be an e-mail address
            /customer/email        | "a@b.org\\n"       | must be an e-mail address
            /shipTo/lines          | []                 | must have at least 1 entry
            /shipTo/lines          | ["1","2","3","4","5","6"] | must have at most 5 entries
            /shipTo/postcode       | "12345678901234567" | at most 16 characters
            /shipTo/country        | "gb"               | two capital letters
            /shipTo/country        | "GBR"              | two capital letters
            /shipTo/country        | "GB\\n"            | two capital letters
            /payment/method        | "cheque"           | must be one of prepaid, cod
            /payment/token         | "tok visa"         | without spaces
            /payment/cardCountry   | "gb"               | two capital letters
            /currency              | "£"                | three capital letters
            /lines                 | []                 | must have at least 1 entry
            /lines/0               | 5                  | must be an object, not 5
            /lines/0/sku           | ""                 | 1 to 64 characters
            /lines/0/quantity      | 0                  | must be at least 1
            /lines/0/quantity      | -1                 | must be at least 1
            /lines/0/quantity      | 1000001            | must be at most 1000000
            /lines/0/quantity      | 1.5                | must be a whole number, not 1.5
            /lines/0/quantity      | "6"                | must be a whole number, not a text
            /lines/0/quantity      | 1e30               | must be at most 1000000
            /lines/0/unitPrice     | -0.01              | at most four decimals
            /lines/0/unitPrice     | 1.23456            | at most four decimals
            /lines/0/unitPrice     | "1.23456"          | at most four decimals
            /lines/0/unitPrice     | "1,50"             | at most four decimals
            /lines/0/unitPrice     | "-1"               | at most four decimals
            /lines/0/unitPrice     | "1e3"              | at most four decimals
            /lines/0/unitPrice     | "NaN"              | at most four decimals
            /lines/0/unitPrice     | 0.00000000000000000000001 | at most four decimals
            /lines/0/unitPrice     | 1000000000000.0001 | from 0 to 999999999999
            /lines/0/unitPrice     | null               | must be an amount
            """)
    void tellsWhereAnOrderIsWrongAndWhatToDo(String pointer, String value, String detail) throws IOException {
        assertThat(faults(with(ORDER, pointer, value))).singleElement().satisfies(fault -> {
            assertThat(fault.pointer()).isEqualTo(pointer);
            assertThat(fault.detail()).contains(detail);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/customer",
                "/customer/id",
                "/customer/name",
                "/customer/email",
                "/shipTo",
                "/shipTo/name",
                "/shipTo/lines",
                "/shipTo/city",
                "/shipTo/postcode",
                "/shipTo/country",
                "/payment",
                "/payment/method",
                "/currency",
                "/lines",
                "/lines/1/sku",
                "/lines/1/quantity"
            })
    void tellsWhichFieldIsMissing(String pointer) throws IOException {
        assertThat(faults(without(ORDER, pointer))).containsExactly(new Problem.Fault(pointer, "is required"));
    }

    @Test
    void tellsThatAPrepaidOrderNeedsAToken() throws IOException {
        assertThat(faults(without(ORDER, "/payment/token")))
                .containsExactly(
                        new Problem.Fault("/payment/token", "is needed when the payment method is \"prepaid\""));
    }

    @Test
    void tellsATypoByTheNameOfTheUnknownProperty() throws IOException {
        assertThat(faults(with(ORDER, "/lines/1/qantity", "6")))
                .containsExactly(new Problem.Fault(
                        "/lines/1/qantity", "is not known here; known are sku, quantity, unitPrice, category"));
        assertThat(faults(with(ORDER, "/a~1b", "6"))).singleElement().satisfies(fault -> assertThat(fault.pointer())
                .isEqualTo("/a~1b"));
        assertThat(faults(with(ORDER, "/payment/tokn", "6")))
                .singleElement()
                .satisfies(fault -> assertThat(fault.detail()).startsWith("is not known here"));
    }

    @Test
    void tellsTheFaultsOfAFlatOrderAsThoseOfAFlatOrder() throws IOException {
        assertThat(faults(with(FLAT, "/quantity", "0")))
                .containsExactly(new Problem.Fault("/quantity", "must be at least 1"));
        assertThat(faults(without(FLAT, "/price"))).containsExactly(new Problem.Fault("/price", "is required"));
        assertThat(faults(with(FLAT, "/id", "1.5"))).hasSize(1);
        assertThat(faults(with(FLAT, "/id", "true"))).hasSize(1);
        assertThat(faults(with(FLAT, "/customer", "{}")))
                .extracting(Problem.Fault::pointer)
                .containsExactly("/customer");
    }

    @Test
    void tellsAllFaultsAtOnce() throws IOException {
        String order = with(without(ORDER, "/currency"), "/lines/0/quantity", "0");

        Problem problem = refused(with(order, "/lines/1/unitPrice", "\"x\""));

        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.errors())
                .extracting(Problem.Fault::pointer)
                .containsExactlyInAnyOrder("/currency", "/lines/0/quantity", "/lines/1/unitPrice");
        assertThat(problem.detail()).endsWith(", and 2 more faults");
    }

    @Test
    void tellsNoMoreThanAHundredFaults() throws IOException {
        ObjectNode order = (ObjectNode) JSON.readTree(ORDER);
        ArrayNode lines = order.putArray("lines");
        for (int i = 0; i < 1000; i++) {
            lines.addObject();
        }

        Problem problem = refused(order.toString());

        assertThat(problem.errors()).hasSize(100);
        assertThat(problem.detail()).endsWith(", and 1999 more faults");
    }

    @Test
    void takesAThousandLinesAndNotOneMore() throws IOException {
        ObjectNode order = (ObjectNode) JSON.readTree(ORDER);
        ArrayNode lines = order.putArray("lines");
        for (int i = 0; i < 1000; i++) {
            lines.addObject().put("sku", "S" + i).put("quantity", 1);
        }
        read(order.toString());

        lines.addObject().put("sku", "S").put("quantity", 1);

        assertThat(faults(order.toString()))
                .containsExactly(new Problem.Fault("/lines", "must have at most 1000 entries"));
    }

    @Test
    void takesAProductWithStockAndAServiceWithoutAny() {
        String product = "{\"name\": \"Heart\", \"price\": 2.55, \"currency\": \"GBP\"}";
        CONTRACT.read("putProduct", bytes(product));
        CONTRACT.read("putProduct", bytes(product.replace("}", ", \"onHand\": null}")));
        CONTRACT.read("putProduct", bytes(product.replace("}", ", \"onHand\": 0, \"category\": \"home\"}")));

        assertThatThrownBy(() -> CONTRACT.read("putProduct", bytes(product.replace("}", ", \"onHand\": -1}"))))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.errors())
                        .singleElement()
                        .satisfies(fault -> assertThat(fault.pointer()).isEqualTo("/onHand")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            ``                       | the body is empty
            `  `                     | the body is empty
            {                        | (line 1, column 2)
            {"a": 1,}                | (line 1, column 9)
            {"a": 1, "a": 2}         | Duplicate field 'a'
            {"a": 1} {"b": 2}        | more follows after the end of the JSON value (line 1, column 10)
            {"a": NaN}               | NaN
            {"a": +1}                | not valid JSON
            {"a": 01}                | not valid JSON
            {'a': 1}                 | not valid JSON
            {"a": 1 /* b */}         | not valid JSON
            <order/>                 | not valid JSON
            {"a": 1e999999999}       | a number is too large or too precise
            {"a": 1e-999999999}      | a number is too large or too precise
            {"a": 1e99999999999}     | a number is too large or too precise
            {"a": "x\\u0000y"}       | a character that cannot be stored
            {"a": "\\ud800"}         | a character that cannot be stored
            {"a\\u0000": 1}          | a character that cannot be stored
            """)
    void refusesWhatIsNotJsonAndTellsWhere(String body, String detail) {
        Problem problem = refused(body == null ? "" : body);

        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.detail())
                .contains(detail)
                .doesNotContain("StreamRead")
                .doesNotContain("Source");
    }

    @Test
    void refusesTextThatIsNotAnObject() {
        for (String body : List.of("null", "5", "\"x\"", "[]", "[" + ORDER + "]")) {
            assertThat(faults(body)).extracting(Problem.Fault::pointer).containsExactly("");
        }
    }

    @Test
    void refusesWhatIsNotUtf8() {
        assertThat(refused("{\"a\": \"é\"}".getBytes(StandardCharsets.ISO_8859_1))
                        .detail())
                .contains("the body is not valid UTF-8");
        assertThat(refused(ORDER.getBytes(StandardCharsets.UTF_16)).detail()).contains("the body is not valid UTF-8");
        assertThat(refused((byte[]) null).detail()).contains("the body is empty");
    }

    @Test
    void toleratesAByteOrderMarkAndLettersOfAnyLanguage() {
        assertThat(read("\uFEFF" + ORDER.replace("Ada Lovelace", "Žofie Ω 愛 😀"))
                        .at("/customer/name")
                        .textValue())
                .isEqualTo("Žofie Ω 愛 😀");
    }

    @Test
    @Timeout(60)
    void isNotHeldUpByHostileBodies() {
        refused("[".repeat(1_000_000));
        refused("{\"a\":".repeat(100_000));
        refused(ORDER.replace("2.55", "9".repeat(1_000_000)));
        refused(ORDER.replace("2.55", "0." + "9".repeat(1_000_000)));
        refused(ORDER.replace("\"2.55\"", "\"" + "9".repeat(1_000_000) + "\"")
                .replace("2.55", "\"" + "9".repeat(1_000_000) + "\""));
        refused(ORDER.replace("Ada Lovelace", " ".repeat(2_500_000)));
        refused(ORDER.replace("ada@example.org", "a".repeat(2_500_000) + "@" + "b.".repeat(1_000_000)));
        refused("{\"" + "k".repeat(5_000_000) + "\": 1}");
        StringBuilder unknown = new StringBuilder("{\"product\": \"x\"");
        for (int i = 0; i < 50_000; i++) {
            unknown.append(", \"k").append(i).append("\": 1");
        }
        assertThat(refused(unknown.append("}").toString()).errors()).hasSize(100);
    }

    @Test
    void readsParametersAsTheContractNamesThem() {
        assertThat(CONTRACT.parameters("listOrders", Map.of("status", "PAID", "User-Agent", "curl")))
                .containsExactlyInAnyOrderEntriesOf(Map.of("status", "PAID", "limit", 50L));
        assertThat(CONTRACT.parameters("listOrders", Map.of("limit", "200"))).containsEntry("limit", 200L);
        assertThat(CONTRACT.parameters("importOrders", Map.of())).isEmpty();
        assertThat(CONTRACT.parameters("importOrders", Map.of("openingStock", 5)))
                .containsEntry("openingStock", 5L);
    }

    @ParameterizedTest
    @CsvSource({
        "listOrders, limit, 0, must be at least 1",
        "listOrders, limit, 201, must be at most 200",
        "listOrders, limit, ten, must be a whole number",
        "listOrders, limit, 99999999999999999999, must be a whole number",
        "listOrders, status, paid, must be one of RECEIVED",
        "listOrders, after, a b, must be the value of next",
        "importOrders, openingStock, -1, must be at least 0",
        "placeOrder, Idempotency-Key, a b, must be 1 to 255 visible ASCII",
        "readProduct, sku, ' x', must be a single line",
    })
    void tellsWhichParameterIsWrong(String operation, String name, String value, String detail) {
        Problem problem =
                catchThrowableOfType(Problem.class, () -> CONTRACT.parameters(operation, Map.of(name, value)));

        assertThat(problem.errors()).singleElement().satisfies(fault -> {
            assertThat(fault.pointer()).isEqualTo(name);
            assertThat(fault.detail()).startsWith(detail);
        });
    }

    @Test
    void takesAParameterOnceAndTheRequiredOnesAlways() {
        assertThat(catchThrowableOfType(
                                Problem.class,
                                () -> CONTRACT.parameters("listOrders", Map.of("status", List.of("PAID", "SHIPPED"))))
                        .detail())
                .isEqualTo("status is given 2 times, once is allowed");
        assertThat(catchThrowableOfType(Problem.class, () -> CONTRACT.parameters("readOrder", Map.of()))
                        .detail())
                .isEqualTo("id is required");
    }

    @Test
    void keepsWhatACustomerSentOutOfTheExceptionsMessage() {
        Problem problem = refused(FLAT.replace("\"id\"", "\"ada@example.org\""));

        assertThat(problem.toString()).doesNotContain("ada@example.org");
        assertThat(Problem.unavailable("The database is away", Duration.ofMillis(200))
                        .getHeaders()
                        .getFirst("Retry-After"))
                .isEqualTo("1");
    }

    private static JsonNode read(String body) {
        return CONTRACT.read("placeOrder", bytes(body));
    }

    private static List<Problem.Fault> faults(String body) {
        return refused(body).errors();
    }

    private static Problem refused(String body) {
        return refused(bytes(body));
    }

    private static Problem refused(byte[] body) {
        Problem problem = catchThrowableOfType(Problem.class, () -> CONTRACT.read("placeOrder", body));
        assertThat(problem).as("refusal").isNotNull();
        return problem;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The order with the value at the pointer set, byte for byte as given. */
    private static String with(String order, String pointer, String value) throws IOException {
        JsonNode root = JSON.readTree(order);
        int slash = pointer.lastIndexOf('/');
        JsonNode parent = root.at(pointer.substring(0, slash));
        String name = pointer.substring(slash + 1).replace("~1", "/");
        if (parent instanceof ArrayNode array) {
            array.set(Integer.parseInt(name), "the value");
        } else {
            ((ObjectNode) parent).put(name, "the value");
        }
        return root.toString().replace("\"the value\"", value);
    }

    private static String without(String order, String pointer) throws IOException {
        JsonNode root = JSON.readTree(order);
        int slash = pointer.lastIndexOf('/');
        ((ObjectNode) root.at(pointer.substring(0, slash))).remove(pointer.substring(slash + 1));
        return root.toString();
    }
}
