package org.orderway.embedded;

import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** The mails that the embedded mail server caught, in memory and only the newest of them. */
public class CaughtMails {

    private final int keep;
    private final Deque<CaughtMail> mails = new ArrayDeque<>();

    CaughtMails(int keep) {
        this.keep = keep;
    }

    /** All that are kept, the newest first. */
    public synchronized List<CaughtMail> list() {
        return List.copyOf(mails);
    }

    void catchMail(MimeMessage message, List<String> to) throws MessagingException {
        CaughtMail mail = read(message, to);
        synchronized (this) {
            mails.addFirst(mail);
            while (mails.size() > keep) {
                mails.removeLast();
            }
        }
    }

    private static CaughtMail read(MimeMessage message, List<String> to) throws MessagingException {
        try {
            return new CaughtMail(
                    Optional.ofNullable(message.getMessageID())
                            .map(id -> id.replaceAll("[<>]", ""))
                            .orElseGet(() -> UUID.randomUUID().toString()),
                    addresses(message.getFrom()),
                    List.copyOf(to),
                    Optional.ofNullable(message.getSubject()).orElse(""),
                    content(message, "text/plain"),
                    content(message, "text/html"),
                    attachments(message),
                    message.getSentDate() == null
                            ? Instant.now()
                            : message.getSentDate().toInstant());
        } catch (IOException e) {
            throw new MessagingException("Could not read the mail", e);
        }
    }

    private static String addresses(Address[] addresses) {
        return addresses == null
                ? ""
                : Arrays.stream(addresses).map(Address::toString).collect(Collectors.joining(", "));
    }

    private static List<String> attachments(Part part) throws MessagingException, IOException {
        List<String> names = new ArrayList<>();
        if (Part.ATTACHMENT.equalsIgnoreCase(part.getDisposition())) {
            names.add(part.getFileName());
        } else if (part.getContent() instanceof Multipart parts) {
            for (int i = 0; i < parts.getCount(); i++) {
                names.addAll(attachments(parts.getBodyPart(i)));
            }
        }
        return names;
    }

    private static String content(Part part, String type) throws MessagingException, IOException {
        if (Part.ATTACHMENT.equalsIgnoreCase(part.getDisposition())) {
            return "";
        }
        if (part.isMimeType(type)) {
            return String.valueOf(part.getContent()).strip();
        }
        if (part.getContent() instanceof Multipart parts) {
            for (int i = 0; i < parts.getCount(); i++) {
                String found = content(parts.getBodyPart(i), type);
                if (!found.isEmpty()) {
                    return found;
                }
            }
        }
        return "";
    }
}
