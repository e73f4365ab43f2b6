package org.orderway.invoices;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;

class PaperPrintTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private static final Invoice.Line LINE = line("85123A", "2.55");

    private final PaperPrint print;

    PaperPrintTest() throws IOException {
        print = new PaperPrint();
    }

    @Test
    void anInvoiceTellsWhoOwesWhatForWhat() throws IOException {
        String text = text(print.of(invoice(List.of("Ada Lovelace", "12 St James's Square"), List.of(LINE))));

        assertThat(text.lines().map(String::strip))
                .containsSubsequence(
                        "Invoice 2026-000001",
                        "The Shop",
                        "Ada Lovelace",
                        "12 St James's Square",
                        "Date: 2026-11-20",
                        "Order: W-1",
                        "Payment: prepaid",
                        "85123A 3 2.55 7.65",
                        "Total GBP 7.70");
    }

    @Test
    void aCreditNoteTellsOfWhichInvoiceHowMuchWentBack() throws IOException {
        CreditNote note = new CreditNote(
                "C2026-000001",
                NOON,
                LocalDate.parse("2026-11-20"),
                "2026-000001",
                "W-1",
                List.of("The Shop"),
                List.of("Ada Lovelace"),
                "GBP",
                new BigDecimal("2.5"));

        assertThat(text(print.of(note)).lines().map(String::strip))
                .containsSubsequence(
                        "Credit note C2026-000001", "Ada Lovelace", "Invoice: 2026-000001", "Credited GBP 2.50");
    }

    @Test
    void aNameIsPrintedAsItsOwnerWritesIt() throws IOException {
        String text = text(print.of(invoice(
                List.of("Jürgen Müßig & Søn", "Łódź €5 £7", "Αθήνα", "Санкт-Петербург", "Cafe\u0301"), List.of(LINE))));

        assertThat(text).contains("Jürgen Müßig & Søn", "Łódź €5 £7", "Αθήνα", "Санкт-Петербург", "Café");
    }

    @Test
    void aSignTheFontDoesNotHaveIsSeenToBeMissing() throws IOException {
        String text = text(print.of(invoice(List.of("田中 A", "שלום B", "😀 C", "D\tE\nF"), List.of(LINE))));

        assertThat(text).contains("□□ A", "□□□□ B", "□ C", "D E F");
    }

    @Test
    void theSamePaperHasTheSameBytes() throws IOException {
        Invoice invoice = invoice(List.of("Ada"), List.of(LINE));

        assertThat(new PaperPrint().of(invoice)).isEqualTo(new PaperPrint().of(invoice));
    }

    @Test
    void aLongInvoiceGoesOnOnTheNextSheetAndLosesNoLine() throws IOException {
        byte[] pdf = print.of(invoice(List.of("Ada"), Collections.nCopies(120, LINE)));

        try (PDDocument document = Loader.loadPDF(pdf)) {
            assertThat(document.getNumberOfPages()).isEqualTo(3);
        }
        assertThat(text(pdf).split("85123A 3 2.55 7.65", -1)).hasSize(121);
    }

    @Test
    void aLongNameIsBrokenIntoLinesWithinTheSheet() throws IOException {
        String name = "W".repeat(200);
        String sku = "S".repeat(64);

        String text = text(print.of(invoice(List.of(name), List.of(line(sku, "2.55")))));

        assertThat(text.replaceAll("\\s", "")).contains(name);
        assertThat(text.lines()).filteredOn(line -> line.contains("WW")).hasSizeGreaterThan(2);
        assertThat(text.lines()).filteredOn(line -> line.contains("SS")).hasSizeGreaterThan(1);
    }

    @Test
    void amountsHaveTheDecimalsOfTheirCurrencyAndNoneIsCutOff() throws IOException {
        String text = text(print.of(invoice(List.of("Ada"), List.of(line("A", "0.105"), line("B", "5")))));

        assertThat(text).contains("A 3 0.105 0.315", "B 3 5.00 15.00");
    }

    private static Invoice.Line line(String sku, String price) {
        return new Invoice.Line(sku, 3, new BigDecimal(price), new BigDecimal(price).multiply(BigDecimal.valueOf(3)));
    }

    private static Invoice invoice(List<String> customer, List<Invoice.Line> lines) {
        return new Invoice(
                "2026-000001",
                NOON,
                LocalDate.parse("2026-11-20"),
                "W-1",
                List.of("The Shop"),
                customer,
                lines,
                "GBP",
                new BigDecimal("7.7"),
                "prepaid");
    }

    private static String text(byte[] pdf) throws IOException {
        try (PDDocument document = Loader.loadPDF(pdf)) {
            return new PDFTextStripper().getText(document);
        }
    }
}
