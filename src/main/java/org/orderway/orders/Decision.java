package org.orderway.orders;

import com.fasterxml.jackson.databind.JsonNode;

/** Who decided, and why. */
public record Decision(String by, String reason) {

    /** Reads it from a request that satisfies the contract. */
    public static Decision of(JsonNode request) {
        return new Decision(
                request.path("by").asText().strip(),
                request.path("reason").asText().strip());
    }
}
