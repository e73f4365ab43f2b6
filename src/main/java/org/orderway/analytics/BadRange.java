package org.orderway.analytics;

/** A report is asked for over a time that does not make one. */
public class BadRange extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BadRange(String message) {
        super(message);
    }
}
