package org.orderway.notification;

import java.util.Map;
import org.orderway.orders.Papers;

/**
 * A message to a customer on one channel that is intended and not known to be sent.
 *
 * @param key       its key in the journal of effects, and the Idempotency-Key where it leaves over HTTP
 * @param channel   {@code mail}, {@code sms} or {@code push}
 * @param about     the type of the event it is about
 * @param messageId the Message-ID of a mail: made of the event's id, so that one sent twice is one mail to the receiver
 * @param subject   null in a text message
 * @param html      of a mail, else null
 * @param paper     what goes out with it, or null
 */
public record Message(
        String key,
        String channel,
        String about,
        String messageId,
        String to,
        String subject,
        String text,
        String html,
        Papers.Paper paper) {

    /** The body of a text message or a message in the app. */
    public Map<String, Object> request() {
        return subject == null ? Map.of("to", to, "text", text) : Map.of("to", to, "subject", subject, "text", text);
    }
}
