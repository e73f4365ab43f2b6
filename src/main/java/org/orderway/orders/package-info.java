/** The order: how it is placed, what it is made of, and which way its state may move. */
package org.orderway.orders;
