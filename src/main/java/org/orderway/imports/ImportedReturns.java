package org.orderway.imports;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.orderway.messages.Outbox;
import org.orderway.orders.Returns;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Returns that came in a file. A file names no order: each row belongs to the customer's latest order that holds the
 * article, has left the house and has that many pieces left to return. While such an order is still on its way the row
 * waits; a row that no order fits is kept for a person.
 */
@Component("importedReturns")
public class ImportedReturns {

    private static final int MOST_SHOWN = 100;

    private final JdbcClient jdbc;
    private final Returns returns;
    private final int batch;

    ImportedReturns(JdbcClient jdbc, Returns returns, @Value("${orderway.imports.match-batch}") int batch) {
        this.jdbc = jdbc;
        this.returns = returns;
        this.batch = batch;
    }

    /** A row that waits. */
    public record Row(String number, long rowNo, String sku, int quantity, String customer) {}

    private record Candidate(UUID id, boolean hasLeft, long left) {}

    /** The rows that were looked at longest ago, marked as looked at. */
    @Transactional
    public List<Row> waiting() {
        return jdbc.sql(
                        """
                        update imported_returns set looked_at = now() where (number, row_no) in (
                            select number, row_no from imported_returns where state = 'waiting'
                            order by looked_at nulls first limit ? for update skip locked)
                        returning number, row_no, sku, quantity, customer_id
                        """)
                .param(batch)
                .query((rs, n) -> new Row(
                        rs.getString("number"),
                        rs.getLong("row_no"),
                        rs.getString("sku"),
                        rs.getInt("quantity"),
                        rs.getString("customer_id")))
                .list();
    }

    /**
     * Opens the return of a row, or leaves it waiting, or gives it up.
     *
     * @return the outbox rows of what has to be told
     */
    @Transactional
    public List<Outbox.Entry> match(Row row) {
        boolean waits = false;
        for (Candidate order : candidates(row)) {
            if (!order.hasLeft()) {
                waits = true;
            } else if (order.left() >= row.quantity()) {
                Returns.Answer opened = returns.open(
                        order.id(),
                        List.of(new Returns.Pieces(row.sku(), row.quantity())),
                        "imported",
                        "import-" + row.number() + "-" + row.rowNo());
                decide(row, "matched", opened.id());
                return opened.entries();
            }
        }
        if (!waits) {
            decide(row, "unmatched", null);
        }
        return List.of();
    }

    /** Orders of the customer that hold the article, latest first, with the pieces that are still out. */
    private List<Candidate> candidates(Row row) {
        return jdbc.sql(
                        """
                        select o.id, o.status in ('SHIPPED', 'DELIVERED') as has_left,
                            sum(l.quantity - l.cancelled - l.returned) as left_over
                        from orders o join order_lines l on l.order_id = o.id
                        where o.customer_id = ? and l.sku = ?
                            and o.status not in ('FAILED', 'CANCELLED', 'CANCELLING', 'RETURNED')
                        group by o.id, l.sku order by o.id desc
                        """)
                .params(row.customer(), row.sku())
                .query((rs, n) -> new Candidate(
                        rs.getObject("id", UUID.class), rs.getBoolean("has_left"), rs.getLong("left_over")))
                .list();
    }

    private void decide(Row row, String state, UUID returnId) {
        jdbc.sql("update imported_returns set state = ?, return_id = ? where number = ? and row_no = ?")
                .params(state, returnId, row.number(), row.rowNo())
                .update();
    }

    /** The latest rows that no order fits. */
    @Transactional(readOnly = true)
    public List<Map<String, Object>> unmatched() {
        return jdbc.sql(
                        """
                        select number, sku, quantity, customer_id, imported_at from imported_returns
                        where state = 'unmatched' order by imported_at desc, number, row_no limit ?
                        """)
                .param(MOST_SHOWN)
                .query((rs, n) -> Map.<String, Object>of(
                        "invoice", rs.getString("number"),
                        "sku", rs.getString("sku"),
                        "quantity", rs.getInt("quantity"),
                        "customer", rs.getString("customer_id"),
                        "importedAt", rs.getTimestamp("imported_at").toInstant().toString()))
                .list();
    }
}
