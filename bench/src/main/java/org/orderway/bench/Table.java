package org.orderway.bench;

/** Rows of what and how much, in Markdown. */
final class Table {

    private final StringBuilder rows = new StringBuilder("| | |\n|---|---|\n");

    void row(String what, String text, Object... values) {
        rows.append("| ").append(what).append(" | ").append(Numbers.text(text, values)).append(" |\n");
    }

    @Override
    public String toString() {
        return rows.toString();
    }
}
