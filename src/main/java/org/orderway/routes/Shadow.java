package org.orderway.routes;

import java.util.List;

/**
 * What an edit would have made of recorded orders.
 *
 * @param orders      those that were to be looked at
 * @param lookedAt    those that were, before the time for it was up
 * @param differences what would have become of them instead, a sentence each
 * @param note        why there was nothing to look at, or why it could not be looked at; null when it was
 * @param ran         false when it could not
 */
public record Shadow(int orders, int lookedAt, List<String> differences, String note, boolean ran) {

    /** Nothing to look at. */
    static Shadow nothing(String note) {
        return new Shadow(0, 0, List.of(), note, true);
    }

    static Shadow notRun(String why) {
        return new Shadow(0, 0, List.of(), why, false);
    }

    /** Whether it does not show that recorded orders would go the same way. */
    boolean isToConfirm() {
        return !ran || !differences.isEmpty();
    }

    /** All of it, a line each. */
    public String inWords() {
        if (!ran) {
            return "Shadow run: not run: " + note;
        }
        if (note != null) {
            return "Shadow run: " + note;
        }
        String partly = lookedAt < orders ? "; " + lookedAt + " of " + orders + " orders looked at" : "";
        return differences.isEmpty()
                ? "Shadow run: " + lookedAt + (lookedAt == 1 ? " order" : " orders") + " would go the same way" + partly
                : "Shadow run: " + String.join("; ", differences) + partly;
    }
}
