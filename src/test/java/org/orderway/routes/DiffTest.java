package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DiffTest {

    @Test
    void showsWhatChangedAndALittleAround() {
        assertThat(diff("1\n2\n3\n4\n5\n6\n", "1\n2\n3\nfour\n5\n6\n"))
                .isEqualTo("--- f\n+++ f\n@@ -2,5 +2,5 @@\n 2\n 3\n-4\n+four\n 5\n 6\n");
    }

    @Test
    void showsWhatCameAndWhatWent() {
        assertThat(diff("1\n", "1\n1\n")).isEqualTo("--- f\n+++ f\n@@ -1,1 +1,2 @@\n 1\n+1\n");
        assertThat(Diff.of(Whole.of(List.of()), Whole.of(List.of(new RouteFile("f", "a\n"))), Set.of("f")))
                .isEqualTo("--- f\n+++ f\n@@ -1,0 +1,1 @@\n+a\n");
        assertThat(Diff.of(Whole.of(List.of(new RouteFile("f", "a\n"))), Whole.of(List.of()), Set.of("f")))
                .isEqualTo("--- f\n+++ f\n@@ -1,1 +1,0 @@\n-a\n");
    }

    private static String diff(String before, String after) {
        return Diff.of(
                Whole.of(List.of(new RouteFile("f", before))),
                Whole.of(List.of(new RouteFile("f", after))),
                Set.of("f"));
    }
}
