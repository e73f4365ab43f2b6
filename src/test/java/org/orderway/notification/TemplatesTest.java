package org.orderway.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.orderway.messages.Event;
import org.orderway.orders.FulfilmentState;
import org.orderway.orders.Order;
import org.orderway.orders.OrderLine;
import org.orderway.orders.OrderRequest;
import org.orderway.orders.OrderStatus;
import org.orderway.orders.PaymentState;
import org.orderway.testing.EventBodies;

class TemplatesTest {

    private static final UUID ID = UUID.fromString("0193a5c0-0000-7000-8000-000000000001");
    private static final Path FOLDER = Path.of("src/main/resources/notification");

    private final Templates templates;

    TemplatesTest() throws IOException {
        templates = templates("en");
    }

    private static Templates templates(String locale) throws IOException {
        return new Templates(
                locale, ZoneId.of("Europe/Berlin"), "https://parcels.example.org/{trackingNumber}?from=us");
    }

    static Stream<Arguments> everyTemplate() throws IOException {
        List<Arguments> all = new ArrayList<>();
        for (String locale : List.of("en", "de")) {
            for (String type : facts(locale)) {
                for (String method : List.of("prepaid", "cod")) {
                    for (String name : List.of("Ada", "")) {
                        all.add(Arguments.of(locale, type, method, name));
                    }
                }
            }
        }
        return all.stream();
    }

    private static Set<String> facts(String locale) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER.resolve(locale))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".html"))
                    .map(name -> name.replace(".html", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @ParameterizedTest
    @MethodSource("everyTemplate")
    void everyMailHasASubjectTheNumberAndNoHoles(String locale, String type, String method, String name) {
        var mail = render(type, "mail", order("S-1", name.isEmpty() ? null : name, method), locale, Map.of());

        assertThat(mail.subject()).contains("S-1").hasSizeLessThan(100);
        String hello = locale.equals("de") ? "Guten Tag" : "Hello";
        String seen = mail.html().replaceAll("<[^>]*>", "");
        for (String part : List.of(mail.text(), seen)) {
            assertThat(part).contains("S-1", hello + (name.isEmpty() ? "," : " Ada,"));
            assertHasNoHoles(part);
        }
    }

    @ParameterizedTest
    @MethodSource("everyTemplate")
    void everyTextIsShortAndSaysWhichOrder(String locale, String type, String method, String name) {
        Order order = order("S-1", "Ada", method);

        var sms = render(type, "sms", order, locale, Map.of());
        var push = render(type, "push", order, locale, Map.of());

        assertThat(sms.subject()).isNull();
        assertThat(sms.text()).contains("S-1").doesNotContain("\n", "Ada").hasSizeLessThan(160);
        assertThat(push.subject()).contains("S-1").hasSizeLessThan(60);
        assertThat(push.text()).isNotBlank().doesNotContain("Ada").hasSizeLessThan(120);
        Stream.of(sms.text(), push.subject(), push.text()).forEach(TemplatesTest::assertHasNoHoles);
    }

    private static void assertHasNoHoles(String part) {
        assertThat(part).doesNotContain("null", "[(", "${", "th:", "[#", "[/", "  .", " ,");
    }

    @Test
    void everyLanguageHasATemplateForEachFactAndChannel() throws IOException {
        Set<String> files = new TreeSet<>();
        for (String fact : facts("en")) {
            Stream.of(".html", ".txt", ".sms.txt", ".push.txt")
                    .map(fact::concat)
                    .forEach(files::add);
        }
        files.add("reasons.properties");

        assertThat(files).hasSize(12 * 4 + 1);
        for (String locale : List.of("en", "de")) {
            try (Stream<Path> there = Files.list(FOLDER.resolve(locale))) {
                assertThat(there.map(file -> file.getFileName().toString()))
                        .as(locale)
                        .containsExactlyInAnyOrderElementsOf(files);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "order.shipped, true",
                "order.delivered, true",
                "order.delayed, true",
                "order.failed, true",
                "order.payment_success, true",
                "order.cancelled, true",
                "order.line_cancelled, true",
                "order.returned, true",
                "order.refunded, true",
                "order.refund_due, true",
                "order.invoiced, true",
                "order.created, false",
                "order.failed.inventory, false",
                "order.notification.sms, false",
                "../en/order.shipped, false",
                "ORDER.SHIPPED, false",
                "'', false",
                "-, false"
            })
    void customersAreToldWhatHasATemplate(String type, boolean told) {
        assertThat(new Notification(null, null, null, null, null, null, null, templates, null, "x").tells(type))
                .isEqualTo(told);
    }

    @ParameterizedTest
    @CsvSource({
        "de, Ihre Bestellung S-1 ist unterwegs",
        "de-AT, Ihre Bestellung S-1 ist unterwegs",
        "de-Latn-CH, Ihre Bestellung S-1 ist unterwegs",
        "en-GB, Your order S-1 is on its way",
        "fr-CA, Your order S-1 is on its way",
        "tlh, Your order S-1 is on its way",
        "und, Your order S-1 is on its way",
        "'', Your order S-1 is on its way"
    })
    void takesTheNextWiderLanguageAndAtLastTheShopsOwn(String locale, String subject) {
        assertThat(render("order.shipped", "mail", order("S-1", "Ada", "prepaid"), locale, Map.of())
                        .subject())
                .isEqualTo(subject);
    }

    @Test
    void theShopsOwnLanguageIsASetting() throws IOException {
        Event event = event("order.shipped", Map.of());

        var mail = templates("de-DE").render("order.shipped", "mail", event, order("S-1", "Ada", "prepaid"), "fr");

        assertThat(mail.subject()).isEqualTo("Ihre Bestellung S-1 ist unterwegs");
        assertThatThrownBy(() -> templates("fr"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("orderway.notification.locale is fr");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en    | GBP | We gave £5.10 back to you",
                "en-GB | GBP | We gave £5.10 back to you",
                "en-IN | INR | We gave ₹5.10 back to you",
                "en    | JPY | We gave ¥5.1 back to you",
                "de    | EUR | Wir haben Ihnen 5,10 € für",
                "de-AT | EUR | Wir haben Ihnen € 5,10 für",
                "de-CH | CHF | Wir haben Ihnen CHF 5.10 für",
                "fr    | EUR | We gave €5.10 back to you",
            })
    void moneyIsWrittenAsTheCustomerWritesIt(String locale, String currency, String words) {
        Order order = order("S-1", "Ada", "prepaid", currency);

        assertThat(render("order.refunded", "sms", order, locale, Map.of()).text())
                .startsWith(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en    | November 23, 2026 | November 24, 2026",
                "en-GB | 23 November 2026  | 24 November 2026",
                "de    | 23. November 2026 | 24. November 2026",
                "fr    | November 23, 2026 | November 24, 2026",
            })
    void aDayIsThatOfTheShopAndWrittenAsTheCustomerWritesIt(String locale, String promised, String expected) {
        Order order = order("S-1", "Ada", "prepaid");

        // Late in the evening in London it is the next day in Berlin.
        var mail = render("order.delayed", "mail", order, locale, Map.of("promisedBy", "2026-11-22T23:30:00Z"));

        assertThat(mail.text()).contains(promised, expected);
        assertThat(mail.html()).contains(promised, expected);
    }

    @Test
    void aDelayThatNobodyKnowsTheEndOfPromisesNothing() {
        Event event = event("order.delayed", Map.of());
        ((com.fasterxml.jackson.databind.node.ObjectNode) event.body()).remove("expectedBy");

        for (String channel : List.of("mail", "sms", "push")) {
            assertThat(templates
                            .render("order.delayed", channel, event, order("S-1", "Ada", "prepaid"), "en")
                            .text())
                    .doesNotContain("expect");
        }
    }

    @Test
    void aParcelIsFollowedByALinkThatItsNumberCannotBreak() {
        var mail = render(
                "order.shipped",
                "mail",
                order("S-1", "Ada", "prepaid"),
                "en",
                Map.of("trackingNumber", "OW 1/\"><script>"));
        String link = "https://parcels.example.org/OW+1%2F%22%3E%3Cscript%3E?from=us";

        assertThat(mail.text()).contains("Follow it here: " + link);
        assertThat(mail.html()).contains("href=\"" + link + "\"").doesNotContain("<script>");
        assertThat(render("order.shipped", "sms", order("S-1", "Ada", "prepaid"), "de", Map.of())
                        .text())
                .isEqualTo("Ihre Bestellung S-1 ist unterwegs: https://parcels.example.org/OW1GB?from=us");
    }

    @Test
    void withoutAnAddressToFollowAParcelItsNumberIsTold() throws IOException {
        Templates plain = new Templates("en", ZoneId.of("UTC"), "");
        Event event = event("order.shipped", Map.of());
        Order order = order("S-1", "Ada", "prepaid");

        assertThat(plain.render("order.shipped", "mail", event, order, null).html())
                .contains("OW1GB")
                .doesNotContain("href");
        assertThat(plain.render("order.shipped", "sms", event, order, null).text())
                .isEqualTo("Your order S-1 is on its way: OW1GB");
    }

    @Test
    void aNameIsNeverMarkup() {
        var mail = render(
                "order.shipped",
                "mail",
                order("S-1", "<script>alert(1)</script>", "prepaid"),
                "en",
                Map.of("carrier", "<b>x</b>"));

        assertThat(mail.html()).doesNotContain("<script>", "<b>").contains("&lt;script&gt;");
        assertThat(mail.text()).contains("<script>alert(1)</script>");
    }

    @Test
    void aNameIsNeverAProgram() {
        Order order = order("S-1", "[(${7*7})] ${7*7} [[${order.customer.email}]]", "prepaid");

        var mail = render("order.shipped", "mail", order, "en", Map.of());

        assertThat(mail.text()).doesNotContain("49").contains("${7*7}");
        assertThat(mail.html()).doesNotContain("49").doesNotContain("ada@example.org");
    }

    @ParameterizedTest
    @CsvSource({"order.failed, mail", "order.shipped, mail", "order.payment_success, mail", "order.failed, push"})
    void aNumberNeverBeginsAHeader(String type, String channel) {
        Order order = order("S-1\r\nBcc: everybody@example.org\r\n\r\nWin", "Ada", "prepaid");

        assertThat(render(type, channel, order, "en", Map.of()).subject()).doesNotContain("\r", "\n");
    }

    @Test
    void tellsWhatIsDueAtTheDoorAndThanksForWhatWasPaid() {
        assertThat(mail("order.payment_success", "cod", Map.of()))
                .contains("Please have £17.85 ready")
                .doesNotContain("received your payment");
        assertThat(mail("order.payment_success", "prepaid", Map.of()))
                .contains("we received your payment of £17.85")
                .doesNotContain("Please have");
    }

    @Test
    void confirmsAnOrderByItsLines() {
        var mail = render("order.confirmed", "mail", order("S-1", "Ada", "prepaid"), "en", Map.of());

        assertThat(mail.subject()).isEqualTo("We have your order S-1");
        assertThat(mail.text()).contains("6 x 85123A", "Total: £17.85");
        assertThat(mail.html()).contains("6 ×", "£17.85");
    }

    @Test
    void tellsOfACancelledOrderWhetherMoneyGoesBack() {
        assertThat(mail("order.cancelled", "prepaid", Map.of("refund", 17.85)))
                .contains("We give £17.85 back to you")
                .doesNotContain("not charged");
        assertThat(mail("order.cancelled", "prepaid", Map.of("refund", 0)))
                .contains("You are not charged for it")
                .doesNotContain("We give");
    }

    @Test
    void tellsOfAParcelWhetherARestFollows() {
        assertThat(mail("order.shipped", "prepaid", Map.of("complete", false)))
                .contains("The rest follows with a further parcel.");
        assertThat(mail("order.shipped", "prepaid", Map.of())).doesNotContain("The rest");
    }

    @Test
    void tellsWhichPiecesAreCancelledAndWhetherMoneyGoesBack() {
        assertThat(mail("order.line_cancelled", "prepaid", Map.of()))
                .contains("2 x 85123A", "We give £5.10 back to you")
                .doesNotContain("not charged");
        assertThat(mail("order.line_cancelled", "prepaid", Map.of("refund", 0)))
                .contains("85123A", "You are not charged for it")
                .doesNotContain("We give");
    }

    @Test
    void tellsOfADeliveredOrderWhatWasPaidAtTheDoor() {
        assertThat(mail("order.delivered", "cod", Map.of()))
                .contains("was delivered on November 21, 2026. You paid £17.85 at the door.");
        assertThat(mail("order.delivered", "prepaid", Map.of("collected", Map.of("amount", 0, "currency", "GBP"))))
                .contains("November 21, 2026.")
                .doesNotContain("at the door");
    }

    @Test
    void moneyIsInTheOrdersCurrencyWhateverAnEventSays() {
        assertThat(mail("order.refunded", "prepaid", Map.of("currency", "USD"))).contains("we gave £5.10 back");
    }

    @ParameterizedTest
    @CsvSource({
        "en, out_of_stock, An article is sold out.",
        "en, payment_declined, The payment was declined.",
        "en, unknown_sku, An article is not in our catalogue.",
        "en, fraud_suspected, We could not accept the payment.",
        "en, something_new, Please ask us",
        "de, out_of_stock, Ein Artikel ist ausverkauft.",
        "de, payment_declined, Die Zahlung wurde abgelehnt.",
        "de, unknown_sku, Ein Artikel ist nicht in unserem Katalog.",
        "de, fraud_suspected, Wir konnten die Zahlung nicht annehmen.",
        "de, something_new, Fragen Sie uns",
        "fr, out_of_stock, An article is sold out."
    })
    void tellsInPlainWordsWhyAnOrderFailed(String locale, String reason, String words) {
        for (String channel : List.of("mail", "sms", "push")) {
            var said =
                    render("order.failed", channel, order("S-1", "Ada", "prepaid"), locale, Map.of("reason", reason));

            assertThat(said.text()).contains(words).doesNotContain(reason);
        }
    }

    private String mail(String type, String method, Map<String, Object> more) {
        return render(type, "mail", order("S-1", "Ada", method), "en", more).text();
    }

    private Templates.Rendered render(
            String fact, String channel, Order order, String locale, Map<String, Object> more) {
        // The confirmation alone is of an event with another name.
        Event event = event(fact.equals("order.confirmed") ? "order.created" : fact, more);
        return templates.render(fact, channel, event, order, locale);
    }

    private static Event event(String type, Map<String, Object> more) {
        Map<String, Object> body = EventBodies.of(type, ID);
        body.putAll(more);
        return new Event("e-1", type, ID, Instant.EPOCH, new ObjectMapper().valueToTree(body));
    }

    private static Order order(String number, String name, String method) {
        return order(number, name, method, "GBP");
    }

    private static Order order(String number, String name, String method, String currency) {
        return new Order(
                ID,
                number,
                "normal",
                OrderStatus.PAID,
                null,
                PaymentState.CAPTURED,
                FulfilmentState.NONE,
                new OrderRequest.Customer("c-1", name, "ada@example.org"),
                new OrderRequest.ShipTo(name, List.of("1 High St"), "Leeds", "LS1", "GB"),
                "gb",
                "other",
                currency,
                new BigDecimal("17.85"),
                method,
                "tok_ok",
                BigDecimal.ZERO,
                BigDecimal.ZERO,
                Instant.EPOCH,
                Instant.EPOCH,
                null,
                false,
                List.of(new OrderLine(1, "85123A", 6, new BigDecimal("2.975"), "other")));
    }
}
