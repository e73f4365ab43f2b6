package org.orderway.notification;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
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

class MailTemplatesTest {

    private static final UUID ID = UUID.fromString("0193a5c0-0000-7000-8000-000000000001");

    private final MailTemplates templates = new MailTemplates();

    static Stream<Arguments> everyTemplate() throws IOException {
        List<Arguments> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/mail"))) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".html"))
                    .map(name -> name.replace(".html", ""))
                    .sorted()
                    .forEach(type -> Stream.of("prepaid", "cod").forEach(method -> Stream.of("Ada", "")
                            .forEach(name -> all.add(Arguments.of(type, method, name)))));
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("everyTemplate")
    void everyMailHasASubjectTheNumberAndNoHoles(String type, String method, String name) {
        var mail = render(type, "S-1", name.isEmpty() ? null : name, method, Map.of());

        assertThat(mail.subject()).contains("S-1").hasSizeLessThan(100);
        String seen = mail.html().replaceAll("<[^>]*>", "");
        for (String part : List.of(mail.text(), seen)) {
            assertThat(part)
                    .contains("S-1", name.isEmpty() ? "Hello," : "Hello Ada,")
                    .doesNotContain("null", "[(", "${", "th:", "[#");
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "order.shipped, true",
                "order.failed, true",
                "order.payment_success, true",
                "order.cancelled, true",
                "order.returned, true",
                "order.refunded, true",
                "order.invoiced, true",
                "order.created, false",
                "order.failed.inventory, false",
                "../mail/order.shipped, false",
                "ORDER.SHIPPED, false",
                "'', false",
                "-, false"
            })
    void customersAreToldWhatHasATemplate(String type, boolean told) throws IOException {
        assertThat(new Notification(null, null, null, null, templates, null, "x").tells(type))
                .isEqualTo(told);
    }

    @Test
    void aNameIsNeverMarkup() {
        var mail =
                render("order.shipped", "S-1", "<script>alert(1)</script>", "prepaid", Map.of("carrier", "<b>x</b>"));

        assertThat(mail.html()).doesNotContain("<script>", "<b>").contains("&lt;script&gt;");
        assertThat(mail.text()).contains("<script>alert(1)</script>");
    }

    @Test
    void aNameIsNeverAProgram() {
        var mail = render("order.shipped", "S-1", "[(${7*7})] ${7*7} [[${order.customer.email}]]", "prepaid", Map.of());

        assertThat(mail.text()).doesNotContain("49").contains("${7*7}");
        assertThat(mail.html()).doesNotContain("49").doesNotContain("ada@example.org");
    }

    @ParameterizedTest
    @CsvSource({"order.failed", "order.shipped", "order.payment_success"})
    void aNumberNeverBeginsAHeader(String type) {
        var mail = render(type, "S-1\r\nBcc: everybody@example.org\r\n\r\nWin", "Ada", "prepaid", Map.of());

        assertThat(mail.subject()).doesNotContain("\r", "\n");
    }

    @Test
    void tellsWhatIsDueAtTheDoorAndThanksForWhatWasPaid() {
        assertThat(render("order.payment_success", "S-1", "Ada", "cod", Map.of())
                        .text())
                .contains("Please have 17.85 GBP ready")
                .doesNotContain("received your payment");
        assertThat(render("order.payment_success", "S-1", "Ada", "prepaid", Map.of())
                        .text())
                .contains("we received your payment of 17.85 GBP")
                .doesNotContain("Please have");
    }

    @Test
    void confirmsAnOrderByItsLines() {
        Event created = event("order.created", Map.of());

        var mail = templates.render("order.confirmed", created, order("S-1", "Ada", "prepaid"), Locale.ENGLISH);

        assertThat(mail.subject()).isEqualTo("We have your order S-1");
        assertThat(mail.text()).contains("6 x 85123A", "Total: 17.85 GBP").doesNotContain("null", "${", "[#");
        assertThat(mail.html()).contains("6 ×", "17.85 GBP").doesNotContain("null", "${");
    }

    @Test
    void tellsOfACancelledOrderWhetherMoneyGoesBack() {
        assertThat(render("order.cancelled", "S-1", "Ada", "prepaid", Map.of("refund", 17.85))
                        .text())
                .contains("We give 17.85 GBP back to you")
                .doesNotContain("not charged");
        assertThat(render("order.cancelled", "S-1", "Ada", "prepaid", Map.of("refund", 0))
                        .text())
                .contains("You are not charged for it")
                .doesNotContain("We give");
    }

    @Test
    void tellsHowMuchWentBack() {
        assertThat(render("order.refunded", "S-1", "Ada", "prepaid", Map.of()).text())
                .contains("we gave 5.1 GBP back to you for order S-1");
    }

    @ParameterizedTest
    @CsvSource({
        "out_of_stock, an article is sold out",
        "payment_declined, the payment was declined",
        "unknown_sku, an article is not in our catalogue",
        "something_new, it could not be carried out"
    })
    void tellsInWordsWhyAnOrderFailed(String reason, String words) {
        var mail = render("order.failed", "S-1", "Ada", "prepaid", Map.of("reason", reason));

        assertThat(mail.text()).contains("because " + words).doesNotContain(reason);
        assertThat(mail.html()).contains(words).doesNotContain(reason);
    }

    private MailTemplates.Rendered render(
            String type, String number, String name, String method, Map<String, Object> more) {
        // The confirmation alone is of an event with another name.
        Event event = event(type.equals("order.confirmed") ? "order.created" : type, more);
        return templates.render(type, event, order(number, name, method), Locale.ENGLISH);
    }

    private static Event event(String type, Map<String, Object> more) {
        Map<String, Object> body = EventBodies.of(type, ID);
        body.putAll(more);
        return new Event("e-1", type, ID, Instant.EPOCH, new ObjectMapper().valueToTree(body));
    }

    private static Order order(String number, String name, String method) {
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
                "GBP",
                new BigDecimal("17.85"),
                method,
                "tok_ok",
                BigDecimal.ZERO,
                BigDecimal.ZERO,
                Instant.EPOCH,
                List.of(new OrderLine(1, "85123A", 6, new BigDecimal("2.975"), "other")));
    }
}
