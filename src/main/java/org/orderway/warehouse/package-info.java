/** The warehouse: what runs low and has to be ordered, and what is to be picked for orders. */
package org.orderway.warehouse;
