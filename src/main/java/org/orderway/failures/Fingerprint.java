package org.orderway.failures;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What failures of one kind have in common: where they happen, the kind of exception, and the reason without what differs
 * from one message to the next.
 *
 * @param id     sixteen hexadecimal digits
 * @param cause  the kind of exception, {@code HTTP 500}, or the reason of a refusal
 * @param reason in words, ids and numbers replaced
 */
record Fingerprint(String id, String cause, String reason) {

    private static final int LONGEST_REASON = 300;
    private static final Pattern HTTP = Pattern.compile("HTTP [1-5]\\d\\d(?= from )");
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_$]{0,79}");
    private static final Pattern MAIL = Pattern.compile("[^\\s<>\"']+@[^\\s<>\"']+");
    private static final Pattern ID = Pattern.compile("(?i)\\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\b");
    private static final Pattern WORD_WITH_DIGIT = Pattern.compile("[\\p{L}\\p{N}_]*\\p{N}[\\p{L}\\p{N}_]*");

    /**
     * The fingerprint of a failure.
     *
     * @param queue  where it happened; empty for a refusal
     * @param reason as {@code failure-reason} has it
     */
    static Fingerprint of(String queue, String reason) {
        Matcher http = HTTP.matcher(reason);
        if (http.lookingAt()) {
            // Who answered is a setting, port and all; it tells the operator where to look.
            return of(queue, http.group(), shortened(reason));
        }
        Matcher name = NAME.matcher(reason);
        String cause = name.lookingAt() ? name.group() : "Unknown";
        String same = MAIL.matcher(reason).replaceAll("…");
        same = ID.matcher(same).replaceAll("#");
        same = WORD_WITH_DIGIT.matcher(same).replaceAll("#");
        return of(queue, cause, shortened(same));
    }

    private static Fingerprint of(String queue, String cause, String reason) {
        return new Fingerprint(digest(queue + "|" + cause + "|" + reason), cause, reason);
    }

    private static String shortened(String reason) {
        String line = reason.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) : line;
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every JVM has SHA-256", impossible);
        }
    }
}
