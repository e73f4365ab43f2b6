package org.orderway.routes;

/** No route belongs to such a role. */
public class NoSuchRole extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NoSuchRole(String role) {
        super("There is no role " + role + "; GET /ops/roles has all");
    }
}
