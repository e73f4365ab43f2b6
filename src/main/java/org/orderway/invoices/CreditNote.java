package org.orderway.invoices;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/**
 * What a credit note says: this much of an invoice need not be paid, or went back.
 *
 * @param invoice the number of the invoice it belongs to
 * @param order   the shop's number of the order
 */
record CreditNote(
        String number,
        Instant issuedAt,
        LocalDate date,
        String invoice,
        String order,
        List<String> seller,
        List<String> customer,
        String currency,
        BigDecimal amount) {}
