package org.orderway.invoices;

import java.time.ZoneId;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Who issues invoices, and where.
 *
 * @param zone   decides which day and year it is
 * @param seller name, address and what else the law wants, line by line
 */
@ConfigurationProperties("orderway.invoices")
record InvoiceSettings(ZoneId zone, List<String> seller) {}
