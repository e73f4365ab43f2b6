package org.orderway.imports;

import java.io.BufferedReader;
import java.io.IOException;
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

    private static final int BYTE_ORDER_MARK = 0xFEFF;
    private static final int LONGEST_TEXT = 64;
    private static final int LARGEST_QUANTITY = 1_000_000;
    private static final int MOST_DECIMALS = 4;
    private static final BigDecimal HIGHEST_PRICE = new BigDecimal("99999999");

    static final List<String> COLUMNS =
            List.of("InvoiceNo", "StockCode", "Description", "Quantity", "UnitPrice", "CustomerID", "Country");

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

    /** The file as text: UTF-8, whatever the machine's own charset is, with or without a byte order mark. */
    public Reader text(InputStream file) throws IOException {
        BufferedReader reader = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8));
        reader.mark(1);
        if (reader.read() != BYTE_ORDER_MARK) {
            reader.reset();
        }
        return reader;
    }

    /**
     * Groups rows as they come into invoices.
     *
     * @throws InvalidOrder when columns are missing or the file is no CSV
     */
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
        for (Map<String, String> cells : invoice.rows()) {
            int quantity = quantity(cells, row);
            if (quantity < 1) {
                throw new RowError(row, "Quantity must be at least 1; returns have an InvoiceNo that begins with C");
            }
            BigDecimal price = price(cells, row);
            lines.add(new OrderRequest.Line(text(cells, "StockCode", row), quantity, price, null));
            value = value.add(price.multiply(BigDecimal.valueOf(quantity)));
            row++;
        }
        Map<String, String> first = invoice.rows().get(0);
        text(first, "InvoiceNo", invoice.firstRow());
        String customer = text(first, "CustomerID", invoice.firstRow());
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
                            description(cells),
                            price(cells, row),
                            settings.currency(),
                            settings.services().contains(sku) ? null : pieces));
            row++;
        }
        report.introduced(articles.introduce(List.copyOf(articlesBySku.values())));
    }

    /** Keeps the rows of a return until returns are handled. */
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
                            text(cells, "StockCode", row),
                            Math.abs(quantity(cells, row)),
                            text(cells, "CustomerID", row))
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
    public void leftOut(Exception mistake, Invoice invoice, ImportReport report) {
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
        String stripped = text.strip();
        if (stripped.length() > LONGEST_TEXT) {
            throw new RowError(row, column + " has more than " + LONGEST_TEXT + " characters");
        }
        if (stripped.chars().anyMatch(Character::isISOControl)) {
            throw new RowError(row, column + " holds a control character");
        }
        return stripped;
    }

    private static String description(Map<String, String> cells) {
        return cells.getOrDefault("Description", "")
                .replaceAll("[\\s\\p{Cntrl}]+", " ")
                .strip();
    }

    private static int quantity(Map<String, String> cells, long row) {
        try {
            int quantity = Integer.parseInt(text(cells, "Quantity", row));
            if (Math.abs((long) quantity) > LARGEST_QUANTITY) {
                throw new RowError(row, "Quantity is more than " + LARGEST_QUANTITY);
            }
            return quantity;
        } catch (NumberFormatException e) {
            throw new RowError(row, "Quantity is not a whole number");
        }
    }

    private static BigDecimal price(Map<String, String> cells, long row) {
        try {
            BigDecimal price = new BigDecimal(text(cells, "UnitPrice", row)).stripTrailingZeros();
            if (price.signum() < 0) {
                throw new RowError(row, "UnitPrice is negative");
            }
            if (price.scale() > MOST_DECIMALS || price.compareTo(HIGHEST_PRICE) > 0) {
                throw new RowError(row, "UnitPrice has more than four decimals or is above " + HIGHEST_PRICE);
            }
            return price;
        } catch (NumberFormatException e) {
            throw new RowError(row, "UnitPrice is not an amount such as 2.55");
        }
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

        private final Iterator<Map<String, String>> rows;
        private Map<String, String> ahead;
        private long aheadRow = 1;

        InvoiceIterator(Iterator<Map<String, String>> rows) {
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
            try {
                ahead = rows.hasNext() ? rows.next() : null;
            } catch (UncheckedIOException | IllegalStateException notCsv) {
                throw new InvalidOrder(List.of(new FieldError(
                        "",
                        "The file cannot be read as CSV after line " + aheadRow
                                + "; invoices before it are taken in")));
            }
            aheadRow++;
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
