/** The money of an order: charged once through the gateway, or due at the door. */
package org.orderway.payment;
