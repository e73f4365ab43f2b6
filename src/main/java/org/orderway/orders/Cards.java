package org.orderway.orders;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.stereotype.Component;

/** Tells cards apart by a keyed hash of their token, which nobody can charge and nobody without the key can guess. */
@Component
class Cards {

    private static final String HASH = "HmacSHA256";

    private final Settings settings;

    Cards(Settings settings) {
        this.settings = settings;
    }

    /** The card behind a payment token; null for none, and for a token that everybody uses. */
    byte[] of(String token) {
        if (token == null || settings.everybodys().contains(token)) {
            return null;
        }
        try {
            Mac mac = Mac.getInstance(HASH);
            mac.init(new SecretKeySpec(settings.key().getBytes(StandardCharsets.UTF_8), HASH));
            return mac.doFinal(token.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Cards cannot be told apart without " + HASH, e);
        }
    }

    /**
     * How cards are told apart.
     *
     * @param key        of the hash; with another one, all cards are new
     * @param everybodys tokens that are no card of anybody's, such as those of a simulated gateway
     */
    @ConfigurationProperties("orderway.orders.cards")
    record Settings(String key, Set<String> everybodys) {

        Settings {
            if (key == null || key.isBlank()) {
                throw new IllegalArgumentException(
                        "orderway.orders.cards.key is empty: give ORDERWAY_CARD_KEY a secret");
            }
            everybodys = everybodys == null ? Set.of() : Set.copyOf(everybodys);
        }
    }
}
