package org.orderway.embedded;

import java.time.Instant;
import java.util.List;

/**
 * A mail that the embedded mail server took and kept.
 *
 * @param id the Message-ID without its angle brackets, or one of ours
 * @param to the addresses it was handed in for
 * @param text the plain text, empty if there is none
 * @param html the HTML, empty if there is none
 * @param attachments the names of the files that came along
 */
public record CaughtMail(
        String id,
        String from,
        List<String> to,
        String subject,
        String text,
        String html,
        List<String> attachments,
        Instant sentAt) {}
