/** What went wrong for good: failures counted and told to the operator, dead letters kept, replayed and discarded. */
package org.orderway.failures;
