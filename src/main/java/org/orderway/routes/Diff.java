package org.orderway.routes;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What changed between two texts, line by line, as people know it from version control. */
final class Diff {

    private static final int AROUND = 2;

    private Diff() {}

    /** All files that are not the same. */
    static String of(Whole before, Whole after, Set<String> paths) {
        StringBuilder diff = new StringBuilder();
        for (String path : paths) {
            diff.append("--- ")
                    .append(path)
                    .append('\n')
                    .append("+++ ")
                    .append(path)
                    .append('\n');
            diff.append(of(lines(before, path), lines(after, path)));
        }
        return diff.toString();
    }

    private static List<String> lines(Whole whole, String path) {
        RouteFile file = whole.files().get(path);
        return file == null ? List.of() : file.lines();
    }

    /** One hunk: from the first line that differs to the last. */
    private static String of(List<String> before, List<String> after) {
        int shortest = Math.min(before.size(), after.size());
        int head = 0;
        while (head < shortest && before.get(head).equals(after.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < shortest - head
                && before.get(before.size() - 1 - tail).equals(after.get(after.size() - 1 - tail))) {
            tail++;
        }
        int from = Math.max(0, head - AROUND);
        int more = Math.min(tail, AROUND);
        List<String> lines = new ArrayList<>();
        before.subList(from, head).forEach(line -> lines.add(" " + line));
        before.subList(head, before.size() - tail).forEach(line -> lines.add("-" + line));
        after.subList(head, after.size() - tail).forEach(line -> lines.add("+" + line));
        after.subList(after.size() - tail, after.size() - tail + more).forEach(line -> lines.add(" " + line));
        return "@@ -" + (from + 1) + "," + (before.size() - tail + more - from) + " +" + (from + 1) + ","
                + (after.size() - tail + more - from) + " @@\n" + String.join("\n", lines) + "\n";
    }
}
