package org.orderway.invoices;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Currency;
import java.util.List;
import org.springframework.stereotype.Component;

/** Papers as PDF. The same paper always gives the same bytes: nothing but its content goes in. */
@Component
class PaperPrint {

    private final byte[] font;

    PaperPrint() throws IOException {
        try (InputStream file = PaperPrint.class.getResourceAsStream(Sheets.FONT)) {
            this.font = file.readAllBytes();
        }
    }

    byte[] of(Invoice invoice) {
        try (Sheets sheets = new Sheets(font, invoice.number(), invoice.issuedAt())) {
            sheets.title("Invoice " + invoice.number());
            head(sheets, invoice.seller(), invoice.customer());
            sheets.pair("Date", invoice.date().toString());
            sheets.pair("Order", invoice.order());
            sheets.pair("Payment", invoice.payment().equals("cod") ? "on delivery" : invoice.payment());
            sheets.gap();
            sheets.row("Article", "Quantity", "Unit price", "Amount");
            sheets.rule();
            for (Invoice.Line line : invoice.lines()) {
                sheets.row(
                        line.sku(),
                        Integer.toString(line.quantity()),
                        amount(line.unitPrice(), invoice.currency()),
                        amount(line.value(), invoice.currency()));
            }
            sheets.rule();
            sheets.row("Total " + invoice.currency(), "", "", amount(invoice.total(), invoice.currency()));
            return sheets.bytes();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot print invoice " + invoice.number(), e);
        }
    }

    byte[] of(CreditNote note) {
        try (Sheets sheets = new Sheets(font, note.number(), note.issuedAt())) {
            sheets.title("Credit note " + note.number());
            head(sheets, note.seller(), note.customer());
            sheets.pair("Date", note.date().toString());
            sheets.pair("Invoice", note.invoice());
            sheets.pair("Order", note.order());
            sheets.gap();
            sheets.rule();
            sheets.row("Credited " + note.currency(), "", "", amount(note.amount(), note.currency()));
            return sheets.bytes();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot print credit note " + note.number(), e);
        }
    }

    private static void head(Sheets sheets, List<String> seller, List<String> customer) throws IOException {
        for (String line : seller) {
            sheets.line(line);
        }
        sheets.gap();
        for (String line : customer) {
            sheets.line(line);
        }
        sheets.gap();
    }

    /** With the decimals of the currency, or as many more as the amount has. */
    private static String amount(BigDecimal amount, String currency) {
        int digits = Math.max(Currency.getInstance(currency).getDefaultFractionDigits(), 0);
        BigDecimal stripped = amount.stripTrailingZeros();
        return stripped.setScale(Math.max(stripped.scale(), digits)).toPlainString();
    }
}
