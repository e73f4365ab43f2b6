/** Whether a payment may be taken: rules, and people where the rules are not enough. */
package org.orderway.fraud;
