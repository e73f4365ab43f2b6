package org.orderway.notification;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Currency;
import java.util.Locale;
import java.util.Properties;
import org.orderway.messages.Event;
import org.orderway.orders.Order;

/**
 * What a template says of money, days and reasons, the way it is written where the customer reads it. Fields of the event are
 * named by their path, such as {@code collected/amount}. All money of an order is in its currency.
 */
public class Phrasing {

    private final Event event;
    private final Order order;
    private final Locale locale;
    private final ZoneId zone;
    private final Properties reasons;

    Phrasing(Event event, Order order, Locale locale, ZoneId zone, Properties reasons) {
        this.event = event;
        this.order = order;
        this.locale = locale;
        this.zone = zone;
        this.reasons = reasons;
    }

    /** The order's total. */
    public String total() {
        return money(order.total());
    }

    /** An amount of the event. */
    public String money(String field) {
        return money(at(field).decimalValue());
    }

    /** Whether the event has an amount there that is more than nothing. */
    public boolean isMoney(String field) {
        return at(field).decimalValue().signum() > 0;
    }

    /** A day of the event, in our time zone. */
    public String day(String field) {
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                .withLocale(locale)
                .format(Instant.parse(at(field).asText()).atZone(zone));
    }

    /** Why the order came to nothing, in a sentence. */
    public String reason() {
        return reasons.getProperty(event.text("reason"), reasons.getProperty("other"));
    }

    private JsonNode at(String field) {
        return event.body().at("/" + field);
    }

    /** With the digits of the currency, or as many more as the amount has. Spaces that never break are not for telephones. */
    private String money(BigDecimal amount) {
        Currency currency = Currency.getInstance(order.currency());
        NumberFormat format = NumberFormat.getCurrencyInstance(locale);
        format.setCurrency(currency);
        int digits = Math.max(
                currency.getDefaultFractionDigits(), amount.stripTrailingZeros().scale());
        format.setMinimumFractionDigits(digits);
        format.setMaximumFractionDigits(digits);
        return format.format(amount).replaceAll("[\\u00a0\\u202f]", " ");
    }
}
