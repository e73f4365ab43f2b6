/** What happens while something Orderway needs is away: who needs it pauses, and goes on when it answers again. */
package org.orderway.outages;
