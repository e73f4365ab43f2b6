/** The money of all orders, day by day, as the events about it tell. */
package org.orderway.finance;
