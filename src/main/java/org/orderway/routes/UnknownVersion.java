package org.orderway.routes;

/** No such version of the routes was ever at work. */
public class UnknownVersion extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnknownVersion(String version) {
        super("There is no version " + version + " of the routes; GET /ops/routes/history has all");
    }
}
