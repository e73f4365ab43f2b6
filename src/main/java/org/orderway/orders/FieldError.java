package org.orderway.orders;

/**
 * One mistake in an order.
 *
 * @param pointer JSON pointer of the field, such as {@code /lines/0/quantity}
 * @param detail  what is wrong and what would be right
 */
public record FieldError(String pointer, String detail) {}
