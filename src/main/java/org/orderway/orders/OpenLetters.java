package org.orderway.orders;

import java.util.List;
import java.util.UUID;

/** The messages without which an order cannot end and that lie among the dead letters: it needs a person's attention. */
public interface OpenLetters {

    /** An open dead letter on the path of an order. @param since ISO 8601, UTC */
    record Letter(long id, String queue, String reason, String since) {}

    List<Letter> of(UUID orderId);
}
