package org.orderway.imports;

/** A row that cannot be read. Its whole invoice is left out: an order that lacks a line would be wrong. */
public class RowError extends RuntimeException {

    private final long row;

    RowError(long row, String detail) {
        super(detail);
        this.row = row;
    }

    public long row() {
        return row;
    }
}
