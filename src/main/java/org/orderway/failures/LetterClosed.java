package org.orderway.failures;

/** Nothing more can be done with a dead letter or a replay: somebody was faster, or its queue is gone. */
public class LetterClosed extends RuntimeException {

    LetterClosed(String message) {
        super(message);
    }
}
