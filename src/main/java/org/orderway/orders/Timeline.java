package org.orderway.orders;

import java.util.List;
import java.util.UUID;

/** What happened to an order, oldest first. */
public interface Timeline {

    /** One thing that happened. @param time ISO 8601, UTC */
    record Entry(String event, String time, String detail) {}

    List<Entry> of(UUID orderId);
}
