/** Starts broker, database and mail in the JVM, for a first run and for tests. */
package org.orderway.embedded;
