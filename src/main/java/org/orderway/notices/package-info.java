/** Notices to departments of the house. */
package org.orderway.notices;
