/** What is left of an order when Orderway is killed at the worst moment: all of it, once. */
package org.orderway.crash;
