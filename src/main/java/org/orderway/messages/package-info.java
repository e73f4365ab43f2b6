/** What travels over the broker, and the promise that it does: events, recorded outcomes, the outbox. */
package org.orderway.messages;
