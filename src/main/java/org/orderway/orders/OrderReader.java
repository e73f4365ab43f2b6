package org.orderway.orders;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.orderway.messages.ReadsOnly;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.stereotype.Component;

/** Reads an order from JSON that satisfies the contract, be it a full order or the flat one of the tutorials. */
@Component("orderReader")
@ReadsOnly
public class OrderReader {

    private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());
    private static final String NO_COUNTRY = "is not an ISO 3166 country code of two letters, such as GB";

    private final TutorialDefaults tutorial;

    OrderReader(TutorialDefaults tutorial) {
        this.tutorial = tutorial;
    }

    /**
     * The request in a document that the contract's schema accepted.
     *
     * @throws InvalidOrder for what a schema cannot say: a currency or country that does not exist
     */
    public OrderRequest read(JsonNode document) {
        return document.has("product") && !document.has("lines") ? flat(document) : full(document);
    }

    private OrderRequest full(JsonNode doc) {
        JsonNode customer = doc.path("customer");
        JsonNode shipTo = doc.path("shipTo");
        JsonNode payment = doc.path("payment");
        List<String> addressLines = new ArrayList<>();
        shipTo.path("lines").forEach(line -> addressLines.add(line.asText()));
        List<OrderRequest.Line> lines = new ArrayList<>();
        for (JsonNode line : doc.path("lines")) {
            lines.add(new OrderRequest.Line(
                    line.path("sku").asText().strip(),
                    line.path("quantity").asInt(),
                    amount(line.get("unitPrice")),
                    text(line, "category")));
        }
        List<FieldError> errors = new ArrayList<>();
        OrderRequest request = new OrderRequest(
                text(doc, "number"),
                doc.path("priority").asBoolean(false),
                new OrderRequest.Customer(
                        text(customer, "id"),
                        text(customer, "name"),
                        text(customer, "email"),
                        text(customer, "locale")),
                new OrderRequest.ShipTo(
                        text(shipTo, "name"),
                        addressLines,
                        text(shipTo, "city"),
                        text(shipTo, "postcode"),
                        text(shipTo, "country")),
                new OrderRequest.Payment(text(payment, "method"), text(payment, "token"), text(payment, "cardCountry")),
                text(doc, "currency"),
                lines,
                time(text(doc, "promiseBy"), errors),
                doc.path("partialShipment").asBoolean(false));
        if (!isCurrency(request.currency())) {
            errors.add(new FieldError("/currency", "is not an ISO 4217 currency in use, such as GBP"));
        }
        if (!COUNTRIES.contains(request.shipTo().country())) {
            errors.add(new FieldError("/shipTo/country", NO_COUNTRY));
        }
        if (request.payment().cardCountry() != null
                && !COUNTRIES.contains(request.payment().cardCountry())) {
            errors.add(new FieldError("/payment/cardCountry", NO_COUNTRY));
        }
        if (!errors.isEmpty()) {
            throw new InvalidOrder(errors);
        }
        return request;
    }

    /** The tutorials' order says nothing of customer, address or payment; the settings do. */
    private OrderRequest flat(JsonNode doc) {
        return new OrderRequest(
                doc.path("id").asText(),
                doc.path("priority").asBoolean(false),
                new OrderRequest.Customer(tutorial.customer(), null, null),
                new OrderRequest.ShipTo(null, List.of(), null, null, tutorial.country()),
                new OrderRequest.Payment(tutorial.paymentMethod(), null),
                tutorial.currency(),
                List.of(new OrderRequest.Line(
                        doc.path("product").asText().strip(),
                        doc.path("quantity").asInt(),
                        amount(doc.get("price")),
                        null)));
    }

    private static boolean isCurrency(String code) {
        try {
            return code != null && Currency.getInstance(code).getDefaultFractionDigits() >= 0;
        } catch (IllegalArgumentException unknown) {
            return false;
        }
    }

    private static BigDecimal amount(JsonNode node) {
        // 2.5, 2.50 and "2.50" are the same price and must look the same when two requests are compared.
        return node == null || node.isNull() ? null : new BigDecimal(node.asText()).stripTrailingZeros();
    }

    private static Instant time(String text, List<FieldError> errors) {
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MICROS);
        } catch (DateTimeParseException noTime) {
            errors.add(new FieldError("/promiseBy", "is no time there is, such as 2026-12-24T12:00:00Z"));
            return null;
        }
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.get(field);
        return value == null || value.isNull() || value.asText().isBlank()
                ? null
                : value.asText().strip();
    }

    /**
     * What the flat order of the tutorials leaves open.
     *
     * @param customer      customer id
     * @param country       ISO 3166 alpha-2
     * @param currency      ISO 4217
     * @param paymentMethod {@code cod}: there is no payment token in it
     */
    @ConfigurationProperties("orderway.orders.tutorial")
    record TutorialDefaults(String customer, String country, String currency, String paymentMethod) {}
}
