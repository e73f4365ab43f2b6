/** Products as customers look for them, with what is available: a read model of the stock's events. */
package org.orderway.catalogue;
