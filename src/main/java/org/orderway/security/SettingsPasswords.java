package org.orderway.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;

/**
 * Compares passwords that stand in the settings, in the same time whether right or wrong. A slow hash would protect nothing:
 * it never leaves this memory, beside which the setting itself lies; and each call of a program with basic authentication
 * would cost a tenth of a second. Guessing is kept slow by {@link CallerLimits}.
 */
@Component
class SettingsPasswords implements PasswordEncoder {

    @Override
    public String encode(CharSequence raw) {
        return HexFormat.of().formatHex(digest(raw.toString()));
    }

    @Override
    public boolean matches(CharSequence raw, String encoded) {
        return MessageDigest.isEqual(digest(raw.toString()), HexFormat.of().parseHex(encoded));
    }

    /** What is kept of a password or a key, which are long and random, so that nobody finds them by trying. */
    static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every JVM has SHA-256", impossible);
        }
    }
}
