/** What the flows of {@code routes-yaml/examples} need besides YAML. */
package org.orderway.examples;
