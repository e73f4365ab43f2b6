package org.orderway.routes;

import java.util.List;

/**
 * The way of one message through the routes.
 *
 * @param nodes the ids of the steps it came by, in order; the one that failed is the last
 * @param error what it failed with at that step, by the name of its type; null when it did not fail
 */
record Walk(List<String> nodes, String error) {

    /** Where nobody consumes. */
    static final Walk NONE = new Walk(List.of(), null);

    boolean failed() {
        return error != null;
    }

    String last() {
        return nodes.isEmpty() ? "its beginning" : nodes.get(nodes.size() - 1);
    }
}
