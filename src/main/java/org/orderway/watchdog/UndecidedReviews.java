package org.orderway.watchdog;

import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Orders whose payment waits for a person's decision: not stuck, and yet not to be forgotten. */
@Component
class UndecidedReviews {

    private final JdbcClient jdbc;

    UndecidedReviews(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Those that have waited longer than they may. */
    List<Violation> undecided(Duration within) {
        return jdbc.sql(
                        """
                        select r.order_id, r.opened_at from fraud_reviews r join orders o on o.id = r.order_id
                        where r.state = 'open' and r.opened_at < now() - make_interval(secs => ?)
                            and o.status not in ('CANCELLED', 'FAILED', 'RETURNED')
                        """)
                .param(within.toMillis() / 1000.0)
                .query((rs, n) -> Invariant.REVIEW_DECIDED.brokenBy(
                        rs.getString("order_id"),
                        "a decision on its payment within " + within.toMinutes() + " minutes",
                        "under review since " + rs.getTimestamp("opened_at").toInstant()))
                .list();
    }
}
