/** The one room that knows the broker: what is declared there, how we publish to it and how consumers listen. */
package org.orderway.broker;
