package org.orderway.messages;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.StringArgGenerator;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** Names for what happens: the same occurrence always has the same id, so that repeating it is recognised. */
public final class EventIds {

    /** The operation of an event that happens once in the life of an order. */
    public static final String ONCE = "-";

    private EventIds() {}

    /** UUIDv5 in the order's namespace, of the type and of the operation that makes this occurrence single. */
    public static String of(UUID orderId, String type, String operation) {
        StringArgGenerator names = Generators.nameBasedGenerator(orderId);
        return names.generate(type + "|" + operation).toString();
    }

    /**
     * The namespace of what happens to a message: its order's, or, when it is of no order, one made of its own id.
     *
     * @param correlationId AMQP {@code correlation_id}, whatever stands there
     */
    public static UUID namespace(String correlationId, String messageId) {
        try {
            return UUID.fromString(String.valueOf(correlationId));
        } catch (IllegalArgumentException notAnOrder) {
            return UUID.nameUUIDFromBytes(messageId.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * The id of the event that a queue gave up on this message. Sent again by a person it may fail again, which is another
     * occurrence.
     *
     * @param queue the work queue that the message failed in
     */
    public static String ofGivingUp(String queue, Delivery delivery) {
        return of(namespace(delivery.correlationId(), delivery.id()), stepFailed(queue), givingUp(delivery));
    }

    static String givingUp(Delivery delivery) {
        return delivery.id() + "|" + delivery.replayRound();
    }

    /** The type of the event that a queue gave up on a message: {@code order.failed.<step>}. */
    public static String stepFailed(String queue) {
        return "order.failed." + queue.replaceAll("_queue$", "");
    }

    /** The id of a message whose sender gave it none: the same type and body have the same id. */
    public static String ofContent(String type, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(String.valueOf(type).getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return UUID.nameUUIDFromBytes(digest.digest(body)).toString();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every JVM has SHA-256", impossible);
        }
    }
}
