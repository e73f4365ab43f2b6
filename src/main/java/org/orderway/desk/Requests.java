package org.orderway.desk;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Decisions made on a page, in the form in which the HTTP interface brings them. */
final class Requests {

    private static final int LONGEST = 200;

    private Requests() {}

    /**
     * Who decides and why.
     *
     * @throws Visitor.NotAllowed when they may not
     * @throws NoReason           when nothing is said, or more than can be recorded
     */
    static ObjectNode decision(Visitor visitor, String reason) {
        visitor.mayDecide();
        String why = reason == null ? "" : reason.strip();
        if (why.isEmpty() || why.length() > LONGEST || why.chars().anyMatch(Character::isISOControl)) {
            throw new NoReason(
                    "Say why, in one line of at most " + LONGEST + " characters: it is recorded with your name.");
        }
        return JsonNodeFactory.instance.objectNode().put("by", visitor.name()).put("reason", why);
    }
}
