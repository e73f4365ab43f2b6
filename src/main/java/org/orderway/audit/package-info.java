/** The append-only trail of every event, and the timeline of an order that is read from it. */
package org.orderway.audit;
