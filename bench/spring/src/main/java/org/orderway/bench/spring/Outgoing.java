package org.orderway.bench.spring;

import java.util.UUID;

/** A complete message: sent twice, it is the same message twice. */
record Outgoing(UUID orderId, String id, String type, String routingKey, byte[] body) {}
