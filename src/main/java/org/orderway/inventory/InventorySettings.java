package org.orderway.inventory;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings of the stock.
 *
 * @param lowAt     pieces with which an article is low whose product does not say otherwise
 * @param tellAgain how long products that an instance is about to tell of are left to it
 * @param tellMost  products one look tells of
 */
@ConfigurationProperties("orderway.inventory")
record InventorySettings(long lowAt, Duration tellAgain, int tellMost) {}
