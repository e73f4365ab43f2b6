package org.orderway.analytics;

/** The figures are being made anew already. */
public class RebuildRunning extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RebuildRunning() {
        super("The figures are being made anew already");
    }
}
