package org.orderway.examples;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.springframework.web.util.HtmlUtils;

/**
 * Tells a person that an episode began. Sent again after a crash it is the same mail.
 *
 * @param about     the subject of the episode
 * @param beganWith the message that began it
 */
public record EpisodeMail(
        String about, String beganWith, String to, String subject, String text, String html, String messageId) {

    static EpisodeMail of(String about, String beganWith, String to, String subject, String text, String mailDomain) {
        UUID id = UUID.nameUUIDFromBytes((about + "|" + beganWith).getBytes(StandardCharsets.UTF_8));
        return new EpisodeMail(
                about,
                beganWith,
                to,
                // A line break in a subject would begin a new mail header.
                subject.replaceAll("\\p{Cntrl}+", " "),
                text,
                "<p>" + HtmlUtils.htmlEscape(text, "UTF-8").replaceAll("\\R", "<br>") + "</p>",
                "<" + id + "@" + mailDomain + ">");
    }
}
