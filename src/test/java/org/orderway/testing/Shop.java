package org.orderway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Uses Orderway over HTTP, logged in as its operator unless a request says otherwise, and sees to it that every answer is as the
 * contract says.
 */
public final class Shop {

    /** The logins of {@code application.properties} beside the tests, as the header Authorization shows them. */
    public static final String OPERATORS_PASSWORD = "the-operators-password";

    public static final String OPERATOR = basic("operator:" + OPERATORS_PASSWORD);

    public static final String VIEWER = basic("viewer:the-viewers-password");

    /** In place of a login: the request shows none. */
    public static final String NOBODY = "";

    private static final String JSON = "application/json";

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
            .build();
    private static final JsonNode CONTRACT = contract();
    private static final Map<String, JsonSchema> SCHEMAS = new ConcurrentHashMap<>();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final URI base;

    public Shop(int port) {
        this.base = URI.create("http://127.0.0.1:" + port);
    }

    private static String basic(String login) {
        return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    /** A request with these headers, and with the operator's login if they show none of their own. */
    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(60));
        boolean showsLogin = false;
        for (int i = 0; i < headers.length; i += 2) {
            boolean login = headers[i].equals("Authorization") || headers[i].equals("X-API-Key");
            if (!login || !headers[i + 1].equals(NOBODY)) {
                request.header(headers[i], headers[i + 1]);
            }
            showsLogin |= login;
        }
        return showsLogin ? request : request.header("Authorization", OPERATOR);
    }

    /** An answer; its body is null when it is not JSON. */
    public record Answer(int status, HttpHeaders headers, JsonNode body) {}

    /** An order form to be filled: nothing in it yet. */
    public static ObjectNode json() {
        return MAPPER.createObjectNode();
    }

    /** Reads JSON, its numbers exactly. */
    public static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Places an order, which must be accepted, and gives its id. */
    public String place(JsonNode form) {
        return accepted(send("POST", "/orders", JSON, form.toString()));
    }

    /** The id in the answer to an order that was accepted. */
    public static String accepted(Answer answer) {
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(202);
        conforms(answer.body(), "AcceptedOrder");
        String id = answer.body().path("id").asText();
        assertThat(answer.headers().firstValue("Location")).hasValue("/orders/" + id);
        return id;
    }

    public JsonNode order(String id) {
        return ok(get("/orders/" + id), "OrderView");
    }

    /** The page of orders with the shop's own number: of one order or of none. */
    public JsonNode ordersByNumber(String number) {
        return ok(get("/orders?number=" + URLEncoder.encode(number, StandardCharsets.UTF_8)), "OrderPage")
                .path("orders");
    }

    public JsonNode product(String sku) {
        return ok(get("/products/" + sku), "ProductView");
    }

    /** The products of the list that are as asked for, the first page of them. */
    public JsonNode products(String query) {
        return ok(get("/products?" + query), "ProductPage").path("products");
    }

    /** Articles that became low, as asked for. */
    public JsonNode replenishments(String query) {
        return ok(get("/warehouse/replenishments?limit=200&" + query), "Replenishments")
                .path("replenishments");
    }

    /** What is to be picked. */
    public JsonNode pickList() {
        return ok(get("/warehouse/pick-list"), "PickList");
    }

    /** Makes a product known, with so many pieces in stock; null for one that needs no stock. */
    public void stock(String sku, Integer pieces, String price, String currency) {
        ObjectNode product = json().put("name", "Product " + sku)
                .put("category", "home")
                .put("price", price)
                .put("currency", currency)
                .put("onHand", pieces);
        ok(send("PUT", "/products/" + sku, JSON, product.toString()), "ProductView");
    }

    public JsonNode importCsv(String csv, Integer openingStock) {
        String query = openingStock == null ? "" : "?openingStock=" + openingStock;
        return ok(send("POST", "/orders/import" + query, "text/csv", csv), "ImportOutcome");
    }

    public JsonNode report() {
        return report("");
    }

    /** The same of a time or in other units. @param query such as {@code ?by=minute} */
    public JsonNode report(String query) {
        return ok(get("/reports/orders" + query), "OrdersReport");
    }

    /** The same as a table. */
    public String reportAsCsv(String query) {
        HttpResponse<String> answer = client.sendAsync(
                        request("/reports/orders" + query, "Accept", "text/csv").build(), BodyHandlers.ofString())
                .join();
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/csv");
        return answer.body();
    }

    /** Makes the figures anew. @return its number */
    public long rebuild() {
        Answer answer = send("POST", "/ops/analytics/rebuilds", JSON, "{\"by\": \"Ada\", \"reason\": \"a journey\"}");
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(202);
        conforms(answer.body(), "Rebuild");
        return answer.body().path("id").asLong();
    }

    /** How far that is. */
    public JsonNode rebuild(long id) {
        return ok(get("/ops/analytics/rebuilds/" + id), "Rebuild");
    }

    /** Tells what a customer did to an article. */
    public Answer behaved(String customer, String sku, String kind) {
        return send(
                "POST",
                "/behaviour",
                JSON,
                json().put("customer", customer)
                        .put("sku", sku)
                        .put("kind", kind)
                        .toString());
    }

    /** What is bought together with an article. */
    public List<String> boughtTogether(String sku) {
        return ok(get("/products/" + sku + "/recommendations"), "BoughtTogether")
                .path("boughtTogether")
                .findValuesAsText("sku");
    }

    /** What a customer may like. */
    public JsonNode recommendations(String customer) {
        return ok(get("/customers/" + customer + "/recommendations?limit=50"), "Recommendations");
    }

    /** What must be true of stock, money and orders, and whether it is. */
    public JsonNode invariants() {
        return ok(get("/ops/invariants"), "InvariantsReport");
    }

    /** The payments that wait for a person's decision. */
    public JsonNode reviews() {
        return ok(get("/ops/reviews?limit=200"), "Reviews");
    }

    /** Exchanges, queues and keys, and what waits. */
    public JsonNode topology() {
        return ok(get("/ops/topology"), "TopologyView");
    }

    /** Which roles are at work in the instance that is asked. */
    public JsonNode roles() {
        return ok(get("/ops/roles"), "RolesReport").path("roles");
    }

    /** Who switched roles, the latest first. */
    public JsonNode roleChanges() {
        return ok(get("/ops/roles/history"), "RoleChanges").path("changes");
    }

    /** Switches a role of the instance that is asked. @param action stop or start */
    public JsonNode role(String role, String action) {
        String decision = "{\"by\": \"Ada\", \"reason\": \"a journey\"}";
        return ok(send("POST", "/ops/roles/" + role + "/" + action, JSON, decision), "RoleState");
    }

    /** The lines of a stream, as they come. */
    public CompletableFuture<HttpResponse<Stream<String>>> lines(String path) {
        return client.sendAsync(request(path).timeout(Duration.ofMinutes(5)).build(), BodyHandlers.ofLines());
    }

    /** The trail of an order, and whether it is as it was written. */
    public JsonNode audit(String id) {
        return ok(get("/orders/" + id + "/audit"), "OrderAudit");
    }

    /** What was refunded of an order's invoice. */
    public JsonNode creditNotes(String id) {
        return ok(get("/orders/" + id + "/credit-notes"), "CreditNotes");
    }

    /** The money of a day. */
    public JsonNode finances(LocalDate day) {
        return ok(get("/reports/finance?day=" + day), "FinanceReport");
    }

    /** What is owed to the customer of an order and not paid out yet, by its id. */
    public Optional<String> payoutOf(String orderId) {
        for (JsonNode payout : ok(get("/ops/payouts"), "Payouts")) {
            if (payout.path("order").asText().equals(orderId)) {
                return Optional.of(payout.path("id").asText());
            }
        }
        return Optional.empty();
    }

    /** An answer that is no JSON. */
    public record File(int status, String type, byte[] content) {}

    public File file(String path, String... headers) {
        HttpResponse<byte[]> answer = client.sendAsync(request(path, headers).build(), BodyHandlers.ofByteArray())
                .join();
        return new File(
                answer.statusCode(), answer.headers().firstValue("Content-Type").orElse(""), answer.body());
    }

    public Answer get(String path) {
        return send("GET", path, null, null);
    }

    /** Sends and waits for the answer, whatever it is. */
    public Answer send(String method, String path, String contentType, String body, String... headers) {
        return sendAsync(method, path, contentType, body, headers).join();
    }

    /** Sends without waiting, as one of many at the same moment. */
    public CompletableFuture<Answer> sendAsync(
            String method, String path, String contentType, String body, String... headers) {
        HttpRequest.Builder request = request(path, headers)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        return client.sendAsync(request.build(), BodyHandlers.ofString()).thenApply(Shop::answer);
    }

    private static Answer answer(HttpResponse<String> response) {
        String type = response.headers().firstValue("Content-Type").orElse("");
        JsonNode body = type.contains("json") ? json(response.body()) : null;
        if (response.statusCode() >= 400) {
            assertThat(type).as(response.body()).isEqualTo("application/problem+json");
            conforms(body, "Problem");
            assertThat(body.path("status").asInt()).isEqualTo(response.statusCode());
        }
        return new Answer(response.statusCode(), response.headers(), body);
    }

    private static JsonNode ok(Answer answer, String schema) {
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
        conforms(answer.body(), schema);
        return answer.body();
    }

    private static void conforms(JsonNode body, String schema) {
        JsonSchema checks = SCHEMAS.computeIfAbsent(schema, name -> {
            ObjectNode root = MAPPER.createObjectNode().put("$ref", "#/components/schemas/" + name);
            root.set("components", CONTRACT.path("components"));
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(root);
        });
        assertThat(checks.validate(body))
                .as("an answer by the contract: %s", body)
                .isEmpty();
    }

    private static JsonNode contract() {
        try (InputStream file = Shop.class.getResourceAsStream("/openapi/orderway.yaml")) {
            return new YAMLMapper().readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
