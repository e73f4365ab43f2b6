package org.orderway.routes;

/**
 * A mistake in a file of routes, told so that a person can put it right.
 *
 * @param file     where: the file as it is named in the settings; empty when it is about all of them together
 * @param line     1 for the first; 0 when it is about the file as a whole
 * @param column   1 for the first; 0 when it is about the line as a whole
 * @param rule     what is broken, by the name under which it can be waived if it is a rule of style
 * @param text     the offending text
 * @param problem  what is wrong
 * @param expected what would be right; null where that is plain
 * @param nearest  the name that may have been meant; null without one
 */
public record Finding(
        String file, int line, int column, String rule, String text, String problem, String expected, String nearest) {

    /** All of it in one line, as compilers do: most editors make it a link. */
    public String inWords() {
        StringBuilder words = new StringBuilder(file);
        if (line > 0) {
            words.append(':').append(line);
            if (column > 0) {
                words.append(':').append(column);
            }
        }
        if (!file.isEmpty()) {
            words.append(": ");
        }
        words.append(problem);
        if (nearest != null) {
            words.append("; did you mean `").append(nearest).append("`?");
        }
        if (expected != null) {
            words.append(" Expected: ").append(expected).append('.');
        }
        return words.append(" [").append(rule).append(']').toString();
    }

    /** Whether the other one is about the same mistake, wherever it stands by now. */
    boolean isAbout(Finding other) {
        return file.equals(other.file) && rule.equals(other.rule) && problem.equals(other.problem);
    }
}
