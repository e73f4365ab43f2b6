package org.orderway.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.orderway.testing.DatabaseTest;
import org.springframework.beans.factory.annotation.Autowired;

class ImportedReturnsDatabaseTest extends DatabaseTest {

    @Autowired
    private ImportedReturns imported;

    private UUID earlier;
    private UUID latest;

    @BeforeEach
    void twoOrdersOfTheCustomer() {
        earlier = placed("S-1", line(1, "A", 5), line(2, "B", 1));
        latest = placed("S-2", line(1, "A", 2));
        shipped(earlier);
        shipped(latest);
    }

    @Test
    void aReturnBelongsToTheLatestOrderThatHoldsTheArticle() {
        aside("C-1", "A", 1);

        List<?> told = matchAll();

        assertThat(told).hasSize(1);
        assertThat(state("C-1")).isEqualTo("matched");
        assertThat(returned(latest)).isEqualTo(1);
        assertThat(returned(earlier)).isZero();
        assertThat(jdbc.sql("select value from returns").query(BigDecimal.class).single())
                .isEqualByComparingTo("2.5");
        assertThat(matchAll()).as("once").isEmpty();
    }

    @Test
    void whatTheLatestOrderCannotHoldGoesToTheOneBefore() {
        aside("C-1", "A", 3);
        aside("C-2", "B", 1);

        matchAll();

        assertThat(returned(latest)).isZero();
        assertThat(returned(earlier)).isEqualTo(4);
    }

    @Test
    void aReturnWaitsForAnOrderThatIsStillOnItsWay() {
        status(latest, "PAID");
        status(earlier, "CANCELLED");
        aside("C-1", "A", 1);

        assertThat(matchAll()).isEmpty();
        assertThat(state("C-1")).isEqualTo("waiting");
        shipped(latest);
        assertThat(matchAll()).hasSize(1);

        assertThat(state("C-1")).isEqualTo("matched");
    }

    @Test
    void aReturnThatFitsNoOrderIsKeptForAPerson() {
        aside("C-1", "A", 6);
        aside("C-2", "NEVER-SOLD", 1);

        assertThat(matchAll()).isEmpty();

        assertThat(imported.unmatched())
                .extracting(row -> row.get("invoice"), row -> row.get("sku"), row -> row.get("quantity"))
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("C-1", "A", 6),
                        org.assertj.core.groups.Tuple.tuple("C-2", "NEVER-SOLD", 1));
    }

    private List<Object> matchAll() {
        return imported.waiting().stream()
                .<Object>flatMap(row -> imported.match(row).stream())
                .toList();
    }

    private void aside(String number, String sku, int quantity) {
        jdbc.sql("insert into imported_returns (number, row_no, sku, quantity, customer_id) values (?, 0, ?, ?, 'c-1')")
                .params(number, sku, quantity)
                .update();
    }

    private void shipped(UUID order) {
        status(order, "SHIPPED");
        jdbc.sql("update orders set fulfilment_state = 'shipped' where id = ?")
                .param(order)
                .update();
    }

    private String state(String number) {
        return jdbc.sql("select state from imported_returns where number = ?")
                .param(number)
                .query(String.class)
                .single();
    }

    private long returned(UUID order) {
        return jdbc.sql(
                        """
                        select coalesce(sum(l.quantity), 0) from return_lines l join returns r on r.id = l.return_id
                        where r.order_id = ?
                        """)
                .param(order)
                .query(Long.class)
                .single();
    }
}
