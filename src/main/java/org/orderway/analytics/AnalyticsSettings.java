package org.orderway.analytics;

import java.time.Duration;
import java.time.ZoneId;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings of the figures.
 *
 * @param zone     in which a day begins
 * @param mostRows minutes, hours or days a report has at most
 */
@ConfigurationProperties("orderway.analytics")
record AnalyticsSettings(ZoneId zone, int mostRows, Rebuild rebuild) {

    /**
     * How the figures are made anew.
     *
     * @param batch events, and then rows, in one transaction
     * @param lag   how far the trail may be behind: what was counted in this time is kept although the trail does not have it yet
     */
    record Rebuild(int batch, Duration lag) {}
}
