package org.orderway.messages;

/** Bytes that are not the JSON we read: the pointer names the value at fault, or is empty when the whole text is. */
public final class MalformedJson extends RuntimeException {

    private final String pointer;

    MalformedJson(String pointer, String message) {
        super(message);
        this.pointer = pointer;
    }

    /** JSON Pointer (RFC 6901) of the value at fault; empty for the whole text. */
    public String pointer() {
        return pointer;
    }
}
