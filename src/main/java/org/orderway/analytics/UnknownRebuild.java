package org.orderway.analytics;

/** There was no rebuild of that number. */
public class UnknownRebuild extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnknownRebuild(long id) {
        super("There is no rebuild " + id);
    }
}
