package org.orderway.orders;

/** An order number that belongs to an order with another content. */
public class NumberTaken extends RuntimeException {

    NumberTaken(String number) {
        super("The order number " + number + " belongs to an order with another content");
    }
}
