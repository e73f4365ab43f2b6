package org.orderway.routes;

/** A route of the role has something in hand for longer than it is waited for. The role is as it was. */
public class RoleBusy extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RoleBusy(String role, Swap.Busy busy) {
        super("The role " + role + " is as it was: " + busy.getMessage(), busy);
    }
}
