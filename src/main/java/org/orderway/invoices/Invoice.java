package org.orderway.invoices;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/**
 * What an invoice says. It is a copy made when it was issued: whatever changes later, it does not.
 *
 * @param date     the day it was issued, where it was issued
 * @param order    the shop's number of the order
 * @param seller   line by line
 * @param customer name and address, line by line
 * @param total    as the order has it, rounded once
 * @param payment  how the order is paid
 */
record Invoice(
        String number,
        Instant issuedAt,
        LocalDate date,
        String order,
        List<String> seller,
        List<String> customer,
        List<Line> lines,
        String currency,
        BigDecimal total,
        String payment) {

    /** One article. @param value quantity times price, exact */
    record Line(String sku, int quantity, BigDecimal unitPrice, BigDecimal value) {}
}
