/** Invoices and credit notes: numbered without a gap, and never changed. */
package org.orderway.invoices;
