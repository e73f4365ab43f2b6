/** What customers may like: learnt from what they look at and buy. It may lag, and holds nobody up. */
package org.orderway.recommendations;
