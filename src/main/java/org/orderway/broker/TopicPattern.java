package org.orderway.broker;

import java.util.Arrays;
import java.util.List;

/** A topic exchange's binding key: {@code *} stands for exactly one word, {@code #} for any number of words, none included. */
record TopicPattern(List<String> words) {

    /** A word no binding can name, so that what matches it matches every word. */
    private static final String ANY_WORD = "\0";

    static TopicPattern of(String pattern) {
        return new TopicPattern(split(pattern));
    }

    boolean matches(String key) {
        return matches(words, split(key));
    }

    /** Whether every key that a published key stands for, {@code *} being any one word, matches this pattern. */
    boolean coversAll(String publishedKey) {
        return matches(publishedKey.replace("*", ANY_WORD));
    }

    private static List<String> split(String key) {
        return key.isEmpty() ? List.of() : Arrays.asList(key.split("\\.", -1));
    }

    private static boolean matches(List<String> pattern, List<String> key) {
        if (pattern.isEmpty()) {
            return key.isEmpty();
        }
        List<String> rest = pattern.subList(1, pattern.size());
        if (pattern.get(0).equals("#")) {
            return matches(rest, key) || !key.isEmpty() && matches(pattern, key.subList(1, key.size()));
        }
        return !key.isEmpty()
                && (pattern.get(0).equals("*") || pattern.get(0).equals(key.get(0)))
                && matches(rest, key.subList(1, key.size()));
    }
}
