package org.orderway.notification;

import org.orderway.orders.Papers;

/**
 * A mail that is intended and not known to be sent.
 *
 * @param key       its key in the journal of effects
 * @param paper     what goes out with it, or null
 * @param messageId the Message-ID: the event id, so that a mail sent twice is one mail to the receiver
 */
public record Mail(
        String key, String messageId, String to, String subject, String text, String html, Papers.Paper paper) {}
