/** The order log for reporting and what is counted from it. */
package org.orderway.analytics;
