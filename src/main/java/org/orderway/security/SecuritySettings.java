package org.orderway.security;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may come in.
 *
 * @param apiKeys           whether the API asks shops for a key
 * @param operatorPassword  of the login {@code operator}; empty: one is made up at each start
 * @param viewerPassword    of the login {@code viewer}; the same
 * @param requestsPerSecond of one caller of the API; 0: any number
 * @param wrongPerMinute    passwords and keys that one address may get wrong; 0: any number
 */
@ConfigurationProperties("orderway.security")
record SecuritySettings(
        @DefaultValue("required") ApiKeyUse apiKeys,
        @DefaultValue("") String operatorPassword,
        @DefaultValue("") String viewerPassword,
        @DefaultValue("500") int requestsPerSecond,
        @DefaultValue("20") int wrongPerMinute) {

    enum ApiKeyUse {
        REQUIRED,
        NOT_REQUIRED
    }
}
