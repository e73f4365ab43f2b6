package org.orderway.broker;

import java.util.Collection;

/** The table has no such exchange. */
public class UnknownExchange extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnknownExchange(String name, Collection<String> known) {
        super("There is no exchange \"" + name + "\" in orderway.topology" + TopologyCheck.didYouMean(name, known));
    }
}
