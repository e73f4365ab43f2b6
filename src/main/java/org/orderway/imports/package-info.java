/** Orders from a CSV file, as a shop's old system exports them. */
package org.orderway.imports;
