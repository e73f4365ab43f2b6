package org.orderway.desk;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Who looks at a page.
 *
 * @param name     as they logged in; null when nobody did
 * @param operator whether they may decide, and see customers' data
 */
public record Visitor(String name, boolean operator) {

    private static final String OPERATOR = "OPERATOR";

    static Visitor of(HttpServletRequest request) {
        return new Visitor(
                request.getUserPrincipal() == null
                        ? null
                        : request.getUserPrincipal().getName(),
                request.isUserInRole(OPERATOR));
    }

    /** @throws NotAllowed unless they may decide */
    void mayDecide() {
        if (!operator) {
            throw new NotAllowed();
        }
    }

    /** Who only looks on does not decide. */
    static class NotAllowed extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NotAllowed() {
            super("Only operators decide");
        }
    }
}
