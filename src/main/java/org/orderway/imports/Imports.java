package org.orderway.imports;

import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVException;
import org.orderway.orders.Articles;
import org.orderway.orders.FieldError;
import org.orderway.orders.Intake;
import org.orderway.orders.InvalidOrder;
import org.orderway.orders.OrderRequest;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Reads a CSV of invoice lines (InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID,
 * Country) as orders, one invoice at a time, so that a file of any length needs the memory of one invoice.
 */
@Component("imports")
public class Imports {

    static final List<String> COLUMNS =
            List.of("InvoiceNo", "StockCode", "Description", "Quantity", "UnitPrice", "CustomerID", "Country");

    private static final int MAX_QUANTITY = 1_000_000;
    private static final Pattern NUMBER = Pattern.compile("[!-~]([ -~]{0,62}[!-~])?");
    private static final Pattern SKU = Pattern.compile("\\P{Cntrl}{1,64}");
    /** It becomes the left side of a mail address, where a comma would begin a second one. */
    private static final Pattern CUSTOMER = Pattern.compile("[A-Za-z0-9._+-]{1,64}");

    private static final Pattern PRICE = Pattern.compile("-?[0-9]{1,12}(\\.[0-9]{1,10})?");

    private final Articles articles;
    private final JdbcClient jdbc;
    private final Settings settings;
    private final Map<String, String> countries = new HashMap<>();

    Imports(Articles articles, JdbcClient jdbc, Settings settings) {
        this.articles = articles;
        this.jdbc = jdbc;
        this.settings = settings;
        for (String code : Locale.getISOCountries()) {
            countries.put(new Locale("", code).getDisplayCountry(Locale.ENGLISH).toLowerCase(Locale.ROOT), code);
        }
        settings.countries().forEach((name, code) -> countries.put(name.toLowerCase(Locale.ROOT), code));
    }

    /** An empty report, to be filled as the invoices go through. */
    public ImportReport begin() {
        return new ImportReport();
    }

    /** The file as text: UTF-8, whatever the machine's own charset is. */
    public Reader text(InputStream file) {
        return file == null ? null : new InputStreamReader(file, StandardCharsets.UTF_8);
    }

    /** Groups rows as they come into invoices. */
    public Iterator<Invoice> invoices(Iterator<Map<String, String>> rows) {
        return new InvoiceIterator(rows);
    }

    /**
     * The order in an invoice.
     *
     * @throws RowError naming the first row that cannot be read
     */
    public OrderRequest order(Invoice invoice) {
        List<OrderRequest.Line> lines = new ArrayList<>();
        BigDecimal value = BigDecimal.ZERO;
        long row = invoice.firstRow();
        text(invoice.rows().get(0), "InvoiceNo", row, NUMBER);
        for (Map<String, String> cells : invoice.rows()) {
            int quantity = quantity(cells, row);
            if (quantity < 1) {
                throw new RowError(row, "Quantity must be at least 1; returns have an InvoiceNo that begins with C");
            }
            if (quantity > MAX_QUANTITY) {
                throw new RowError(row, "Quantity must be at most " + MAX_QUANTITY);
            }
            BigDecimal price = price(cells, row);
            lines.add(new OrderRequest.Line(text(cells, "StockCode", row, SKU), quantity, price, null));
            value = value.add(price.multiply(BigDecimal.valueOf(quantity)));
            row++;
        }
        Map<String, String> first = invoice.rows().get(0);
        String customer = text(first, "CustomerID", invoice.firstRow(), CUSTOMER);
        boolean priority = settings.priorityFrom() != null && value.compareTo(settings.priorityFrom()) >= 0;
        return new OrderRequest(
                invoice.number(),
                priority,
                new OrderRequest.Customer(customer, null, customer + "@" + settings.mailDomain()),
                new OrderRequest.ShipTo(null, List.of(), null, null, country(first, invoice.firstRow())),
                new OrderRequest.Payment("prepaid", settings.paymentToken()),
                settings.currency(),
                lines);
    }

    /** Introduces the articles of an invoice that the catalogue does not know, with an opening stock. */
    @Transactional
    public void introduceArticles(Invoice invoice, Long openingStock, ImportReport report) {
        long pieces = openingStock == null ? settings.openingStock() : openingStock;
        Map<String, Articles.NewArticle> articlesBySku = new LinkedHashMap<>();
        long row = invoice.firstRow();
        for (Map<String, String> cells : invoice.rows()) {
            String sku = text(cells, "StockCode", row);
            articlesBySku.putIfAbsent(
                    sku,
                    new Articles.NewArticle(
                            sku,
                            cells.getOrDefault("Description", "")
                                    .replaceAll("[\\s\\p{Cntrl}]+", " ")
                                    .strip(),
                            price(cells, row),
                            settings.currency(),
                            settings.services().contains(sku) ? null : pieces));
            row++;
        }
        report.introduced(articles.introduce(List.copyOf(articlesBySku.values())));
    }

    /** Keeps the rows of a return until an order is found that they belong to. */
    @Transactional
    public void setAside(Invoice invoice, ImportReport report) {
        long row = invoice.firstRow();
        for (Map<String, String> cells : invoice.rows()) {
            jdbc.sql(
                            """
                            insert into imported_returns (number, row_no, sku, quantity, customer_id)
                            values (?, ?, ?, ?, ?) on conflict do nothing
                            """)
                    .params(
                            invoice.number(),
                            row - invoice.firstRow(),
                            text(cells, "StockCode", row, SKU),
                            Math.abs(quantity(cells, row)),
                            text(cells, "CustomerID", row, CUSTOMER))
                    .update();
            row++;
        }
        report.returned();
    }

    /** Notes an accepted order. */
    public void accepted(Intake.Acceptance acceptance, ImportReport report) {
        report.order(acceptance.replayed());
    }

    /** Notes an invoice that was left out, and why. */
    public void leftOut(Exception exception, Invoice invoice, ImportReport report) {
        Throwable mistake = exception;
        // What a bean says inside an expression comes wrapped.
        while (!mistake.getClass().getName().startsWith("org.orderway.") && mistake.getCause() != null) {
            mistake = mistake.getCause();
        }
        if (mistake instanceof RowError error) {
            report.error(error.row(), error.getMessage() + "; invoice " + invoice.number() + " was left out");
        } else if (mistake instanceof InvalidOrder invalid) {
            invalid.errors()
                    .forEach(e -> report.error(
                            invoice.firstRow(),
                            "Invoice " + invoice.number() + " was left out: " + e.pointer() + " " + e.detail()));
        } else {
            report.error(invoice.firstRow(), "Invoice " + invoice.number() + " was left out: " + mistake.getMessage());
        }
    }

    private static String text(Map<String, String> cells, String column, long row) {
        String text = cells.get(column);
        if (text == null || text.isBlank()) {
            throw new RowError(row, column + " is empty");
        }
        return text.strip();
    }

    private static String text(Map<String, String> cells, String column, long row, Pattern form) {
        String text = text(cells, column, row);
        if (!form.matcher(text).matches()) {
            throw new RowError(row, column + " has characters that it may not have, or more than 64");
        }
        return text;
    }

    private static int quantity(Map<String, String> cells, long row) {
        try {
            return Integer.parseInt(text(cells, "Quantity", row));
        } catch (NumberFormatException e) {
            throw new RowError(row, "Quantity is not a whole number");
        }
    }

    private static BigDecimal price(Map<String, String> cells, long row) {
        String text = text(cells, "UnitPrice", row);
        if (!PRICE.matcher(text).matches()) {
            throw new RowError(row, "UnitPrice is not an amount such as 2.55");
        }
        BigDecimal price = new BigDecimal(text).stripTrailingZeros();
        if (price.signum() < 0) {
            throw new RowError(row, "UnitPrice is negative");
        }
        return price;
    }

    private String country(Map<String, String> cells, long row) {
        String name = text(cells, "Country", row);
        String code = countries.get(name.toLowerCase(Locale.ROOT));
        if (code == null) {
            throw new RowError(
                    row,
                    "Country \"" + name + "\" is not known; add it to orderway.imports.countries with its ISO code");
        }
        return code;
    }

    /** Rows of the same number that follow each other are one invoice. */
    private static final class InvoiceIterator implements Iterator<Invoice> {

        /** Spreadsheet programs put it before the first column's name. */
        private static final String BYTE_ORDER_MARK = "\uFEFF";

        private final Iterator<Map<String, String>> rows;
        private Map<String, String> ahead;
        private long aheadRow = 1;

        InvoiceIterator(Iterator<Map<String, String>> rows) {
            if (rows == null) {
                throw new InvalidOrder(List.of(new FieldError("", "The file is empty")));
            }
            this.rows = rows;
            advance();
            if (ahead != null) {
                Map<String, String> header = ahead;
                List<String> missing =
                        COLUMNS.stream().filter(c -> !header.containsKey(c)).toList();
                if (!missing.isEmpty()) {
                    throw new InvalidOrder(List.of(new FieldError(
                            "", "The first line must name the columns; missing: " + String.join(", ", missing))));
                }
            }
        }

        @Override
        public boolean hasNext() {
            return ahead != null;
        }

        @Override
        public Invoice next() {
            if (ahead == null) {
                throw new NoSuchElementException();
            }
            String number = number(ahead);
            long first = aheadRow;
            List<Map<String, String>> group = new ArrayList<>();
            while (ahead != null && number(ahead).equals(number)) {
                group.add(ahead);
                advance();
            }
            return new Invoice(number, first, group);
        }

        private void advance() {
            aheadRow++;
            try {
                ahead = rows.hasNext() ? rows.next() : null;
            } catch (UncheckedIOException e) {
                if (!(e.getCause() instanceof CSVException)) {
                    throw e;
                }
                throw new InvalidOrder(List.of(new FieldError(
                        "",
                        "Row " + aheadRow + " is not CSV, look for a stray quotation mark;"
                                + " the invoices before it are imported, and may be sent again")));
            }
            if (ahead != null && ahead.containsKey(BYTE_ORDER_MARK + "InvoiceNo")) {
                ahead.put("InvoiceNo", ahead.remove(BYTE_ORDER_MARK + "InvoiceNo"));
            }
        }

        private static String number(Map<String, String> cells) {
            String number = cells.get("InvoiceNo");
            return number == null ? "" : number.strip();
        }
    }

    /**
     * Settings of the import.
     *
     * @param currency     ISO 4217 of every price in the file
     * @param openingStock pieces of an article that the catalogue does not know yet
     * @param services     stock codes that need no stock, such as postage
     * @param paymentToken the token orders are charged with
     * @param mailDomain   customers' mail is {@code <CustomerID>@<mailDomain>}
     * @param priorityFrom value from which an order takes the priority lane; none when empty
     * @param countries    names that are not the English display name of an ISO country
     */
    @ConfigurationProperties("orderway.imports")
    record Settings(
            String currency,
            long openingStock,
            List<String> services,
            String paymentToken,
            String mailDomain,
            BigDecimal priorityFrom,
            Map<String, String> countries) {}
}
