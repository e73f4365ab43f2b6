package org.orderway.broker;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that was probably meant by one that does not exist. */
public final class Nearest {

    private Nearest() {}

    /** The known name that differs in the fewest letters, if they are few enough for a slip of the pen. */
    public static Optional<String> to(String wrong, Collection<String> known) {
        if (wrong == null) {
            return Optional.empty();
        }
        return known.stream()
                .filter(name -> name != null && distance(wrong, name) <= Math.max(2, name.length() / 4))
                .min(Comparator.comparingInt((String name) -> distance(wrong, name))
                        .thenComparing(name -> name));
    }

    /** How many letters differ: the edit distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
