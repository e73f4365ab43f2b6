package org.orderway.failures;

import java.time.Instant;
import java.util.UUID;

/**
 * A dead letter as it would be sent again.
 *
 * @param queue   the work queue it failed in
 * @param round   how often it had been sent again before
 * @param orderId the order it is about, or null when there is none
 * @param path    that order cannot end without it
 * @param body    the edited one, if a person edited it
 * @param state   open, replayed or discarded
 */
record DeadLetter(
        long id,
        String queue,
        String messageId,
        int round,
        UUID orderId,
        boolean path,
        String type,
        String correlationId,
        String contentType,
        Instant sentAt,
        byte[] body,
        String state) {}
