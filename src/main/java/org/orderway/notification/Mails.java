package org.orderway.notification;

import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** The mails that were caught instead of delivered, where there is a mail server that catches. */
@Component("mails")
public class Mails {

    private final ObjectProvider<Caught> caught;

    Mails(ObjectProvider<Caught> caught) {
        this.caught = caught;
    }

    /** A mail server that keeps what it gets. */
    public interface Caught {

        /** Newest first. */
        List<CaughtMail> mails();
    }

    /** A caught mail. @param time ISO 8601, UTC; @param attachments file names */
    public record CaughtMail(
            String id, String to, String subject, String time, String text, String html, List<String> attachments) {}

    /** The caught mails, newest first. @throws NoCaughtMails where mails are really delivered */
    public List<CaughtMail> list() {
        Caught server = caught.getIfAvailable();
        if (server == null) {
            throw new NoCaughtMails();
        }
        return server.mails();
    }

    /** Mails are delivered here, not caught. */
    public static class NoCaughtMails extends RuntimeException {

        NoCaughtMails() {
            super("Mails are delivered here, not caught; only the embedded profile shows them");
        }
    }
}
