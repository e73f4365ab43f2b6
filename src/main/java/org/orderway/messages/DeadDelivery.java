package org.orderway.messages;

import java.util.Map;

/**
 * A message out of a dead-letter queue.
 *
 * @param delivery the message, its queue being the work queue it failed in; its type is null when the sender gave none
 * @param path     an order cannot end without that queue
 * @param headers  every header it came with, of whomever, as text: to be looked at, never to be trusted
 */
public record DeadDelivery(Delivery delivery, boolean path, Map<String, String> headers) {}
