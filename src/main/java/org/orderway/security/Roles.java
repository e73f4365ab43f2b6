package org.orderway.security;

/** The three kinds of callers that are known. An operator is a viewer who may act. */
final class Roles {

    static final String SHOP = "SHOP";
    static final String VIEWER = "VIEWER";
    static final String OPERATOR = "OPERATOR";

    private Roles() {}
}
