package org.orderway.routes;

import org.apache.camel.impl.engine.DefaultInflightRepository;
import org.springframework.stereotype.Component;

/**
 * How many messages each route has in hand. Camel begins to count anew when a route is put in; a message that was still in the
 * version before then leaves a count it never entered, which is below zero from then on, and nobody who waits for a route to
 * have nothing in hand ever sees that. Here a version goes on with the count of the one before.
 */
@Component
class CountsInHand extends DefaultInflightRepository {

    @Override
    public void removeRoute(String routeId) {
        // The count stays.
    }
}
