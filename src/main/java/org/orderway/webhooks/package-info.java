/** Calls that carrier and payment provider make on their own: whether they come from whom they say. */
package org.orderway.webhooks;
