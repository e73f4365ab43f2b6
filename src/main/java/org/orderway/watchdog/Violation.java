package org.orderway.watchdog;

/**
 * A rule that is broken, with the evidence.
 *
 * @param subject  the SKU, the order's id, or the thing on the broker
 * @param expected what should be, in words without anybody's data
 * @param found    what is
 */
record Violation(Invariant invariant, String subject, String expected, String found) {}
