package org.orderway.messages;

/** A message that no retry can make readable: it goes to the dead letters at once. The message holds no content of it. */
public class Unreadable extends RuntimeException {

    public Unreadable(String message) {
        super(message);
    }
}
