package org.orderway.http;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.transaction.CannotCreateTransactionException;

/** What the rooms behind the doors would answer. */
public class Rooms {

    public Map<String, Object> order(Map<String, Object> parameters) {
        String id = (String) parameters.get("id");
        switch (id) {
            case "none" -> throw Problem.notFound("There is no order none");
            case "taken" -> throw Problem.conflict("The number is taken");
            case "reused" -> throw Problem.unprocessable("The key was used with another body");
            case "full" -> throw Problem.unavailable("The backlog is full", Duration.ofSeconds(30));
            case "no-connection" -> throw new CannotGetJdbcConnectionException("jdbc:secret is away");
            case "no-transaction" -> throw new CannotCreateTransactionException("jdbc:secret is away");
            case "bug" -> throw new IllegalStateException("jdbc:secret");
            default -> {}
        }
        return new LinkedHashMap<>(parameters);
    }

    public Map<String, Object> length(byte[] body) {
        return Map.of("length", body.length);
    }

    public Map<String, Object> report() {
        return Map.of("revenue", new BigDecimal("1E+2"));
    }

    public String mails() {
        return "[]";
    }
}
