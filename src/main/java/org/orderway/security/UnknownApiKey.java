package org.orderway.security;

/** There is no such key. */
public class UnknownApiKey extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnknownApiKey(long id) {
        super("There is no API key " + id);
    }
}
