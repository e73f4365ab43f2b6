package org.orderway.imports;

import java.util.List;
import java.util.Map;

/**
 * The rows of one invoice number that follow each other in the file.
 *
 * @param firstRow line number in the file, the header being 1
 */
public record Invoice(String number, long firstRow, List<Map<String, String>> rows) {

    /** Numbers that begin with C are returns. */
    public boolean isReturn() {
        return number.startsWith("C");
    }
}
