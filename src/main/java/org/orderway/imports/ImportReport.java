package org.orderway.imports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What came of an import, row errors included. Not thread-safe: an import is read from top to bottom. */
public class ImportReport {

    private static final int MAX_ERRORS = 1_000;

    private int orders;
    private int replayed;
    private int returns;
    private int products;
    private int failed;
    private final List<Map<String, Object>> errors = new ArrayList<>();

    void order(boolean wasReplayed) {
        if (wasReplayed) {
            replayed++;
        } else {
            orders++;
        }
    }

    void returned() {
        returns++;
    }

    void introduced(int articles) {
        products += articles;
    }

    void error(long row, String detail) {
        failed++;
        if (errors.size() < MAX_ERRORS) {
            errors.add(Map.of("row", row, "detail", detail));
        }
    }

    /** The answer to the caller. At most a thousand errors are listed; {@code failed} counts them all. */
    public Map<String, Object> answer() {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("orders", orders);
        answer.put("replayed", replayed);
        answer.put("returns", returns);
        answer.put("products", products);
        answer.put("failed", failed);
        answer.put("errors", errors);
        return answer;
    }

    @Override
    public String toString() {
        return orders + " orders, " + replayed + " known before, " + returns + " returns set aside, " + products
                + " products introduced, " + failed + " invoices left out";
    }
}
