package org.orderway.embedded;

/** A start that cannot succeed until the user does something: the message says what is wrong, the action what to do. */
class EmbeddedStartException extends RuntimeException {

    private final String action;

    EmbeddedStartException(String message, String action) {
        this(message, action, null);
    }

    EmbeddedStartException(String message, String action, Throwable cause) {
        super(message, cause);
        this.action = action;
    }

    String action() {
        return action;
    }
}
