/** The door: the HTTP contract, what is checked at it, and how a refusal is worded. */
package org.orderway.http;
