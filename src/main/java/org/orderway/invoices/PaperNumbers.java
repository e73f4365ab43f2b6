package org.orderway.invoices;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Counts papers without a gap: who takes a number holds the counter until its transaction ends, and a failed one gives it back. */
@Component
class PaperNumbers {

    private final JdbcClient jdbc;

    PaperNumbers(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The next number of a series in a year, such as {@code C2026-000001} of the series C. */
    @Transactional(propagation = Propagation.MANDATORY)
    public String next(String series, int year) {
        int next = jdbc.sql(
                        """
                        insert into paper_numbers as n (series, year, last) values (?, ?, 1)
                        on conflict (series, year) do update set last = n.last + 1 returning last
                        """)
                .params(series, year)
                .query(Integer.class)
                .single();
        return "%s%d-%06d".formatted(series, year, next);
    }
}
