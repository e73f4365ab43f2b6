package org.orderway.webhooks;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.orderway.http.Problem;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Signs and checks calls: HMAC-SHA256, under a secret both sides know, over the time in seconds, a dot and the body's bytes
 * as they came. The time keeps a call that was overheard from being sent again later.
 */
@Component("signatures")
public class Signatures {

    /** {@code t=<seconds since 1970>,v1=<hex>}, with more {@code v1} where the sender signs with several secrets. */
    public static final String HEADER = "Orderway-Signature";

    private static final String ALGORITHM = "HmacSHA256";
    private static final Pattern FORM = Pattern.compile("t=(\\d{1,12})((?:,v1=[0-9a-f]{64}){1,5})");
    private static final Pattern ONE = Pattern.compile("v1=([0-9a-f]{64})");

    private final WebhookSettings settings;
    private final Clock clock;

    Signatures(WebhookSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Lets a call pass that its sender signed.
     *
     * @param sender  {@code carrier} or {@code payment}
     * @param headers of the call
     * @param body    the bytes as they came
     * @throws Problem 401 without a right and recent signature, 503 while no secret is set
     */
    public void check(String sender, Map<String, Object> headers, byte[] body) {
        List<String> secrets = settings.secretsOf(sender);
        if (secrets.isEmpty()) {
            throw Problem.of(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "Nobody can be believed here while no secret is set: orderway.webhooks.secrets." + sender);
        }
        Matcher given = FORM.matcher(String.valueOf(headers.get(HEADER)));
        if (!given.matches()) {
            throw refusal("The header " + HEADER + " must be t=<seconds>,v1=<hex of HMAC-SHA256>");
        }
        Instant signedAt = Instant.ofEpochSecond(Long.parseLong(given.group(1)));
        if (Duration.between(signedAt, clock.instant()).abs().compareTo(settings.tolerance()) > 0) {
            throw refusal("The signature is of another time than now; clocks may differ by "
                    + settings.tolerance().toSeconds() + " seconds");
        }
        List<byte[]> offered = ONE.matcher(given.group(2))
                .results()
                .map(one -> HexFormat.of().parseHex(one.group(1)))
                .toList();
        boolean isRight = false;
        for (String secret : secrets) {
            byte[] expected = mac(secret, given.group(1), body);
            for (byte[] one : offered) {
                isRight |= MessageDigest.isEqual(expected, one);
            }
        }
        if (!isRight) {
            throw refusal("The signature is not that of this body");
        }
    }

    /** The header of a call that this sender would make now, under the first of its secrets. */
    public String sign(String sender, byte[] body) {
        String secret = settings.secretsOf(sender).stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No secret in orderway.webhooks.secrets." + sender));
        String time = Long.toString(clock.instant().getEpochSecond());
        return "t=" + time + ",v1=" + HexFormat.of().formatHex(mac(secret, time, body));
    }

    private static byte[] mac(String secret, String time, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            mac.update((time + ".").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("Every JVM has " + ALGORITHM, impossible);
        }
    }

    private static Problem refusal(String detail) {
        return Problem.of(HttpStatus.UNAUTHORIZED, detail);
    }
}
