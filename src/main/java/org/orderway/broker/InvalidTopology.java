package org.orderway.broker;

import java.util.List;

/** The topology table has mistakes; each is one sentence that names its row. */
class InvalidTopology extends RuntimeException {

    private final transient List<String> mistakes;

    InvalidTopology(List<String> mistakes) {
        super(String.join(System.lineSeparator(), mistakes));
        this.mistakes = List.copyOf(mistakes);
    }

    List<String> mistakes() {
        return mistakes;
    }
}
