/** What customers are told, and by which mail. */
package org.orderway.notification;
