package org.orderway.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;

import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orderway.orders.InvalidOrder;

/** A file may hold anything. */
class RowsOfStrangersTest {

    private final Imports imports = new Imports(
            mock(),
            mock(),
            new Imports.Settings("GBP", 0, List.of(), "tok_ok", "example.invalid", new BigDecimal(500), Map.of()));

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "InvoiceNo,``",
                "InvoiceNo,größer",
                "StockCode,`A\u00001`",
                "StockCode,`A\nB`",
                "Quantity,1000001",
                "UnitPrice,1e999999999",
                "UnitPrice,0.00000000001",
                "CustomerID,`mallory@example.org,second`",
                "CustomerID,`a\nBcc: b`"
            })
    void whatCannotBeHeldIsTheMistakeOfItsRow(String column, String cell) {
        Map<String, String> cells = row("1");
        cells.put(column, cell);
        Invoice invoice = new Invoice(cells.get("InvoiceNo").strip(), 2, List.of(cells));

        assertThatThrownBy(() -> imports.order(invoice))
                .isInstanceOf(RowError.class)
                .hasMessageContaining(column);
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstColumn() {
        Map<String, String> cells = row("536365");
        cells.put("\uFEFFInvoiceNo", cells.remove("InvoiceNo"));

        assertThat(imports.invoices(List.of(cells).iterator()).next().number()).isEqualTo("536365");
    }

    @Test
    void aStrayQuotationMarkIsToldByItsRow() {
        Iterator<Map<String, String>> rows = new Iterator<>() {
            private int given;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Map<String, String> next() {
                if (given++ == 2) {
                    throw new UncheckedIOException(new CSVException("stray"));
                }
                return row("" + given);
            }
        };
        Iterator<Invoice> invoices = imports.invoices(rows);
        invoices.next();

        assertThatThrownBy(invoices::next).isInstanceOfSatisfying(InvalidOrder.class, e -> assertThat(
                        e.errors().get(0).detail())
                .startsWith("Row 4 is not CSV"));
    }

    @Test
    void nothingIsNoFile() {
        assertThatThrownBy(() -> imports.invoices(null)).isInstanceOf(InvalidOrder.class);
    }

    private static Map<String, String> row(String number) {
        Map<String, String> cells = new LinkedHashMap<>();
        cells.put("InvoiceNo", number);
        cells.put("StockCode", "85123A");
        cells.put("Description", "lantern");
        cells.put("Quantity", "6");
        cells.put("UnitPrice", "2.55");
        cells.put("CustomerID", "17850");
        cells.put("Country", "United Kingdom");
        return cells;
    }
}
