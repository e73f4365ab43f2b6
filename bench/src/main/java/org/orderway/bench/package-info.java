/** The benchmark: Orderway in a JVM of its own, fed over HTTP, beside the bare broker. */
package org.orderway.bench;
