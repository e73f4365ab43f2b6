package org.orderway.desk;

/** A decision without what has to be recorded with it. */
class NoReason extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NoReason(String message) {
        super(message);
    }
}
