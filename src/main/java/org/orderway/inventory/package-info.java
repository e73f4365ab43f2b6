/** Products and their stock: counting, reserving every line of an order or none, releasing, selling. */
package org.orderway.inventory;
