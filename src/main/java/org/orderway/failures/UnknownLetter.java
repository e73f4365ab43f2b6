package org.orderway.failures;

/** What is asked for is no dead letter, no replay, or a kind of failure without open letters. */
public class UnknownLetter extends RuntimeException {

    UnknownLetter(String message) {
        super(message);
    }
}
