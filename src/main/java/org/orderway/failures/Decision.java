package org.orderway.failures;

import com.fasterxml.jackson.databind.JsonNode;

/** Who decided on a dead letter, and why. */
record Decision(String by, String reason) {

    /** Reads it from a request that satisfies the contract. */
    static Decision of(JsonNode request) {
        return new Decision(
                request.path("by").asText().strip(),
                request.path("reason").asText().strip());
    }
}
