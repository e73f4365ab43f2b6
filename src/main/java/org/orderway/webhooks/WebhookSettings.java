package org.orderway.webhooks;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How calls are signed.
 *
 * @param tolerance how old, or how far ahead, a signature may be
 * @param secrets   the secrets of each sender; several while one is being replaced by another
 */
@ConfigurationProperties("orderway.webhooks")
record WebhookSettings(Duration tolerance, Map<String, List<String>> secrets) {

    List<String> secretsOf(String sender) {
        return secrets.getOrDefault(sender, List.of()).stream()
                .filter(secret -> !secret.isBlank())
                .toList();
    }
}
