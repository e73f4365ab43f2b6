package org.orderway.routes;

import java.util.stream.Stream;

/**
 * A rule of how routes are written. Camel would run what breaks it; people, editors or messages would suffer. A file need not
 * keep a rule when its header says {@code # waive <name>: <why>}.
 *
 * @param name   by which it is told and waived
 * @param reason what would go wrong without it
 * @param look   finds what breaks it
 */
record LintRule(String name, String reason, Look look) {

    /** Finds what breaks a rule in one file. */
    interface Look {
        Stream<Finding> at(RouteFile file, Whole whole, String rule);
    }

    Stream<Finding> check(RouteFile file, Whole whole) {
        return look.at(file, whole, name);
    }
}
