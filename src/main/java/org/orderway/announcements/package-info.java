/** One announcement to all customers, on every channel they want it on. */
package org.orderway.announcements;
