package org.orderway.orders;

import java.util.List;

/** An order that cannot be accepted as it stands. It names every mistake, not only the first. */
public class InvalidOrder extends RuntimeException {

    private final List<FieldError> errors;

    public InvalidOrder(List<FieldError> errors) {
        super(
                errors.size() == 1
                        ? "The order has a mistake at " + errors.get(0).pointer()
                        : "The order has " + errors.size() + " mistakes, the first at "
                                + errors.get(0).pointer());
        this.errors = List.copyOf(errors);
    }

    public List<FieldError> errors() {
        return errors;
    }
}
