package org.orderway.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orderway.orders.Article;
import org.orderway.orders.Articles;
import org.orderway.orders.InvalidOrder;
import org.orderway.orders.OrderRequest;

/** How rows of a shop's old system become orders. */
class ImportsTest {

    private final List<Articles.NewArticle> introduced = new ArrayList<>();
    private final Imports imports = new Imports(
            new Articles() {
                @Override
                public List<Article> of(List<String> skus) {
                    return List.of();
                }

                @Override
                public int introduce(List<NewArticle> articles) {
                    introduced.addAll(articles);
                    return articles.size();
                }
            },
            null,
            new Imports.Settings(
                    "GBP",
                    7,
                    List.of("POST"),
                    "tok_ok",
                    "example.invalid",
                    new BigDecimal("500"),
                    Map.of("EIRE", "IE")));

    @Test
    void rowsOfOneNumberThatFollowEachOtherAreOneInvoice() {
        Iterator<Invoice> invoices = imports.invoices(
                List.of(row("1", "A"), row("1", "B"), row(" 2 ", "A"), row("C3", "A"), row("1", "C")).iterator());
        List<Invoice> read = new ArrayList<>();
        invoices.forEachRemaining(read::add);

        assertThat(read).extracting(Invoice::number).containsExactly("1", "2", "C3", "1");
        assertThat(read).extracting(Invoice::firstRow).containsExactly(2L, 4L, 5L, 6L);
        assertThat(read).extracting(Invoice::isReturn).containsExactly(false, false, true, false);
        assertThat(imports.invoices(List.<Map<String, String>>of().iterator()).hasNext()).isFalse();
    }

    @Test
    void readsAnInvoiceAsAnOrder() {
        OrderRequest order = imports.order(invoice(row("536365", "85123A"), row("536365", "85123A")));

        assertThat(order.number()).isEqualTo("536365");
        assertThat(order.customer()).isEqualTo(new OrderRequest.Customer("17850", null, "17850@example.invalid"));
        assertThat(order.shipTo().country()).isEqualTo("GB");
        assertThat(order.currency()).isEqualTo("GBP");
        assertThat(order.payment()).isEqualTo(new OrderRequest.Payment("prepaid", "tok_ok"));
        assertThat(order.lines())
                .as("the same article twice stays two lines")
                .containsExactly(
                        new OrderRequest.Line("85123A", 6, new BigDecimal("2.55"), null),
                        new OrderRequest.Line("85123A", 6, new BigDecimal("2.55"), null));
    }

    @ParameterizedTest
    @CsvSource({"100, 5.00, true", "100, 4.99, false", "1, 500, true"})
    void aLargeOrderTakesThePriorityLane(String quantity, String price, boolean priority) {
        assertThat(imports.order(invoice(row("1", "A", "Quantity", quantity, "UnitPrice", price))).priority())
                .isEqualTo(priority);
    }

    @ParameterizedTest
    @CsvSource({"EIRE, IE", "eire, IE", "France, FR", "United Kingdom, GB"})
    void knowsCountriesByTheirNames(String name, String code) {
        assertThat(imports.order(invoice(row("1", "A", "Country", name))).shipTo().country())
                .isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "Quantity, many",
        "Quantity, 1.5",
        "Quantity, 0",
        "Quantity, -1",
        "Quantity, ''",
        "Quantity, 1000001",
        "Quantity, 99999999999",
        "UnitPrice, ''",
        "UnitPrice, '2,55'",
        "UnitPrice, -1",
        "UnitPrice, 1e999999999",
        "StockCode, ' '",
        "CustomerID, ''",
        "Country, Atlantis",
        "InvoiceNo, ''"
    })
    void namesTheRowAndColumnThatCannotBeRead(String column, String value) {
        // What holds for the whole invoice is read from its first row.
        boolean ofTheInvoice = List.of("CustomerID", "Country", "InvoiceNo").contains(column);
        Map<String, String> wrong = row("1", "A", column, value);
        Invoice invoice = ofTheInvoice ? invoice(wrong) : invoice(row("1", "A"), wrong);

        assertThatThrownBy(() -> imports.order(invoice)).isInstanceOfSatisfying(RowError.class, e -> {
            assertThat(e.row()).isEqualTo(ofTheInvoice ? 2 : 3);
            assertThat(e.getMessage()).contains(column);
        });
    }

    @Test
    void refusesTextThatNoDatabaseHoldsOrNoPersonWrote() {
        for (String text : List.of("A\u0000B", "A\u0007", "x".repeat(65))) {
            assertThatThrownBy(() -> imports.order(invoice(row("1", text))))
                    .isInstanceOf(RowError.class)
                    .hasMessageNotContaining(text);
        }
    }

    @Test
    void introducesEachArticleOnceWithATidyNameAndStockUnlessItIsAService() {
        ImportReport report = imports.begin();

        imports.introduceArticles(
                invoice(
                        row("1", "A", "Description", "  WHITE   HANGING \t HEART\u0000 "),
                        row("1", "A", "Description", "another name"),
                        row("1", "POST", "Description", "POSTAGE")),
                null,
                report);

        assertThat(introduced)
                .containsExactly(
                        new Articles.NewArticle("A", "WHITE HANGING HEART", new BigDecimal("2.55"), "GBP", 7L),
                        new Articles.NewArticle("POST", "POSTAGE", new BigDecimal("2.55"), "GBP", null));
        assertThat(report.answer()).containsEntry("products", 2);
    }

    @Test
    void refusesAFileThatLacksColumns() {
        assertThatThrownBy(() -> imports.invoices(List.of(Map.of("InvoiceNo", "1")).iterator()))
                .isInstanceOfSatisfying(InvalidOrder.class, e -> assertThat(
                                e.errors().get(0).detail())
                        .contains("StockCode", "Description", "Quantity", "UnitPrice", "CustomerID", "Country"));
    }

    @Test
    void refusesAFileThatStopsBeingCsv() {
        Iterator<Map<String, String>> rows = new Iterator<>() {
            private int read;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Map<String, String> next() {
                if (read++ == 2) {
                    throw new UncheckedIOException(new CSVException("invalid char"));
                }
                return row(Integer.toString(read), "A");
            }
        };
        Iterator<Invoice> invoices = imports.invoices(rows);

        assertThat(invoices.next().number()).isEqualTo("1");
        assertThatThrownBy(invoices::next).isInstanceOf(InvalidOrder.class);
    }

    @Test
    void readsUtf8WhateverTheMachineSpeaks() throws Exception {
        byte[] file = "Café,✓".getBytes(StandardCharsets.UTF_8);

        try (BufferedReader reader = new BufferedReader(imports.text(new ByteArrayInputStream(file)))) {
            assertThat(reader.readLine()).isEqualTo("Café,✓");
        }
    }

    @Test
    void listsAtMostAThousandErrorsAndCountsThemAll() {
        ImportReport report = imports.begin();
        for (int row = 0; row < 1_500; row++) {
            imports.leftOut(new RowError(row, "x"), invoice(row("1", "A")), report);
        }

        assertThat(report.answer()).containsEntry("failed", 1_500);
        assertThat((List<?>) report.answer().get("errors")).hasSize(1_000);
    }

    @SafeVarargs
    private static Invoice invoice(Map<String, String>... rows) {
        return new Invoice(rows[0].get("InvoiceNo"), 2, List.of(rows));
    }

    private static Map<String, String> row(String number, String sku, String... changes) {
        Map<String, String> row = new HashMap<>(Map.of(
                "InvoiceNo", number,
                "StockCode", sku,
                "Description", "LAMP",
                "Quantity", "6",
                "UnitPrice", "2.55",
                "CustomerID", "17850",
                "Country", "United Kingdom"));
        for (int i = 0; i < changes.length; i += 2) {
            row.put(changes[i], changes[i + 1]);
        }
        return row;
    }
}
