/** The parcel of an order: label and tracking number from the carrier, once, and off it goes. */
package org.orderway.shipping;
