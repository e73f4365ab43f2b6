package org.orderway.desk;

import java.time.Instant;

/**
 * Something that is wrong, in the four answers a person needs.
 *
 * @param level  {@code bad}: orders wait for a person; {@code warn}: it may pass by itself
 * @param what   what is wrong
 * @param since  since when, or null where nobody knows
 * @param help   what can be done
 * @param link   where; null when there is nothing to do there
 * @param action what the link is called
 */
public record Trouble(String level, String what, Instant since, String help, String link, String action) {

    static Trouble bad(String what, Instant since, String help, String link, String action) {
        return new Trouble("bad", what, since, help, link, action);
    }

    static Trouble warn(String what, Instant since, String help, String link, String action) {
        return new Trouble("warn", what, since, help, link, action);
    }
}
