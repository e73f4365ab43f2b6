/** The watchdog: looks whether stock and money add up and no order is forgotten, and gives a forgotten one a nudge. */
package org.orderway.watchdog;
